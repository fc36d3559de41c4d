"""All models of a server, and who is meant by a request's `ModelSpec`."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import grpc
from tensorflow_serving.apis import model_pb2

from keras_genre.server.model_manager import ModelManager
from keras_genre.server.model_version import ModelVersion
from keras_genre.server.servable import Servable
from keras_genre.server.statuses import StatusError

__all__ = ["ModelRegistry"]


class ModelRegistry:
    """The models of a server by name.

    Args:
        models: Base paths by model name.
        poll_seconds: Seconds between two looks at a base path.
        on_change: Called, without arguments, after a version became available or failed.
    """

    def __init__(
        self,
        models: Mapping[str, str | Path],
        poll_seconds: float,
        on_change: Callable[[], None],
    ):
        self.managers = {
            name: ModelManager(name, base_path, poll_seconds, on_change)
            for name, base_path in models.items()
        }

    @contextlib.contextmanager
    def lease(self, spec: model_pb2.ModelSpec) -> Iterator[Servable]:
        """Lend the version that `spec` means for one request.

        Raises:
            StatusError: If there is none.
        """
        if not spec.name:
            raise StatusError(grpc.StatusCode.INVALID_ARGUMENT, "ModelSpec has no name specified.")
        number = _version_number(spec)
        manager = self.managers.get(spec.name)
        lease = contextlib.nullcontext() if manager is None else manager.lease(number)
        with lease as servable:
            if servable is None:
                wanted = (
                    f"Latest({spec.name})" if number is None else f"Specific({spec.name}, {number})"
                )
                raise StatusError(
                    grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {wanted}"
                )
            yield servable

    def versions(self, spec: model_pb2.ModelSpec) -> list[ModelVersion]:
        """Return the versions that `spec` means, newest first, whatever their state.

        Raises:
            StatusError: If there is none.
        """
        number = _version_number(spec)
        manager = self.managers.get(spec.name)
        versions = [
            version
            for version in (manager.versions() if manager else ())
            if number in (None, version.number)
        ]
        if not versions:
            wanted = "any versions" if number is None else f"version {number}"
            raise StatusError(
                grpc.StatusCode.NOT_FOUND, f"Could not find {wanted} of model {spec.name}"
            )
        return versions


def _version_number(spec: model_pb2.ModelSpec) -> int | None:
    if spec.HasField("version_label"):
        # No label is assigned to any version yet, so each is unknown.
        raise StatusError(
            grpc.StatusCode.INVALID_ARGUMENT,
            f"Unrecognized servable version label: {spec.version_label}",
        )
    return spec.version.value if spec.HasField("version") else None
