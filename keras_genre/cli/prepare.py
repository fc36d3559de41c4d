"""`keras-genre prepare`: films in, records out."""

import click

from keras_genre.cli.output import emit, json_option, progress_bar
from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

_LABEL_SETS = {"tmdb": TMDB_GENRES, "mm-imdb": MM_IMDB_GENRES}
_ROLES = ("id", "plot", "genres", "poster", "title", "year", "split")


@click.group()
def command():
    """Turn films into sharded TFRecords with a manifest."""


def _column_options(function):
    for role in reversed(_ROLES):
        help_text = f"Column of the {role}, if it is not recognised."
        function = click.option(f"--{role}-column", metavar="NAME", help=help_text)(function)
    return function


@command.command("poster-csv")
@click.argument("csv", nargs=-1, required=True, type=click.Path())
@click.option("--out", required=True, help="Folder to be made.")
@click.option("--posters", help="Folder that poster paths are relative to [the CSV's own].")
@click.option("--drop-genre", multiple=True, help="Leave a genre out. May be repeated.")
@click.option("--label-set", type=click.Choice(list(_LABEL_SETS)), help="Allow these genres alone.")
@click.option(
    "--poster-size", default=448, show_default=True, type=click.IntRange(1),
    help="Reduce larger posters to this short side, in pixels. Twice a model's input is best.",
)  # fmt: skip
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Of order and splits."
)
@_column_options
@json_option
def poster_csv(csv, out, posters, drop_genre, label_set, poster_size, seed, as_json, **columns):
    """Read CSV files of films beside a folder of posters.

    Columns are recognised by their usual names. Films without a split are divided 80/10/10.
    """
    from keras_genre.catalog import read_poster_csv, split_catalog
    from keras_genre.cli.quiet import import_tensorflow_quietly

    vocabulary = GenreVocabulary(_LABEL_SETS[label_set]) if label_set else None
    columns = {name.removesuffix("_column"): value for name, value in columns.items() if value}
    catalog = read_poster_csv(csv, posters, vocabulary, columns)
    if drop_genre:
        catalog = catalog.drop_genres(drop_genre)
    if not catalog.splits:
        catalog = split_catalog(catalog, seed=seed)
    import_tensorflow_quietly()
    from keras_genre.data import write_records

    with progress_bar("Writing records") as progress:
        dataset = write_records(catalog, out, poster_size, seed, progress)
    _report(dataset, as_json)


def _report(dataset, as_json):
    manifest = dataset.manifest
    films = {split: dataset.num_films(split) for split in dataset.splits}
    result = {
        "folder": str(dataset.folder),
        "films": films,
        "genres": list(dataset.vocabulary),
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
