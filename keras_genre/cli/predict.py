"""`keras-genre predict`: one film in, its genres out; or a CSV file of films."""

import contextlib
import dataclasses
import textwrap
from pathlib import Path

import click

from keras_genre.cli.beam_options import BEAM_OPTIONS, pipeline_options
from keras_genre.cli.model_choice import FOLDER_HELP, choose_model
from keras_genre.cli.output import bar_text, emit, json_option, passing_line
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.cli.server_access import ServerAccess, access_options, server_hints
from keras_genre.features import TEXTS, join_text

_BAR_WIDTH = 24
_ROLES = ("id", "plot", "tagline", "poster", "title")


def _beam_options(function):
    for option in reversed(BEAM_OPTIONS):
        function = option(function)
    return function


def _column_options(function):
    for role in reversed(_ROLES):
        help_text = f"Column of the {role}, if it is not recognised."
        function = click.option(f"--{role}-column", metavar="NAME", help=help_text)(function)
    return function


@click.command()
@click.option("--plot", help="The plot.")
@click.option("--tagline", default="", help="The tagline, for a model of plot+tagline.")
@click.option("--poster", type=click.Path(), help="Picture file of the poster.")
@click.option("--csv", "table", type=click.Path(), help="CSV file of many films, in their place.")
@click.option("--posters", type=Folder(), help="Folder of the posters of --csv [its own].")
@click.option("--out", type=click.Path(), help="File to write: .parquet or .csv, with --csv.")
@click.option(
    "--text",
    type=Choice(TEXTS),
    default="plot",
    show_default=True,
    help="What the model reads, with --csv.",
)
@click.option("--encoding", metavar="NAME", help="Encoding of --csv, if not recognised.")
@_column_options
@click.option(
    "--server",
    metavar="HOST:PORT,...",
    help="Ask a server, or several in turn [load the model here].",
)
@click.option("--model", help="Name of the model, if there are several; always with --server.")
@click.option("--saved-models", type=Folder(), help=FOLDER_HELP)
@click.option("--top", type=click.IntRange(1), help="Show only the most probable genres.")
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    help="Seconds to wait for a server.  [default: 10; with --csv, 60]",
)
@click.option(
    "--bfloat16",
    is_flag=True,
    help="Compute here in 16 bits: sooner on CPUs that can; about as good.",
)
@access_options
@_beam_options
@json_option
def command(
    plot,
    tagline,
    poster,
    table,
    posters,
    out,
    text,
    encoding,
    server,
    model,
    saved_models,
    top,
    timeout,
    bfloat16,
    access,
    runner,
    beam_options,
    as_json,
    **columns,
):
    """Say the genres of a film from its plot, its poster, or both; or of a whole table.

    Without exported models of your own, the model that comes with the package answers; it does so
    too where there are several and none is named.

    With --csv, every film of the table goes to --out with its genres and the probability of each
    genre. Rows that nothing can be predicted for, and posters that are no pictures, are listed
    with the reason in genres.rejects.csv beside genres.parquet. Ended early, even by kill -9, the
    same command goes on.
    """
    columns = {name.removesuffix("_column"): column for name, column in columns.items() if column}
    _check(bool(plot or tagline or poster), table, out, [posters, encoding, runner, *columns])
    if server and not model:
        raise click.UsageError("Name the --model to ask for: a server may have several.")
    if server and runner:
        raise click.UsageError("--runner: its workers load the model. Leave --server out.")
    if server and bfloat16:
        raise click.UsageError("--bfloat16: a server computes as it was exported and set up.")
    access.check(server)
    options = pipeline_options(runner, beam_options)
    timeout = timeout or (60.0 if table else 10.0)
    asked = _Asked(server, model, saved_models, timeout, access, bfloat16)
    if table:
        from keras_genre.cli.predict_films import predict_films

        predict_films(asked, table, out, posters, columns, encoding, text, options, as_json)
        return
    from keras_genre.client.films import read_poster

    poster = read_poster(poster)  # says what is wrong with it before TensorFlow is imported
    with asked.predictor() as predictor:
        prediction = predictor.predict([join_text(plot or "", tagline)], [poster])[0]
    emit(prediction_result(prediction), prediction_text(prediction, top), as_json)


def _check(has_film: bool, table: str | None, out: str | None, of_tables: list) -> None:
    if table and has_film:
        raise click.UsageError("Give one film (--plot, --poster), or a table (--csv), not both.")
    if table and not out:
        raise click.UsageError("Name the file to write with --out: genres.parquet, or .csv.")
    if not table and (out or any(of_tables)):
        raise click.UsageError("Name the table of films that these options are for: --csv.")
    if not table and not has_film:
        raise click.UsageError("Give --plot, --poster, or both; or a table with --csv.")


@dataclasses.dataclass(frozen=True)
class _Asked:
    """Who is to answer."""

    server: str | None
    model: str | None
    saved_models: str | None
    timeout: float
    access: ServerAccess
    bfloat16: bool

    def model_folder(self) -> Path:
        """The exported model that is to answer here."""
        return choose_model(self.saved_models, self.model)

    @contextlib.contextmanager
    def predictor(self, version: int | None = None):
        """Connect to the server, or load the model."""
        from keras_genre.cli.quiet import import_tensorflow_quietly

        folder = None if self.server else self.model_folder()
        import_tensorflow_quietly(with_keras=False)
        from keras_genre.client import GenreClient, InProcessPredictor

        if folder:
            with passing_line("Loading the model ..."):
                predictor = InProcessPredictor(folder, bfloat16=self.bfloat16)
            yield predictor
            return
        options = {"timeout": self.timeout, **self.access.client_options()}
        with (
            server_hints(self.server),
            GenreClient(self.server, self.model, version, **options) as client,
        ):
            yield client


def prediction_result(prediction) -> dict:
    """A prediction as JSON shall show it: every genre, whatever `--top` says."""
    return {
        "genres": list(prediction.genres),
        "probabilities": prediction.probabilities,
        "model": prediction.model,
        "version": prediction.version,
    }


def prediction_text(prediction, top: int | None = None) -> str:
    """A prediction as bars, most probable genre first."""
    width = max(map(len, prediction.probabilities))
    lines = [
        f"{'*' if name in prediction.genres else ' '} {name:<{width}}  "
        f"{bar_text(round(_BAR_WIDTH * probability), _BAR_WIDTH)}  {probability:.2f}"
        for name, probability in prediction.top(top or len(prediction.probabilities))
    ]
    genres = textwrap.fill(", ".join(prediction.genres) or "none", 80, initial_indent="Genres: ")
    source = f"model {prediction.model}, version {prediction.version}"
    legend = f"(* over its genre's threshold; {source})"
    return "\n".join([genres, *lines, legend])
