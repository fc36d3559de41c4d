"""`keras-genre prepare`: films in, records out."""

from pathlib import Path

import click

from keras_genre.cli.beam_options import BEAM_OPTIONS, pipeline_options
from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, folded, json_option, progress_bar, say
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.cli.refining import REFINING_OPTIONS, Refinement, refine
from keras_genre.cli.sources import SOURCES
from keras_genre.features import TEXTS


@click.group()
def command():
    """Turn films into sharded TFRecords with a manifest."""


def _write(catalog, out, text, poster_size, runner, beam_options, as_json, **refinement):
    from keras_genre.cli.quiet import import_tensorflow_quietly

    refinement = Refinement(**refinement)
    options = pipeline_options(runner, beam_options)
    if options is None:  # a pipeline knows the records that it has written already
        refuse_existing(out)
    catalog, list_cleaning = refine(catalog, refinement, Path(out))
    import_tensorflow_quietly()
    seed = refinement.seed
    try:
        if options is None:
            dataset = _write_here(catalog, out, poster_size, seed, text)
        else:
            from keras_genre.data.beam import write_records_with_beam

            dataset = write_records_with_beam(catalog, out, poster_size, seed, text, options, say)
    except KeyboardInterrupt:
        say("What is finished is kept beside it; the same command goes on.")
        raise
    list_cleaning()
    _report(dataset, as_json)


def _write_here(catalog, out, poster_size, seed, text):
    from keras_genre.data import write_records

    with progress_bar("Writing records") as progress:
        return write_records(catalog, out, poster_size, seed, progress, text, say=say)


_OPTIONS = (
    click.option("--out", required=True, type=Folder(), help="Folder to be made."),
    click.option(
        "--text", default="plot", show_default=True, type=Choice(TEXTS),
        help="What a model shall read.",
    ),
    click.option(
        "--poster-size", default=448, show_default=True, type=click.IntRange(1),
        help="Reduce larger posters to this short side, in pixels. Twice a model's input is best.",
    ),
    *BEAM_OPTIONS,
    *REFINING_OPTIONS,
    json_option,
)  # fmt: skip

for _source in SOURCES:
    command.add_command(_source.command(_write, _OPTIONS))


def _report(dataset, as_json):
    manifest = dataset.manifest
    films = {split: dataset.num_films(split) for split in dataset.splits}
    result = {
        "folder": str(dataset.folder),
        "films": films,
        "genres": list(dataset.vocabulary),
        "text": manifest.text,
        "posters": manifest.posters,
        "notes": list(manifest.notes),
        "data_hash": manifest.data_hash,
    }
    lines = [folded(note) for note in manifest.notes]
    lines.append("posters: " + ", ".join(f"{n} {kind}" for kind, n in manifest.posters.items()))
    if manifest.posters["unreadable"]:
        lines.append(f"unreadable posters are listed in {dataset.folder}/unreadable_posters.csv")
    sizes = ", ".join(f"{split} {count}" for split, count in films.items())
    names = ", ".join(dataset.vocabulary)
    lines.append(folded(f"{len(dataset.vocabulary)} genres: {names}"))
    lines.append(f"{dataset.folder}: {sizes} films")
    emit(result, "\n".join(lines), as_json)
