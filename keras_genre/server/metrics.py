"""What Prometheus reads: how many requests, and how long they took."""

import bisect
import collections
import contextlib
import threading
import time
from collections.abc import Container, Iterator
from pathlib import Path

from keras_genre.server.statuses import status_of
from keras_genre.server.text_files import MonitoringFile, read_text_file

__all__ = ["Metrics", "read_metrics_path"]

_PATH = "/monitoring/prometheus/metrics"
_COUNT = ":tensorflow:serving:request_count"
_LATENCY = ":tensorflow:serving:request_latency"
_BOUNDS = [10 * 1.8**power for power in range(33)]  # microseconds, to some 20 minutes


def read_metrics_path(path: str | Path) -> str | None:
    """Read TensorFlow Serving's monitoring file: where the metrics are asked for. None = nowhere.

    Raises:
        ServerError: If it cannot be read, or is none.
    """
    prometheus = read_text_file(path, MonitoringFile()).prometheus_config
    return (prometheus.path or _PATH) if prometheus.enable else None


class Metrics:
    """Counts requests, under the names and labels of TensorFlow Serving."""

    def __init__(self):
        self._lock = threading.Lock()  # guards the rest
        self._counts: dict[tuple, int] = collections.Counter()
        self._buckets: dict[tuple, list[int]] = {}
        self._sums: dict[tuple, float] = collections.Counter()

    @contextlib.contextmanager
    def request(
        self, model: str, api: str, entrypoint: str, models: Container[str]
    ) -> Iterator[None]:
        """Count the request inside.

        Args:
            model: The name that the request gave.
            api: `Predict`, `Classify`, `Regress` or `MultiInference`.
            entrypoint: `GRPC` or `REST`.
            models: The models that there are. Other names count as "", because clients may invent
                any number of them.
        """
        started = time.perf_counter()
        status = "OK"
        try:
            yield
        except Exception as error:
            status = status_of(error).code.name
            raise
        finally:
            model = model if model in models else ""
            microseconds = (time.perf_counter() - started) * 1e6
            self._add(model, status, (model, api, entrypoint, status), microseconds)

    def text(self) -> str:
        """Return everything in Prometheus' text format."""
        with self._lock:
            lines = [f"# TYPE {_COUNT} counter"]
            for (model, status), count in sorted(self._counts.items()):
                labels = f'model_name="{_escaped(model)}",status="{status}"'
                lines.append(f"{_COUNT}{{{labels}}} {count}")
            lines.append(f"# TYPE {_LATENCY} histogram")
            for key in sorted(self._buckets):
                lines += self._histogram(key)
        return "\n".join(lines) + "\n"

    def _add(self, model: str, status: str, key: tuple, microseconds: float) -> None:
        with self._lock:
            self._counts[model, status] += 1
            buckets = self._buckets.setdefault(key, [0] * (len(_BOUNDS) + 1))
            buckets[bisect.bisect_left(_BOUNDS, microseconds)] += 1
            self._sums[key] += microseconds

    def _histogram(self, key: tuple) -> list[str]:
        model, api, entrypoint, status = key
        labels = (
            f'model_name="{_escaped(model)}",API="{api}",entrypoint="{entrypoint}",'
            f'status="{status}"'
        )
        lines, total = [], 0
        bounds = [*(f"{bound:.6g}" for bound in _BOUNDS), "+Inf"]
        for bound, count in zip(bounds, self._buckets[key], strict=True):
            total += count
            lines.append(f'{_LATENCY}_bucket{{{labels},le="{bound}"}} {total}')
        lines.append(f"{_LATENCY}_sum{{{labels}}} {self._sums[key]:.6g}")
        lines.append(f"{_LATENCY}_count{{{labels}}} {total}")
        return lines


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
