"""What a development server does beside serving models at two ports."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

from tensorflow_serving.config.model_server_config_pb2 import ModelServerConfig

from keras_genre.server.batching import BatchingParameters

__all__ = ["ServerOptions"]


@dataclasses.dataclass(frozen=True)
class ServerOptions:
    """Further choices for a `DevelopmentServer`; each is a flag of `keras-genre model-server`.

    Args:
        batching: How requests are batched. None = each runs by itself.
        metrics_path: Where Prometheus finds the metrics, at the REST port. None = nowhere.
        rest: Whether to answer REST at all.
        rest_timeout: Seconds until a REST request that waits is given up.
        socket_path: A Unix socket that answers gRPC too.
        channel_arguments: Names and values for gRPC's server.
        health: Whether to answer gRPC's health service.
        early_labels: Whether a new label may be given to a version that is not available yet.
        late_moves: Whether a label that moves to a version that is not available yet keeps its old
            version until then. TensorFlow Serving refuses such a configuration as a whole.
        listen_early: Whether to answer while the first versions are being loaded (status and health
            say so). TensorFlow Serving does not.
        read_config: Reads which models to serve, again and again while the server runs. None = they
            stay as they are.
        config_poll_seconds: Seconds between two calls of it. 0 = it is not called.

    Raises:
        ValueError: If a time is out of its range.
    """

    batching: BatchingParameters | None = None
    metrics_path: str | None = None
    rest: bool = True
    rest_timeout: float = 30.0
    socket_path: str | Path | None = None
    channel_arguments: tuple[tuple[str, int | str], ...] = ()
    health: bool = True
    early_labels: bool = False
    late_moves: bool = False
    listen_early: bool = True
    read_config: Callable[[], ModelServerConfig] | None = None
    config_poll_seconds: float = 0.0

    def __post_init__(self):
        if not self.rest_timeout > 0:
            raise ValueError(f"Expected rest_timeout over 0 seconds, received {self.rest_timeout}.")
        if self.config_poll_seconds < 0:
            raise ValueError(
                f"Expected config_poll_seconds of at least 0, received {self.config_poll_seconds}."
            )
