"""`keras-genre explore`: a page of plots about films."""

import click

from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, folded, json_option, progress_bar
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("source", type=click.Path())
@click.option("--out", required=True, type=Folder(), help="Folder to be made.")
@click.option(
    "--merge-below",
    type=click.IntRange(1),
    metavar="FILMS",
    help='Draw also what merging genres with fewer training films into "Others" would do.',
)
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="Of the posters chosen and of the network's layout.",
)
@json_option
def command(source, out, merge_below, seed, as_json):
    """Draw the films of SOURCE: genres, plots, posters, what is missing, splits.

    SOURCE is a .parquet or .csv file that `keras-genre catalog` or MovieCatalog.save wrote. The
    folder gets index.html, one page that needs nothing else, and each plot as a PNG file.
    """
    from keras_genre.catalog.exploration import explore
    from keras_genre.catalog.labels import merge_rare_genres

    refuse_existing(out)
    catalog = load_source(source)
    merged = merge_rare_genres(catalog, at_least=merge_below) if merge_below else None
    with progress_bar("Drawing") as progress:
        page = explore(catalog, out, merged=merged, seed=seed, progress=progress)
    plots = sorted(str(path) for path in page.parent.glob("*.png"))
    films, genres = len(catalog), list(catalog.vocabulary)
    note = merged.notes[-1] if merged else None
    result = {"page": str(page), "plots": plots, "films": films, "genres": genres, "merged": note}
    text = f"{page}: {films} films, {len(genres)} genres, {len(plots)} plots"
    emit(result, f"{folded(note)}\n{text}" if note else text, as_json)


def load_source(path: str):
    """Read the films to draw, a `MovieCatalog`, from what the user named."""
    from keras_genre.catalog import MovieCatalog

    return MovieCatalog.load(path)
