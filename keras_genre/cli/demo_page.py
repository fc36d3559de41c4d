"""`keras-genre demo --web`: the page, and the server that it asks."""

import contextlib
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import click

from keras_genre.cli.model_choice import choose_model
from keras_genre.cli.output import say
from keras_genre.cli.parameters import Folder

_PORT = 7860


def page_options(function):
    """Add the options of the page to the command."""
    options = (
        click.option("--web", is_flag=True, help="Open the page for the browser."),
        click.option("--server", metavar="HOST:PORT", help="Server that the page asks."),
        click.option("--model", help="Name of the model; always with --server."),
        click.option(
            "--saved-models",
            type=Folder(),
            help="Folder of exported models; with --server, for their thresholds alone.",
        ),
        click.option(
            "--port",
            type=click.IntRange(0, 65535),
            help=f"Port of the page; 0 picks a free one.  [default: {_PORT}]",
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def refuse_without_web(options: dict) -> None:
    """Refuse the page's options where no page is asked for."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value is not None]
    if given:
        raise click.UsageError(f"{given[0]} is for the page: add --web.")


def show_page(
    as_json: bool,
    server: str | None,
    model: str | None,
    saved_models: str | None,
    port: int | None,
) -> None:
    """Open the page, and keep it open until a signal comes.

    Args:
        as_json: Whether to say as JSON where it is.
        server: Server to ask; None for one of its own.
        model: Name of the model to ask for.
        saved_models: Folder of exported models.
        port: Port of the page.
    """
    if server and not model:
        raise click.UsageError("Name the --model to ask for: a server may have several.")
    with contextlib.ExitStack() as open_things:
        scratch = open_things.enter_context(tempfile.TemporaryDirectory(prefix="keras-genre-"))
        os.environ["GRADIO_TEMP_DIR"] = scratch  # read on import: posters that were uploaded go too
        from keras_genre.demo import require_gradio

        require_gradio()  # before anything that takes long: it may be missing
        models = _models(server, model, saved_models)
        model = model or next(iter(models))
        from keras_genre.cli.quiet import import_tensorflow_quietly

        import_tensorflow_quietly()
        from keras_genre.demo import FilmAsker, make_sample_films, serving_page

        address = server or open_things.enter_context(_serving(models))
        asker = open_things.enter_context(FilmAsker(address, model, models))
        samples = make_sample_films(Path(scratch) / "films")
        page = serving_page(asker, samples, _PORT if port is None else port)
        url = open_things.enter_context(page)
        where = {"page": url, "server": address, "model": model}
        click.echo(json.dumps(where) if as_json else f"Open {url}")  # one line: it is waited for
        say(f"The page asks the model {model} at {address}. Ctrl-C stops.")
        threading.Event().wait()


def _models(server, model, saved_models) -> dict[str, Path]:
    """The models whose thresholds can be looked up; of a server of our own, the one to serve."""
    if server:
        from keras_genre.server import find_models

        return find_models(saved_models) if saved_models else {}
    folder = choose_model(saved_models, model)
    return {folder.resolve().name: folder}


@contextlib.contextmanager
def _serving(models: dict[str, Path]) -> Iterator[str]:
    """Run a server of its own, and give its address."""
    from keras_genre.server import DevelopmentServer

    say("Loading the model ...")
    with DevelopmentServer(models, port=0) as server:
        yield server.address
