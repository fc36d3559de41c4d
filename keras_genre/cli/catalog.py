"""`keras-genre catalog`: films in, one table out."""

from pathlib import Path

import click

from keras_genre.cli.output import emit, folded, json_option
from keras_genre.cli.refining import REFINING_OPTIONS, Refinement, refine
from keras_genre.cli.sources import SOURCES


@click.group()
def command():
    """Turn films of any source into one table, to be looked at, mended and prepared."""


def _write(catalog, out, as_json, **refinement):
    path = Path(out)
    catalog, list_cleaning = refine(catalog, Refinement(**refinement), path.with_suffix(""))
    catalog.save(path)
    list_cleaning()
    films = {split: int((catalog.frame["split"] == split).sum()) for split in catalog.splits}
    result = {
        "file": out,
        "films": films,
        "genres": list(catalog.vocabulary),
        "notes": list(catalog.notes),
    }
    sizes = ", ".join(f"{split} {count}" for split, count in films.items())
    genres = f"{len(catalog.vocabulary)} genres: {', '.join(catalog.vocabulary)}"
    lines = [*catalog.notes, genres, f"{out}: {sizes} films"]
    emit(result, "\n".join(map(folded, lines)), as_json)


class _NewFile(click.Path):
    """A file that is to be made: it may be somebody's source, so none is replaced."""

    def convert(self, value, param, ctx):
        """Return the path, or fail before anything is read."""
        path = Path(super().convert(value, param, ctx))
        if path.suffix.lower() not in (".parquet", ".csv"):
            self.fail(f"{value} ends in neither .parquet nor .csv.", param, ctx)
        if path.exists():
            self.fail(f"{value} exists already. Name another file, or delete it first.", param, ctx)
        return value


_OPTIONS = (
    click.option(
        "--out", required=True, type=_NewFile(), help="A .parquet or .csv file to be made."
    ),
    *REFINING_OPTIONS,
    json_option,
)

for _source in SOURCES:
    command.add_command(_source.command(_write, _OPTIONS))
