"""The versions of one model: found, loaded, swapped and unloaded in the background."""

import contextlib
import dataclasses
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tensorflow_serving.config.model_server_config_pb2 import ModelConfig

from keras_genre.errors import ServerError
from keras_genre.model_versions import list_versions
from keras_genre.server.batching import BatchScheduler
from keras_genre.server.model_config import wanted_versions
from keras_genre.server.model_folders import folder_fingerprint
from keras_genre.server.model_version import ModelVersion, VersionState
from keras_genre.server.poller import Poller
from keras_genre.server.servable import Servable
from keras_genre.server.statuses import status_of
from keras_genre.server.warm_up import play_warm_up

__all__ = ["ModelManager"]

_logger = logging.getLogger(__package__)

# `tf.saved_model.load` promises nothing to several threads, and two loads at once would double
# the peak of memory. Only the loads take turns; looking at the folders does not.
_loading = threading.Lock()


class ModelManager(Poller):
    """Keeps the versions of one model loaded that its configuration asks for.

    A thread looks at the base path every `poll_seconds`. A new version is loaded beside the old
    one, which serves until the new one is available and is unloaded when its last request ends.
    Each model has its own thread, so that a bad one does not hold up the others.

    Args:
        config: The model's name, its base path (the folder whose integer-named child folders are
            versions), and which of the versions to serve.
        poll_seconds: Seconds between two looks. 0 = look once.
        on_change: Called, without arguments, after a version became available or failed.
        batcher: Runs the requests of all models together. None = each runs by itself.
    """

    def __init__(
        self,
        config: ModelConfig,
        poll_seconds: float,
        on_change: Callable[[], None],
        batcher: BatchScheduler | None = None,
    ):
        self.name = config.name
        self._config = config
        self._on_change = on_change
        self._batcher = batcher
        self._versions: dict[int, ModelVersion] = {}
        self._lock = threading.Lock()  # guards _versions and what is in them
        super().__init__(config.name, self._look_for_versions, poll_seconds)

    def configure(self, config: ModelConfig) -> None:
        """Look elsewhere, or for other versions, from now on."""
        if config != self._config:
            self._config = config
            self.wake()

    def stop(self, timeout: float) -> bool:
        """End the thread and unload everything that no request is using.

        Returns:
            True if nothing is left at work, False if a load or a request outlasted `timeout`.
        """
        self.request_stop()
        ended = self.join(timeout)
        self._unload_except(())
        with self._lock:
            busy = any(version.requests for version in self._versions.values())
        return ended and not busy

    @property
    def available_versions(self) -> list[int]:
        """The numbers of the versions that answer requests."""
        with self._lock:
            return [version.number for version in self._available()]

    def versions(self) -> list[ModelVersion]:
        """Return copies of all versions seen so far, newest first."""
        with self._lock:
            known = sorted(self._versions.items(), reverse=True)
            return [dataclasses.replace(version) for _, version in known]

    @contextlib.contextmanager
    def lease(self, number: int | None = None) -> Iterator[Servable | None]:
        """Lend a loaded version for one request; it is not unloaded meanwhile.

        Args:
            number: The version. None = the latest available.

        Yields:
            The loaded version, or None if there is no such version available.
        """
        with self._lock:
            version = self._pick(number)
            if version is not None:
                version.requests += 1
        try:
            yield None if version is None else version.servable
        finally:
            if version is not None:
                with self._lock:
                    version.requests -= 1
                    self._end_if_unused(version)

    def _look_for_versions(self) -> None:
        """Look at the base path once; load and unload what that asks for."""
        config = self._config
        try:
            found = list_versions(config.base_path)
        except OSError as error:
            # A disk that is gone for a moment is no wish to unload: go on with what is loaded.
            raise ServerError(f"cannot read {config.base_path}: {error.strerror}") from error
        wanted = wanted_versions(config.model_version_policy, found)
        if not wanted:
            which = "integer-named version folder" if not found else "version that is asked for"
            raise ServerError(f"no {which} in {config.base_path}")
        for number in wanted:
            if self._is_due(number, found[number]):
                self._load(number, found[number])
        self._unload_except(wanted)

    def _available(self) -> list[ModelVersion]:
        return [v for v in self._versions.values() if v.state is VersionState.AVAILABLE]

    def _pick(self, number: int | None) -> ModelVersion | None:
        candidates = [v for v in self._available() if number in (None, v.number)]
        return max(candidates, key=lambda v: v.number, default=None)

    def _is_due(self, number: int, path: Path) -> bool:
        version = self._versions.get(number)
        if version is None:
            return True
        if version.state is not VersionState.END:
            return False
        if version.error is None:
            return True  # unloaded for a newer one, which has been taken away since
        # It failed, most likely because it is still being copied. Try again when the content
        # is another one and has been still for the length of one poll.
        seen = folder_fingerprint(path)
        still = seen == version.last_seen
        version.last_seen = seen
        return still and seen != version.fingerprint

    def _load(self, number: int, path: Path) -> None:
        # The fingerprint comes first: what is written during the load counts as a change.
        version = ModelVersion(number, folder_fingerprint(path))
        with self._lock:
            self._versions[number] = version
        with _loading:
            if self.is_stopping:
                return
            version.state = VersionState.LOADING
            started = time.monotonic()
            # Other threads read the state to know whether the rest is there, so it comes last.
            try:
                servable = Servable.load(number, path)
                play_warm_up(servable, path)
                servable.batcher = self._batcher  # warm-up requests are batches already
                version.servable = servable
                version.state = VersionState.AVAILABLE
            except Exception as error:
                version.error = status_of(error)
                version.state = VersionState.END
        if version.error is None:
            seconds = time.monotonic() - started
            _logger.info("Loaded %s version %d in %.1f s from %s", self.name, number, seconds, path)
        else:
            _logger.error(
                "Could not load %s version %d from %s: %s. What is loaded goes on serving; this "
                "one is tried again when its folder changes.",
                self.name, number, path, " ".join(version.error.message.split()),
            )  # fmt: skip
        self._on_change()

    def _unload_except(self, wanted: Iterable[int]) -> None:
        """Unload the versions that are not wanted, once one that is wanted is available.

        Until then they stay, even when their folder is gone: an old version in memory is better
        than no answer, and a folder may vanish by mistake, or before its successor is there.
        """
        wanted = set(wanted)
        with self._lock:
            available = self._available()
            if wanted and wanted.isdisjoint(version.number for version in available):
                return
            for version in available:
                if version.number not in wanted:
                    version.state = VersionState.UNLOADING
                    self._end_if_unused(version)

    def _end_if_unused(self, version: ModelVersion) -> None:
        """End an unloading version with its last request. The caller holds the lock."""
        if version.state is VersionState.UNLOADING and version.requests == 0:
            version.servable = None
            version.state = VersionState.END
            _logger.info("Unloaded %s version %d", self.name, version.number)
