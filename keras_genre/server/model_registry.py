"""All models of a server, and who is meant by a request's `ModelSpec`."""

import contextlib
import copy
import threading
from collections.abc import Callable, Iterator

import grpc
from tensorflow_serving.apis import model_pb2
from tensorflow_serving.config.model_server_config_pb2 import ModelConfig, ModelServerConfig

from keras_genre.server.batching import BatchScheduler
from keras_genre.server.model_config import check_config
from keras_genre.server.model_manager import ModelManager
from keras_genre.server.model_version import ModelVersion
from keras_genre.server.servable import Servable
from keras_genre.server.statuses import StatusError, invalid, not_found, unfit_model

__all__ = ["ModelRegistry"]


class ModelRegistry:
    """The models of a server by name, and the labels of their versions.

    Args:
        poll_seconds: Seconds between two looks at a base path. 0 = look once.
        on_change: Called, without arguments, after a version became available or failed, or the
            models became others.
        batcher: Runs the requests of all models together. None = each runs by itself.
        early_labels: Whether a new label may be given to a version that is not available yet.
        late_moves: Whether a label that moves to a version that is not available yet keeps its old
            version until then. Otherwise such a configuration is refused.

    Attributes:
        labels_wait: Whether a label waits for its version; the same configuration must come again.
    """

    def __init__(
        self,
        poll_seconds: float,
        on_change: Callable[[], None],
        batcher: BatchScheduler | None = None,
        early_labels: bool = False,
        late_moves: bool = False,
    ):
        self.managers: dict[str, ModelManager] = {}  # replaced as a whole, never changed
        self._labels: dict[tuple[str, str], int] = {}  # likewise
        self._poll_seconds = poll_seconds
        self._on_change = on_change
        self._batcher = batcher
        self._early_labels = early_labels
        self._late_moves = late_moves
        self.labels_wait = False
        self._configuring = threading.Lock()
        self._stopping = False

    def configure(self, config: ModelServerConfig) -> list[ModelManager]:
        """Serve the models of `config`, and no others, from now on.

        Returns:
            Those that were not served before; they are being loaded.

        Raises:
            StatusError: If the configuration is not legal. Then nothing changes.
        """
        with self._configuring:
            check_config(config)
            if self._stopping:
                raise StatusError(grpc.StatusCode.UNAVAILABLE, "The server is stopping.")
            models = {m.name: copy.deepcopy(m) for m in config.model_config_list.config}
            labels = {}
            for model in models.values():
                labels |= self._checked_labels(model)
            self.labels_wait = any(
                labels[name, label] != number
                for name, model in models.items()
                for label, number in model.version_labels.items()
            )
            before = self.managers
            # Labels come first: a version goes only when none means it any more.
            self.managers = {
                name: before.get(name)
                or ModelManager(model, self._poll_seconds, self._on_change, self._batcher)
                for name, model in models.items()
            }
            self._labels = labels
            for name, manager in self.managers.items():
                manager.configure(models[name])
            new = [manager for name, manager in self.managers.items() if name not in before]
            gone = [manager for name, manager in before.items() if name not in models]
        for manager in new:
            manager.start()
        for manager in gone:
            manager.stop(timeout=0.0)  # requests at work there finish
        self._on_change()
        return new

    def reload(self, config: ModelServerConfig) -> None:
        """`configure`, and wait until the first attempt to load each new model is over.

        Raises:
            StatusError: If the configuration is not legal, or UNKNOWN if a new model did not become
                available; that one is tried again like any other.
        """
        new = self.configure(config)
        for manager in new:
            manager.wait_until_looked()
        failed = [manager for manager in new if not manager.available_versions]
        if failed:
            reasons = ", ".join(f"{{{_why_unavailable(manager)}}}" for manager in failed)
            raise StatusError(
                grpc.StatusCode.UNKNOWN,
                f"{len(failed)} model(s) did not become available: {{{reasons}, }}",
            )

    def request_stop(self) -> None:
        """Take no configuration any more, and ask every model's thread to end. Does not block."""
        with self._configuring:
            self._stopping = True
        for manager in self.managers.values():
            manager.request_stop()

    @contextlib.contextmanager
    def lease(self, spec: model_pb2.ModelSpec) -> Iterator[Servable]:
        """Lend the version that `spec` means for one request.

        Raises:
            StatusError: If there is none.
        """
        if not spec.name:
            raise invalid("ModelSpec has no name specified.")
        number = self._version_number(spec)
        manager = self.managers.get(spec.name)
        lease = contextlib.nullcontext() if manager is None else manager.lease(number)
        with lease as servable:
            if servable is not None:
                yield servable
                return
        if number != self._version_number(spec):  # the label has moved meanwhile
            with self.lease(spec) as servable:
                yield servable
            return
        wanted = f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
        raise not_found(f"Servable not found for request: {wanted}")

    def versions(self, spec: model_pb2.ModelSpec) -> list[ModelVersion]:
        """Return the versions that `spec` means, newest first, whatever their state.

        Raises:
            StatusError: If there is none.
        """
        number = self._version_number(spec)
        manager = self.managers.get(spec.name)
        versions = [
            version
            for version in (manager.versions() if manager else ())
            if number in (None, version.number)
        ]
        if not versions:
            wanted = "any versions" if number is None else f"version {number}"
            raise not_found(f"Could not find {wanted} of model {spec.name}")
        return versions

    def _version_number(self, spec: model_pb2.ModelSpec) -> int | None:
        if spec.HasField("version_label"):
            number = self._labels.get((spec.name, spec.version_label))
            if number is None:
                raise invalid(f"Unrecognized servable version label: {spec.version_label}")
            return number
        return spec.version.value if spec.HasField("version") else None

    def _checked_labels(self, model: ModelConfig) -> dict[tuple[str, str], int]:
        """Return what each label of a model means now; let versions that are meant stay loaded."""
        manager = self.managers.get(model.name)
        available = manager.available_versions if manager else ()
        labels = {}
        for label, number in model.version_labels.items():
            # A label that moves must not leave requests without an answer.
            before = self._labels.get((model.name, label), number)
            if number in available or (self._early_labels and before == number):
                labels[model.name, label] = number
            elif self._late_moves and before != number:
                labels[model.name, label] = before
                if model.model_version_policy.HasField("specific"):
                    model.model_version_policy.specific.versions.append(before)
            else:
                raise unfit_model(
                    f"Request to assign label to version {number} of model {model.name}, which is "
                    "not currently available for inference"
                )
        return labels


def _why_unavailable(manager: ModelManager) -> str:
    for version in manager.versions():
        if version.error is not None:
            return (
                f"{{name: {manager.name} version: {version.number}}} due to error: "
                f"{version.error.code.name}: {version.error.message}"
            )
    return f"{{name: {manager.name}}} has no version on disk"
