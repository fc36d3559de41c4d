"""`keras-genre predict`: one film in, its genres out."""

import textwrap
from pathlib import Path

import click

from keras_genre.cli.output import bar_text, emit, json_option
from keras_genre.cli.parameters import Folder
from keras_genre.errors import ModelNotFoundError
from keras_genre.features import join_text

_BAR_WIDTH = 24


@click.command()
@click.option("--plot", help="The plot.")
@click.option("--tagline", default="", help="The tagline, for a model of plot+tagline.")
@click.option("--poster", type=click.Path(), help="Picture file of the poster.")
@click.option("--server", metavar="HOST:PORT", help="Ask a server [load the model here].")
@click.option("--model", help="Name of the model, if there are several; always with --server.")
@click.option(
    "--saved-models",
    default="saved_models",
    show_default=True,
    type=Folder(),
    help="Folder of exported models.",
)
@click.option("--top", type=click.IntRange(1), help="Show only the most probable genres.")
@click.option(
    "--timeout",
    default=10.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds to wait for a server.",
)
@json_option
def command(plot, tagline, poster, server, model, saved_models, top, timeout, as_json):
    """Say the genres of a film from its plot, its poster, or both."""
    plot = join_text(plot or "", tagline)
    if not plot and not poster:
        raise click.UsageError("Give --plot, --poster, or both.")
    if server and not model:
        raise click.UsageError("Name the --model to ask for: a server may have several.")
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    if server:
        from keras_genre.client import GenreClient

        with GenreClient(server, model, timeout=timeout) as client:
            prediction = client.predict([plot], [poster])[0]
    else:
        from keras_genre.client import InProcessPredictor

        folder = _choose_model(saved_models, model)
        prediction = InProcessPredictor(folder).predict([plot], [poster])[0]
    emit(prediction_result(prediction), prediction_text(prediction, top), as_json)


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
    legend = f"(* by the model's decision rule; {source})"
    return "\n".join([genres, *lines, legend])


def _choose_model(saved_models: str, name: str | None) -> Path:
    from keras_genre.server import find_models

    models = find_models(saved_models)
    if name in models:
        return models[name]
    have = f"It has {', '.join(models)}."
    if name:
        raise ModelNotFoundError(f"There is no model {name!r} in {saved_models}. {have}")
    if len(models) > 1:
        raise click.UsageError(f"{saved_models} has several models. Choose with --model. {have}")
    return next(iter(models.values()))
