"""Where the server listens: gRPC and REST at their ports, opened and closed together."""

import concurrent.futures
import logging
import time

import grpc
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from keras_genre.errors import ServerError
from keras_genre.server.health import HealthReporter
from keras_genre.server.metrics import Metrics
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.model_service import ModelService
from keras_genre.server.prediction_service import PredictionService
from keras_genre.server.rest_api import RestApi
from keras_genre.server.rest_server import RestServer
from keras_genre.server.server_options import ServerOptions

__all__ = ["Listeners", "join_address"]

_logger = logging.getLogger(__package__)

_LARGEST_MESSAGE = 2**31 - 1
_OPTIONS = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    # Without this a second server would share the port and take half of the requests.
    ("grpc.so_reuseport", 0),
)


class Listeners:
    """The gRPC and the REST server of one process, bound from the start, answering from `open` on.

    Args:
        registry: The models to answer with.
        health: Says how the models are.
        host: The address to listen on.
        port: The port for gRPC. 0 = any free one.
        rest_port: The port for REST, likewise.
        max_workers: How many requests of each protocol run at the same time; the others wait.
        options: What else to answer, and where.

    Attributes:
        port: The port for gRPC as bound.
        rest_port: The port for REST as bound; as asked for, where REST is not answered.

    Raises:
        ServerError: If a port or socket cannot be bound. Then none is.
    """

    def __init__(
        self,
        registry: ModelRegistry,
        health: HealthReporter,
        host: str,
        port: int,
        rest_port: int,
        max_workers: int,
        options: ServerOptions,
    ):
        metrics = Metrics()
        self._grpc = _grpc_server(registry, health, metrics, max_workers, options)
        self._rest: RestServer | None = None
        self._open = False
        self.port, self.rest_port = port, rest_port
        try:
            self.port = self._grpc.add_insecure_port(join_address(host, port))
        except RuntimeError as error:
            raise _cannot_listen("gRPC", host, port, "port") from error
        try:
            if options.socket_path:
                self._grpc.add_insecure_port(f"unix:{options.socket_path}")
            if options.rest:
                self._rest = RestServer(
                    RestApi(registry, metrics),
                    host,
                    rest_port,
                    max_workers,
                    options.rest_timeout,
                    metrics,
                    options.metrics_path,
                )
                self.rest_port = self._rest.server_address[1]
        except RuntimeError as error:
            self.close(time.monotonic())
            raise ServerError(
                f"Cannot listen on the socket {options.socket_path}: is its folder there, and may "
                "it be written?"
            ) from error
        except OSError as error:
            self.close(time.monotonic())
            raise _cannot_listen("REST", host, rest_port, "rest_port") from error

    def open(self) -> None:
        """Answer requests."""
        self._grpc.start()
        if self._rest is not None:
            self._rest.start()
        self._open = True

    def close(self, deadline: float) -> None:
        """Refuse new requests, and wait for those at work until `deadline` (`time.monotonic`)."""
        if not self._open:
            self.open()  # gRPC keeps the ports of a server that never answered
        grpc_stopped = self._grpc.stop(max(0.0, deadline - time.monotonic()))
        if self._rest is not None:
            self._rest.drain(max(0.0, deadline - time.monotonic()))
        grpc_stopped.wait()


def join_address(host: str, port: int) -> str:
    """Return `host:port`, with the brackets that an IPv6 address needs."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _grpc_server(
    registry: ModelRegistry,
    health: HealthReporter,
    metrics: Metrics,
    max_workers: int,
    options: ServerOptions,
) -> grpc.Server:
    workers = concurrent.futures.ThreadPoolExecutor(max_workers, "keras_genre-request")
    server = grpc.server(workers, options=(*_OPTIONS, *options.channel_arguments))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
        PredictionService(registry, metrics), server
    )
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(registry), server)
    if options.health:
        health_pb2_grpc.add_HealthServicer_to_server(health.servicer, server)
    return server


def _cannot_listen(protocol: str, host: str, port: int, argument: str) -> ServerError:
    return ServerError(
        f"Cannot listen on {join_address(host, port)} for {protocol}. Most likely another program "
        f"has port {port}, or {host} is no address of this machine. Stop the other program, or "
        f"choose another port (`{argument}`; on the command line "
        f"`--{argument.replace('_', '-')}`). Port 0 picks a free one."
    )
