"""The development server."""

import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from keras_genre.errors import ServerError
from keras_genre.server.batching import BatchScheduler
from keras_genre.server.health import HealthReporter
from keras_genre.server.listeners import Listeners, join_address
from keras_genre.server.model_config import config_of_models
from keras_genre.server.model_manager import ModelManager
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.poller import Poller
from keras_genre.server.server_options import ServerOptions
from keras_genre.server.statuses import StatusError

__all__ = ["DevelopmentServer"]

_logger = logging.getLogger(__package__)

_LAST_PORT = 65535
# Requests that wait for their batch hold a thread each, but no processor.
_WORKERS, _BATCHED_WORKERS = 8, 128


class DevelopmentServer:
    """Serves SavedModels over gRPC and REST as TensorFlow Serving does, from one Python process.

    For laptops, tests, notebooks and demos; in production the same folders go to the official
    TensorFlow Serving container. Each model's latest version is served, unless its configuration
    says otherwise; a newer one that appears in its folder replaces it without a failed request.

    Args:
        models: Base paths by model name, or what `read_model_config` read. A base path is the
            folder whose integer-named child folders are versions. `find_models` makes this mapping
            from a folder of models.
        port: The port for gRPC. 0 = any free one; see `port`.
        host: The address to listen on. The default answers this machine only.
        rest_port: The port for REST. 0 = any free one; None = the one after `port`, or any free
            one where `port` is.
        poll_seconds: Seconds between two looks for new versions. 0 = look once.
        max_workers: How many requests of each protocol run at the same time; the others wait.
            None = 8, or 128 if requests are batched.
        options: Batching, metrics and the like.

    Raises:
        ValueError: If an argument is out of its range.

    Example:
        >>> with DevelopmentServer(find_models("saved_models"), port=0) as server:  # doctest: +SKIP
        ...     print(server.address)
        127.0.0.1:40571
    """

    def __init__(
        self,
        models: Mapping[str, str | Path] | ModelServerConfig,
        port: int = 8500,
        host: str = "127.0.0.1",
        rest_port: int | None = None,
        poll_seconds: float = 1.0,
        max_workers: int | None = None,
        options: ServerOptions | None = None,
    ):
        options = options or ServerOptions()
        if max_workers is None:
            max_workers = _BATCHED_WORKERS if options.batching else _WORKERS
        if rest_port is None:
            rest_port = port + 1 if 0 < port < _LAST_PORT else 0
        _check_arguments(models, port, rest_port, poll_seconds, max_workers)
        self._host = host
        self._port = port
        self._rest_port = rest_port
        self._max_workers = max_workers
        self._options = options
        if not isinstance(models, ModelServerConfig):
            models = config_of_models(models)
        self._config: ModelServerConfig | None = models  # None: labels wait, so it comes again
        self._batcher = BatchScheduler(options.batching) if options.batching else None
        self._registry = ModelRegistry(
            poll_seconds,
            lambda: self._health.report(),
            self._batcher,
            options.early_labels,
            options.late_moves,
        )
        self._health = HealthReporter(self._registry)
        self._poller = Poller(
            "Cannot take the configuration", self._look_at_config, options.config_poll_seconds
        )
        self._listeners: Listeners | None = None
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
        return join_address(self._host, self._port)

    @property
    def rest_url(self) -> str:
        """`http://host:port`, to which a REST client adds `/v1/models/...`."""
        return f"http://{join_address(self._host, self._rest_port)}"

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
            ServerError: If a port cannot be bound, the configuration is not legal, or the server
                was started before.
        """
        with self._lifecycle:
            if self._listeners is not None or self._stopping:
                raise ServerError(
                    "This DevelopmentServer was started or stopped before. Make a new one."
                )
            self._listeners = Listeners(
                self._registry,
                self._health,
                self._host,
                self._port,
                self._rest_port,
                self._max_workers,
                self._options,
            )
            self._port, self._rest_port = self._listeners.port, self._listeners.rest_port
            if self._options.listen_early:
                self._open()
            new = self._configure()
        for manager in new:
            manager.wait_until_looked()
        if not self._options.listen_early:
            with self._lifecycle:
                if not self._stopping:
                    self._open()

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

    def _open(self) -> None:
        self._listeners.open()
        rest = f" and {self.rest_url}" if self._options.rest else ""
        _logger.info("The development server listens on %s%s", self.address, rest)

    def _configure(self) -> list[ModelManager]:
        try:
            new = self._registry.configure(self._config)
        except StatusError as error:
            raise ServerError(
                f"The models cannot be served: {error.code.name}: {error.message}. Mend the "
                "configuration; a label of a version that is not loaded yet needs `early_labels` "
                "(`--allow_version_labels_for_unavailable_models`)."
            ) from error
        if self._options.read_config is not None and self._options.config_poll_seconds:
            self._poller.start()
        return new

    def _look_at_config(self) -> None:
        config = self._options.read_config()
        if config == self._config:
            return
        new = self._registry.configure(config)
        self._config = None if self._registry.labels_wait else config
        if new:
            names = ", ".join(manager.name for manager in new)
            _logger.info("The configuration has new models: %s", names)

    def _drain(self, deadline: float) -> bool:
        self._health.drain()
        self._poller.request_stop()
        self._registry.request_stop()
        if self._batcher is not None:
            self._batcher.stop()  # no batch waits for requests that are refused now
        if self._listeners is not None:
            self._listeners.close(deadline)
        managers = self._registry.managers.values()
        idle = [manager.stop(max(0.0, deadline - time.monotonic())) for manager in managers]
        if self._listeners is not None:
            _logger.info("The development server on %s has stopped", self.address)
        return all(idle)


def _check_arguments(
    models: Mapping | ModelServerConfig,
    port: int,
    rest_port: int,
    poll_seconds: float,
    max_workers: int,
) -> None:
    if isinstance(models, Mapping) and not models:
        raise ValueError("Expected at least one model as {name: base path}, received none.")
    for number in (port, rest_port):
        if not 0 <= number <= _LAST_PORT:
            raise ValueError(f"Expected a port from 0 to {_LAST_PORT}, received {number}.")
    if not poll_seconds >= 0:
        raise ValueError(f"Expected poll_seconds of at least 0, received {poll_seconds}.")
    if max_workers < 1:
        raise ValueError(f"Expected max_workers of at least 1, received {max_workers}.")
