"""`keras-genre serve`: exported models behind the development server."""

import json
import logging
import os

import click

from keras_genre.cli.model_choice import models_folder
from keras_genre.cli.output import json_option, say
from keras_genre.cli.parameters import Folder

_METRICS = "/monitoring/prometheus/metrics"
_port = click.IntRange(0, 65535)


@click.command()
@click.argument("saved_models", required=False, type=Folder())
@click.option(
    "--port", default=8500, show_default=True, type=_port, help="gRPC port; 0 picks a free one."
)
@click.option(
    "--rest-port",
    type=_port,
    help="REST port; 0 picks a free one.  [default: the one after --port]",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--batching",
    type=click.Path(exists=True, dir_okay=False),
    help="Run requests together, as this file of TensorFlow Serving says.",
)
@json_option
def command(saved_models, port, rest_port, host, batching, as_json):
    """Serve every model in SAVED_MODELS over gRPC and REST until Ctrl-C or SIGTERM.

    SAVED_MODELS is ./saved_models unless given, and where that is empty the folder of the model
    that comes with the package.

    New models and versions are picked up while it runs, and so are the versions and labels that a
    models.config in SAVED_MODELS asks for. With --json, one line on standard output says when it
    is ready, and where. This is a development server that keeps TensorFlow Serving's contract; in
    production, use the tensorflow/serving container.
    """
    from keras_genre.server import find_models

    saved_models = models_folder(saved_models)
    find_models(saved_models)  # says what is wrong before TensorFlow is imported
    from keras_genre.cli.quiet import import_tensorflow_quietly

    # Plot and poster, and requests, are computed side by side: half of the cores for each of their
    # operations is sooner than all of them for all.
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", str(max(1, (os.cpu_count() or 1) // 2)))
    import_tensorflow_quietly(with_keras=False)
    from keras_genre.server import (
        BatchingParameters,
        DevelopmentServer,
        ModelsFolder,
        ServerOptions,
        serve_until_signalled,
    )

    logging.basicConfig(level=logging.INFO, format="%(message)s")

    def announce(server):
        available = server.available_versions
        missing = [name for name, versions in available.items() if not versions]
        ready = [name for name, versions in available.items() if versions]
        if missing:
            say(f"Not available, see above: {', '.join(missing)}.")
        if ready:
            # One " at " only: whoever starts this as a process may look for what follows it.
            say(
                f"Serving {', '.join(ready)} at {server.address} (gRPC) and {server.rest_url} "
                "(REST). Ctrl-C stops."
            )
        if as_json:
            addresses = {"grpc": server.address, "rest": server.rest_url}
            click.echo(json.dumps({**addresses, "models": available}))

    folder = ModelsFolder(saved_models)
    options = ServerOptions(
        batching=BatchingParameters.read(batching) if batching else None,
        metrics_path=_METRICS,
        early_labels=True,
        late_moves=True,
        read_config=folder.read_config,
        config_poll_seconds=1.0,
    )
    server = DevelopmentServer(folder.read_config(), port, host, rest_port, options=options)
    if not serve_until_signalled(server, on_started=announce):
        os._exit(0)  # a request is still inside TensorFlow and would hold the process up
