"""`keras-genre data-service`: the servers of tf.data's service, for `train --data-service`."""

import click

from keras_genre.cli.output import say

_port = click.option(
    "--port", default=0, type=click.IntRange(0, 65535), help="Port; 0 picks a free one [0]."
)


@click.group()
def command():
    """Prepare training films on further machines.

    Start one dispatcher and any number of workers, each of which sees the records at the same
    path, and train with --data-service. The service checks nobody: keep it in a closed network.
    """


@command.command()
@_port
def dispatcher(port):
    """Deal out shards to workers, until Ctrl-C or SIGTERM."""
    service = _service()
    server = service.DispatchServer(service.DispatcherConfig(port=port))
    _serve(server, f"Dispatching at {server.target}. Ctrl-C stops.")


@command.command()
@click.option("--dispatcher", required=True, metavar="HOST:PORT", help="Address of the dispatcher.")
@_port
@click.option(
    "--host", default="localhost", show_default=True, help="Where trainings find this worker."
)
def worker(dispatcher, port, host):
    """Read and prepare films, until Ctrl-C or SIGTERM."""
    service = _service()
    address = f"{host}:%port%" if port == 0 else f"{host}:{port}"
    config = service.WorkerConfig(
        dispatcher.removeprefix("grpc://"), worker_address=address, port=port
    )
    _serve(service.WorkerServer(config), f"Preparing films for {dispatcher}. Ctrl-C stops.")


def _service():
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    import tensorflow as tf

    import keras_genre.preprocessing  # noqa: F401  (loads the operations of its layers)

    return tf.data.experimental.service


def _serve(server, line: str) -> None:
    import threading

    say(line)
    threading.Event().wait()  # a signal raises here, and the server ends with the process
    del server
