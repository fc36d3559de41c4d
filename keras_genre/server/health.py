"""The standard gRPC health service, told by the state of the models."""

import threading

from grpc_health.v1 import health, health_pb2

from keras_genre.server.model_registry import ModelRegistry

__all__ = ["HealthReporter"]

_OVERALL = ""


class HealthReporter:
    """Says SERVING for each model that is available, and overall once all of them are.

    Before that, and while the server drains, it says NOT_SERVING; so whoever waits for SERVING
    never meets a model that is not loaded. TensorFlow Serving has this service too, with
    `--enable_grpc_healthcheck_service`; a name for each model is the development server's own.

    Args:
        registry: The models to report on.
    """

    def __init__(self, registry: ModelRegistry):
        self.servicer = health.HealthServicer()
        self._registry = registry
        self._lock = threading.Lock()
        self._reported: set[str] = set()
        self.report()

    def report(self) -> None:
        """Look at all models and report what they are."""
        # Looking and telling are one step: an older look must not overtake a newer one.
        with self._lock:
            available = {
                name: bool(manager.available_versions)
                for name, manager in self._registry.managers.items()
            }
            for name in self._reported - available.keys():
                self.servicer.set(name, _status(False))
            self._reported = set(available)
            for name, is_available in available.items():
                self.servicer.set(name, _status(is_available))
            self.servicer.set(_OVERALL, _status(all(available.values())))

    def drain(self) -> None:
        """Report NOT_SERVING for good."""
        self.servicer.enter_graceful_shutdown()


def _status(is_available: bool) -> int:
    statuses = health_pb2.HealthCheckResponse
    return statuses.SERVING if is_available else statuses.NOT_SERVING
