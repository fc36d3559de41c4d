"""`keras-genre prepare`: films in, records out."""

import click

from keras_genre.cli.output import emit, json_option, progress_bar
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.features import TEXTS
from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

_LABEL_SETS = {"tmdb": TMDB_GENRES, "mm-imdb": MM_IMDB_GENRES}
_ROLES = ("id", "plot", "tagline", "genres", "poster", "title", "year", "split")


@click.group()
def command():
    """Turn films into sharded TFRecords with a manifest."""


def _column_options(function):
    help_text = "Columns of 0 and 1, one a genre, with commas between."
    function = click.option("--genre-columns", metavar="NAMES", help=help_text)(function)
    for role in reversed(_ROLES):
        help_text = f"Column of the {role}, if it is not recognised."
        function = click.option(f"--{role}-column", metavar="NAME", help=help_text)(function)
    return function


@command.command("poster-csv")
@click.argument("csv", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, type=Folder(), help="Folder to be made.")
@click.option(
    "--posters", type=Folder(), help="Folder that poster paths are relative to [the CSV's own]."
)
@click.option(
    "--encoding", metavar="NAME", help="Encoding of the CSV, such as cp1250, if not recognised."
)
@click.option(
    "--text", default="plot", show_default=True, type=Choice(TEXTS), help="What a model shall read."
)
@click.option(
    "--drop-genre", metavar="GENRE", multiple=True, help="Leave a genre out. May be repeated."
)
@click.option("--label-set", type=Choice(list(_LABEL_SETS)), help="Allow these genres alone.")
@click.option(
    "--poster-size", default=448, show_default=True, type=click.IntRange(1),
    help="Reduce larger posters to this short side, in pixels. Twice a model's input is best.",
)  # fmt: skip
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of order and splits."
)
@_column_options
@json_option
def poster_csv(
    csv, out, posters, encoding, text, drop_genre, label_set, poster_size, seed, as_json, **columns
):
    """Read CSV files of films beside a folder of posters.

    Columns are recognised by their usual names. Genres are in one column, as A|B or a list, or in
    columns of 0 and 1 that are named as genres. Films without a split are divided 80/10/10. What
    was recognised, and what was left out, is said at the end.
    """
    from keras_genre.catalog import read_poster_csv, split_catalog
    from keras_genre.cli.quiet import import_tensorflow_quietly

    vocabulary = GenreVocabulary(_LABEL_SETS[label_set]) if label_set else None
    catalog = read_poster_csv(csv, posters, vocabulary, _named_columns(columns), encoding)
    if drop_genre:
        catalog = catalog.drop_genres(drop_genre)
    if not catalog.splits:
        catalog = split_catalog(catalog, seed=seed)
    import_tensorflow_quietly()
    from keras_genre.data import write_records

    with progress_bar("Writing records") as progress:
        dataset = write_records(catalog, out, poster_size, seed, progress, text)
    _report(dataset, as_json)


def _named_columns(options: dict) -> dict:
    """From a role to the column's name, or for genres to the names of the columns of 0 and 1."""
    genre_columns = options.pop("genre_columns")
    named = {name.removesuffix("_column"): value for name, value in options.items() if value}
    if genre_columns and "genres" in named:
        raise click.UsageError("Name --genres-column or --genre-columns, not both.")
    if genre_columns:
        named["genres"] = [name.strip() for name in genre_columns.split(",")]
    return named


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
    lines = [*manifest.notes]
    lines.append("posters: " + ", ".join(f"{n} {kind}" for kind, n in manifest.posters.items()))
    if manifest.posters["unreadable"]:
        lines.append(f"unreadable posters are listed in {dataset.folder}/unreadable_posters.csv")
    sizes = ", ".join(f"{split} {count}" for split, count in films.items())
    lines.append(f"{dataset.folder}: {sizes} films, {len(dataset.vocabulary)} genres")
    emit(result, "\n".join(lines), as_json)
