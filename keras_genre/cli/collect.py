"""`keras-genre collect`: films and posters from a public source, into a folder."""

from pathlib import Path

import click

from keras_genre.cli.output import emit, json_option, progress_bar, say
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.genres import TMDB_GENRES

_WIDTHS = ("92", "154", "185", "342", "500", "780")


@click.group()
def command():
    """Collect films and their posters from a public source."""


@command.command("tmdb")
@click.option("--to", "folder", required=True, type=Folder(), help="Folder of the films.")
@click.option("--films", type=click.IntRange(1), help="How many films it shall have in all.")
@click.option(
    "--genre", metavar="GENRE", type=Choice(TMDB_GENRES), help="Collect films of one genre."
)
@click.option("--at-least", type=click.IntRange(1), help="How many of that genre it shall have.")
@click.option(
    "--poster-width", default="342", show_default=True, type=Choice(_WIDTHS), help="In pixels."
)
@click.option("--language", default="en-US", show_default=True, help="Language of the texts.")
@click.option(
    "--requests-per-second", default=40.0, show_default=True,
    type=click.FloatRange(0, min_open=True), help="The rate of all requests together.",
)  # fmt: skip
@click.option("--base-url", metavar="URL", help="Of the API, for a proxy.")
@click.option("--image-url", metavar="URL", help="Of the posters, for a proxy.")
@json_option
def tmdb(folder, films, genre, at_least, as_json, base_url, image_url, poster_width, **options):
    """Collect films from TMDB: movies.csv and a folder of posters.

    The token is read from the environment variable TMDB_API_TOKEN. A run that was ended in
    whatever way is gone on with by the same command: nothing is asked for twice. Films and
    posters that could not be had are in problems.csv.
    """
    from dataclasses import asdict

    from keras_genre.catalog.tmdb import TmdbCollector

    if (genre is None) != (at_least is None):
        raise click.UsageError("--genre and --at-least go together.")
    if films is None and genre is None:
        raise click.UsageError("Say how many: --films N, or --genre NAME --at-least N.")
    urls = {"base_url": base_url, "image_url": image_url}
    options |= {name: url for name, url in urls.items() if url}
    collector = TmdbCollector(folder, poster_width=int(poster_width), **options)
    try:
        with progress_bar("Collecting films") as progress:
            summary = collector.collect(films, genre, at_least, progress)
    except KeyboardInterrupt:
        say(f"What was collected is kept in {folder}; the same command goes on with it.")
        raise
    csv = str(Path(folder) / "movies.csv")
    emit({"csv": csv, **asdict(summary)}, _text(summary, csv), as_json)


def _text(summary, csv: str) -> str:
    lines = [
        f"{summary.films} films in {csv}: {summary.posters} with a poster, "
        f"{summary.without_poster} without; {summary.without_genres} without genres, "
        f"{summary.without_overview} without a plot",
        f"{summary.requests} requests, {summary.retries} of them repeated",
    ]
    if summary.problems:
        problems = Path(csv).with_name("problems.csv")
        lines.append(f"{summary.problems} films or posters could not be had: {problems}")
    if not summary.reached:
        lines.append("These are fewer than you asked for: TMDB's pages have ended.")
    return "\n".join(lines)
