"""`keras-genre sample`: invented films."""

from pathlib import Path

import click

from keras_genre.cli.output import emit, json_option, progress_bar
from keras_genre.cli.parameters import Folder


@click.command()
@click.option("--out", default="films", show_default=True, type=Folder(), help="Folder to be made.")
@click.option("--films", default=2000, show_default=True, type=click.IntRange(20), help="How many.")
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0, 2**32 - 1),
    help="The same seed gives the same films.",
)
@json_option
def command(out, films, seed, as_json):
    """Make sample films: a movies.csv of invented plots, and a folder of drawn posters.

    Their genres are drawn from known probabilities, so the best score that any model can reach
    on them is known too.
    """
    from keras_genre.catalog import make_synthetic_catalog

    with progress_bar("Drawing films") as progress:
        catalog, truth = make_synthetic_catalog(out, films, seed, progress=progress)
    csv = str(Path(out) / "movies.csv")
    ceilings = {given: truth.ceiling(given, "test") for given in ("both", "plot", "poster")}
    result = {"csv": csv, "films": len(catalog), "ceilings": ceilings}
    scores = ", ".join(f"{given} {value:.3f}" for given, value in ceilings.items())
    text = (
        f"{len(catalog)} films of {len(catalog.vocabulary)} genres in {csv}\n"
        f"Best possible macro F1 on its test films: {scores}"
    )
    emit(result, text, as_json)
