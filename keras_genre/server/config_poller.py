"""Which models to serve, asked again while the server runs."""

import logging
import threading
from collections.abc import Callable

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from keras_genre.errors import ServerError
from keras_genre.server.model_registry import ModelRegistry
from keras_genre.server.statuses import StatusError

__all__ = ["ConfigPoller"]

_logger = logging.getLogger(__package__)


class ConfigPoller:
    """Looks at the configuration every so often and serves what it says.

    One that cannot be read, or is not legal, changes nothing; it is tried again at every look,
    because a label waits for its version to become available.

    Args:
        read: Reads the configuration.
        seconds: Seconds between two looks. 0 = none.
        registry: The models to exchange.
        applied: The configuration that is served already.
    """

    def __init__(
        self,
        read: Callable[[], ModelServerConfig],
        seconds: float,
        registry: ModelRegistry,
        applied: ModelServerConfig,
    ):
        self._read = read
        self._seconds = seconds
        self._registry = registry
        self._applied: ModelServerConfig | None = applied
        self._complaint = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="config", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        if self._seconds:
            self._thread.start()

    def stop(self) -> None:
        """Look no more. Does not block."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self._look()
                self._complaint = ""
            except (ServerError, StatusError) as error:
                self._complain(str(error))
            except Exception as error:  # the thread must outlive any surprise
                self._complain(f"{type(error).__name__}: {error}")

    def _look(self) -> None:
        config = self._read()
        if config == self._applied:
            return
        new = self._registry.configure(config)
        self._applied = None if self._registry.labels_wait else config
        if new:
            names = ", ".join(manager.name for manager in new)
            _logger.info("The configuration has new models: %s", names)

    def _complain(self, complaint: str) -> None:
        """Log what is wrong with the file once, not at every look."""
        if complaint != self._complaint:
            _logger.error(
                "Cannot take the configuration: %s The models stay as they are.", complaint
            )
        self._complaint = complaint
