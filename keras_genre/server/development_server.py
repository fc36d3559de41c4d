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

__all__ = ["DevelopmentServer"]

_logger = logging.getLogger(__package__)

_LARGEST_MESSAGE = 2**31 - 1
_OPTIONS = (
    ("grpc.max_receive_message_length", _LARGEST_MESSAGE),
    ("grpc.max_send_message_length", _LARGEST_MESSAGE),
    # Without this a second server would share the port and take half of the requests.
    ("grpc.so_reuseport", 0),
)


class DevelopmentServer:
    """Serves SavedModels over gRPC as TensorFlow Serving does, from one Python process.

    For laptops, tests, notebooks and demos; in production the same folders go to the official
    TensorFlow Serving container. Each model's latest version is served; a newer one that appears
    in its folder replaces it without a failed request.

    Args:
        models: Base paths by model name. A base path is the folder whose integer-named child
            folders are versions. `find_models` makes this mapping from a folder of models.
        port: The port to listen on. 0 = any free one; see `port`.
        host: The address to listen on. The default answers this machine only.
        poll_seconds: Seconds between two looks for new versions.
        max_workers: How many requests run at the same time; the others wait.

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
        poll_seconds: float = 1.0,
        max_workers: int = 8,
    ):
        _check_arguments(models, port, poll_seconds, max_workers)
        self._host = host
        self._port = port
        self._max_workers = max_workers
        self._registry = ModelRegistry(models, poll_seconds, self._report_health)
        self._health = HealthReporter(self._registry)
        self._grpc_server: grpc.Server | None = None
        self._lifecycle = threading.Lock()
        self._stopping = False
        self._stopped = threading.Event()
        self._drained = True

    @property
    def port(self) -> int:
        """The port: as asked for, or once started as bound."""
        return self._port

    @property
    def address(self) -> str:
        """`host:port`, as a gRPC client wants it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{host}:{self._port}"

    @property
    def available_models(self) -> list[str]:
        """The names of the models that answer requests now."""
        managers = self._registry.managers.items()
        return [name for name, manager in managers if manager.is_available]

    def start(self) -> None:
        """Listen, and load what is there.

        Returns when the first attempt to load each model is over. One that failed is reported
        (log, GetModelStatus, health) and tried again when its folder changes.

        Raises:
            ServerError: If the port cannot be bound, or the server was started before.
        """
        with self._lifecycle:
            if self._grpc_server is not None or self._stopping:
                raise ServerError(
                    "This DevelopmentServer was started or stopped before. Make a new one."
                )
            self._grpc_server, self._port = self._bind()
            self._grpc_server.start()
            _logger.info("The development server listens on %s", self.address)
            for manager in self._registry.managers.values():
                manager.start()
        for manager in self._registry.managers.values():
            manager.wait_until_attempted()

    def stop(self, grace: float = 5.0) -> bool:
        """Refuse new requests, let those at work finish, and unload the models.

        Stopping again, or from several threads, waits for the first stop and is harmless.

        Args:
            grace: How many seconds requests and loads at work have to finish. Clients of the
                requests that take longer get CANCELLED.

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

    def _bind(self) -> tuple[grpc.Server, int]:
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
            return server, server.add_insecure_port(self.address)
        except RuntimeError as error:
            raise ServerError(
                f"Cannot listen on {self.address}. Most likely another program has port "
                f"{self._port}, or {self._host} is no address of this machine. Stop the other "
                "program, or choose another port; port 0 picks a free one."
            ) from error

    def _drain(self, deadline: float) -> bool:
        managers = self._registry.managers.values()
        self._health.drain()
        for manager in managers:
            manager.request_stop()
        if self._grpc_server is not None:
            self._grpc_server.stop(max(0.0, deadline - time.monotonic())).wait()
        idle = [manager.stop(max(0.0, deadline - time.monotonic())) for manager in managers]
        if self._grpc_server is not None:
            _logger.info("The development server on %s has stopped", self.address)
        return all(idle)

    def _report_health(self) -> None:
        self._health.report()


def _check_arguments(models: Mapping, port: int, poll_seconds: float, max_workers: int) -> None:
    if not models:
        raise ValueError("Expected at least one model as {name: base path}, received none.")
    if not 0 <= port <= 65535:
        raise ValueError(f"Expected a port from 0 to 65535, received {port}.")
    if not poll_seconds > 0:
        raise ValueError(f"Expected poll_seconds over 0, received {poll_seconds}.")
    if max_workers < 1:
        raise ValueError(f"Expected max_workers of at least 1, received {max_workers}.")
