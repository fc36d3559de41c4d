"""The development server."""

import concurrent.futures
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2_grpc
from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

from keras_genre.errors import ServerError
from keras_genre.server.health import HealthReporter
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.model_service import ModelService
from keras_genre.server.prediction_service import PredictionService
from keras_genre.server.rest_api import RestApi
from keras_genre.server.rest_server import RestServer

__all__ = ["DevelopmentServer"]

_logger = logging.getLogger(__package__)

_LAST_PORT = 65535
_LARGEST_MESSAGE = 2**31 - 1
_OPTIONS = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    # Without this a second server would share the port and take half of the requests.
    ("grpc.so_reuseport", 0),
)


class DevelopmentServer:
    """Serves SavedModels over gRPC and REST as TensorFlow Serving does, from one Python process.

    For laptops, tests, notebooks and demos; in production the same folders go to the official
    TensorFlow Serving container. Each model's latest version is served; a newer one that appears
    in its folder replaces it without a failed request.

    Args:
        models: Base paths by model name. A base path is the folder whose integer-named child
            folders are versions. `find_models` makes this mapping from a folder of models.
        port: The port for gRPC. 0 = any free one; see `port`.
        host: The address to listen on. The default answers this machine only.
        rest_port: The port for REST. 0 = any free one; None = the one after `port`, or any free
            one where `port` is.
        poll_seconds: Seconds between two looks for new versions.
        max_workers: How many requests of each protocol run at the same time; the others wait.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> with DevelopmentServer(find_models("saved_models"), port=0) as server:  # doctest: +SKIP
        ...     print(server.address)
        127.0.0.1:40571
    """

    def __init__(
        self,
        models: Mapping[str, str | Path],
        port: int = 8500,
        host: str = "127.0.0.1",
        rest_port: int | None = None,
        poll_seconds: float = 1.0,
        max_workers: int = 8,
    ):
        if rest_port is None:
            rest_port = port + 1 if 0 < port < _LAST_PORT else 0
        _check_arguments(models, port, rest_port, poll_seconds, max_workers)
        self._host = host
        self._port = port
        self._rest_port = rest_port
        self._max_workers = max_workers
        self._registry = ModelRegistry(models, poll_seconds, self._report_health)
        self._health = HealthReporter(self._registry)
        self._grpc_server: grpc.Server | None = None
        self._rest_server: RestServer | None = None
        self._lifecycle = threading.Lock()
        self._stopping = False
        self._stopped = threading.Event()
        self._drained = True

    @property
    def port(self) -> int:
        """The port for gRPC: as asked for, or once started as bound."""
        return self._port

    @property
    def rest_port(self) -> int:
        """The port for REST, likewise."""
        return self._rest_port

    @property
    def address(self) -> str:
        """`host:port`, as a gRPC client wants it."""
        return self._address(self._port)

    @property
    def rest_url(self) -> str:
        """`http://host:port`, to which a REST client adds `/v1/models/...`."""
        return f"http://{self._address(self._rest_port)}"

    @property
    def available_versions(self) -> dict[str, list[int]]:
        """The versions of each model that answer requests now."""
        managers = self._registry.managers.items()
        return {name: manager.available_versions for name, manager in managers}

    def start(self) -> None:
        """Listen, and load what is there.

        Returns when the first attempt to load each model is over. One that failed is reported
        (log, GetModelStatus, health) and tried again when its folder changes.

        Raises:
            ServerError: If a port cannot be bound, or the server was started before.
        """
        with self._lifecycle:
            if self._grpc_server is not None or self._stopping:
                raise ServerError(
                    "This DevelopmentServer was started or stopped before. Make a new one."
                )
            self._bind()
            self._grpc_server.start()
            self._rest_server.start()
            _logger.info("The development server listens on %s and %s", self.address, self.rest_url)
            for manager in self._registry.managers.values():
                manager.start()
        for manager in self._registry.managers.values():
            manager.wait_until_attempted()

    def stop(self, grace: float = 5.0) -> bool:
        """Refuse new requests, let those at work finish, and unload the models.

        Stopping again, or from several threads, waits for the first stop and is harmless.

        Args:
            grace: How many seconds requests and loads at work have to finish. Of the requests that
                take longer, those over gRPC get CANCELLED.

        Returns:
            True if everything finished in time. False if a thread is still inside TensorFlow,
            which cannot be interrupted: the interpreter will wait for it at exit.
        """
        with self._lifecycle:
            first, self._stopping = not self._stopping, True
        if first:
            self._drained = self._drain(time.monotonic() + grace)
            self._stopped.set()
        self._stopped.wait()
        return self._drained

    def wait(self) -> None:
        """Block until the server is stopped."""
        self._stopped.wait()

    def __enter__(self) -> "DevelopmentServer":
        self.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def _address(self, port: int) -> str:
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{port}"

    def _bind(self) -> None:
        workers = concurrent.futures.ThreadPoolExecutor(self._max_workers, "keras_genre-request")
        server = grpc.server(workers, options=_OPTIONS)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            PredictionService(self._registry), server
        )
        model_service_pb2_grpc.add_ModelServiceServicer_to_server(
            ModelService(self._registry), server
        )
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, server)
        try:
            port = server.add_insecure_port(self.address)
        except RuntimeError as error:
            raise self._cannot_listen("gRPC", self._port, "port") from error
        try:
            api = RestApi(self._registry)
            rest_server = RestServer(api, self._host, self._rest_port, self._max_workers)
        except OSError as error:
            server.start()  # one that never started keeps its port
            server.stop(None).wait()
            raise self._cannot_listen("REST", self._rest_port, "rest_port") from error
        self._grpc_server, self._port = server, port
        self._rest_server, self._rest_port = rest_server, rest_server.server_address[1]

    def _cannot_listen(self, protocol: str, port: int, argument: str) -> ServerError:
        return ServerError(
            f"Cannot listen on {self._address(port)} for {protocol}. Most likely another program "
            f"has port {port}, or {self._host} is no address of this machine. Stop the other "
            f"program, or choose another port (`{argument}`; on the command line "
            f"`--{argument.replace('_', '-')}`). Port 0 picks a free one."
        )

    def _drain(self, deadline: float) -> bool:
        def remaining() -> float:
            return max(0.0, deadline - time.monotonic())

        managers = self._registry.managers.values()
        self._health.drain()
        for manager in managers:
            manager.request_stop()
        if self._grpc_server is not None:
            grpc_stopped = self._grpc_server.stop(remaining())
            self._rest_server.drain(remaining())
            grpc_stopped.wait()
        idle = [manager.stop(remaining()) for manager in managers]
        if self._grpc_server is not None:
            _logger.info("The development server on %s has stopped", self.address)
        return all(idle)

    def _report_health(self) -> None:
        self._health.report()


def _check_arguments(
    models: Mapping, port: int, rest_port: int, poll_seconds: float, max_workers: int
) -> None:
    if not models:
        raise ValueError("Expected at least one model as {name: base path}, received none.")
    for number in (port, rest_port):
        if not 0 <= number <= _LAST_PORT:
            raise ValueError(f"Expected a port from 0 to {_LAST_PORT}, received {number}.")
    if not poll_seconds > 0:
        raise ValueError(f"Expected poll_seconds over 0, received {poll_seconds}.")
    if max_workers < 1:
        raise ValueError(f"Expected max_workers of at least 1, received {max_workers}.")
