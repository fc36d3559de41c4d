"""What one version of a model is doing."""

import dataclasses
import enum

from keras_genre.server.servable import Servable
from keras_genre.server.statuses import StatusError

__all__ = ["ModelVersion", "VersionState"]


class VersionState(enum.IntEnum):
    """The life of a version, numbered as in TensorFlow Serving's `ModelVersionStatus`."""

    START = 10
    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclasses.dataclass
class ModelVersion:
    """One version that was seen on disk; it stays known after it is unloaded.

    Args:
        number: The version number.
        fingerprint: The folder's `folder_fingerprint` before it was loaded.
        state: Where it is in its life. END with an `error` means that loading failed.
        error: Why it could not be loaded.
        servable: The loaded model, while AVAILABLE or UNLOADING.
        requests: How many requests are using `servable` now.
        last_seen: The fingerprint at the last look, of a version that failed to load.
    """

    number: int
    fingerprint: frozenset
    state: VersionState = VersionState.START
    error: StatusError | None = None
    servable: Servable | None = None
    requests: int = 0
    last_seen: frozenset | None = None
