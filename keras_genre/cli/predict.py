"""`keras-genre predict`: one film in, its genres out."""

from pathlib import Path

import click

from keras_genre.cli.output import bar_text, emit, json_option
from keras_genre.errors import ModelNotFoundError

_BAR_WIDTH = 24


@click.command()
@click.option("--plot", help="The plot.")
@click.option("--poster", type=click.Path(), help="Picture file of the poster.")
@click.option("--server", metavar="HOST:PORT", help="Ask a server [load the model here].")
@click.option("--model", help="Name of the model, if there are several.")
@click.option(
    "--saved-models", default="saved_models", show_default=True, help="Folder of exported models."
)
@click.option("--top", type=click.IntRange(1), help="Show only the most probable genres.")
@click.option("--timeout", default=10.0, show_default=True, help="Seconds to wait for a server.")
@json_option
def command(plot, poster, server, model, saved_models, top, timeout, as_json):
    """Say the genres of a film from its plot, its poster, or both."""
    if not plot and not poster:
        raise click.UsageError("Give --plot, --poster, or both.")
    if server and not model:
        raise click.UsageError("Name the --model that the server shall ask.")
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    if server:
        from keras_genre.client import GenreClient

        with GenreClient(server, model, timeout=timeout) as client:
            prediction = client.predict([plot], [poster])[0]
    else:
        from keras_genre.client import InProcessPredictor

        folder = _choose_model(Path(saved_models), model)
        prediction = InProcessPredictor(folder).predict([plot], [poster])[0]
    result = {
        "genres": list(prediction.genres),
        "probabilities": prediction.probabilities,
        "model": prediction.model,
        "version": prediction.version,
    }
    emit(result, prediction_text(prediction, top), as_json)


def prediction_text(prediction, top: int | None = None) -> str:
    """A prediction as bars, most probable genre first; a star marks those over their threshold."""
    width = max(map(len, prediction.probabilities))
    lines = [
        f"{'*' if name in prediction.genres else ' '} {name:<{width}}  "
        f"{bar_text(round(_BAR_WIDTH * probability), _BAR_WIDTH)}  {probability:.2f}"
        for name, probability in prediction.top(top or len(prediction.probabilities))
    ]
    genres = ", ".join(prediction.genres) or "none over its threshold"
    source = f"model {prediction.model}, version {prediction.version}"
    return "\n".join([f"Genres: {genres}  ({source})", *lines])


def _choose_model(saved_models: Path, name: str | None) -> Path:
    found = []
    if saved_models.is_dir():
        found = sorted(
            folder.name
            for folder in saved_models.iterdir()
            if folder.is_dir() and any(child.name.isdecimal() for child in folder.iterdir())
        )
    if name in found:
        return saved_models / name
    if not name and len(found) == 1:
        return saved_models / found[0]
    have = f"It has {', '.join(found)}." if found else "It has none."
    if name or not found:
        raise ModelNotFoundError(
            f"There is no model {name or ''} in {saved_models}. {have} Export one with "
            f"`keras-genre export`, or name the folder with --saved-models."
        )
    raise click.UsageError(f"{saved_models} has several models. Choose with --model. {have}")
