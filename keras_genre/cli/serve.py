"""`keras-genre serve`: exported models behind the development server."""

import logging
import os

import click

from keras_genre.cli.output import say


@click.command()
@click.argument("saved_models", default="saved_models", type=click.Path())
@click.option(
    "--port",
    default=8500,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="gRPC port; 0 picks a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
def command(saved_models, port, host):
    """Serve every model in SAVED_MODELS over gRPC until Ctrl-C or SIGTERM.

    New versions are picked up while it runs. This is a development server that keeps TensorFlow
    Serving's contract; in production, use the tensorflow/serving container.
    """
    from keras_genre.server import find_models

    models = find_models(saved_models)
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.server import DevelopmentServer, serve_until_signalled

    logging.basicConfig(level=logging.INFO, format="%(message)s")

    def announce(server):
        available = server.available_models
        missing = [name for name in models if name not in available]
        if missing:
            say(f"Not available, see above: {', '.join(missing)}.")
        if available:
            say(f"Serving {', '.join(available)} at {server.address} (gRPC). Ctrl-C stops.")

    if not serve_until_signalled(DevelopmentServer(models, port, host), on_started=announce):
        os._exit(0)  # a request is still inside TensorFlow and would hold the process up
