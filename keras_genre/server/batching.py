"""Requests that arrive together, run as one batch."""

import collections
import dataclasses
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import grpc

from keras_genre.errors import ServerError
from keras_genre.server.merging import Task, batch_size, run_tasks
from keras_genre.server.statuses import StatusError, expired, invalid
from keras_genre.server.text_files import BatchingFile, read_text_file

__all__ = ["BatchScheduler", "BatchingParameters"]


@dataclasses.dataclass(frozen=True)
class BatchingParameters:
    """How requests are batched, named and defaulting as in TensorFlow Serving's batching file.

    Args:
        max_batch_size: The most rows of a batch; a request with more is refused.
        batch_timeout_micros: How long a batch that is not full waits for more, in microseconds.
        max_enqueued_batches: Batches of one signature that may wait; further requests are refused.
        num_batch_threads: How many batches run at the same time.
        allowed_batch_sizes: Batches are filled up to the next of these. The last is
            `max_batch_size`. None = any size.
        pad_variable_length_inputs: Whether inputs of different shapes are padded to the largest,
            each with its own first element.

    Raises:
        ServerError: If the parameters do not fit together.

    Reference:
        [TensorFlow Serving Batching Guide](https://github.com/tensorflow/serving/tree/master/tensorflow_serving/batching)
    """

    max_batch_size: int = 1000
    batch_timeout_micros: int = 0
    max_enqueued_batches: int = 10
    num_batch_threads: int = os.cpu_count() or 1
    allowed_batch_sizes: tuple[int, ...] = ()
    pad_variable_length_inputs: bool = False

    def __post_init__(self):
        for name in ("max_batch_size", "max_enqueued_batches", "num_batch_threads"):
            if getattr(self, name) < 1:
                raise ServerError(f"{name} must be positive; was {getattr(self, name)}")
        if self.batch_timeout_micros < 0:
            raise ServerError(
                f"batch_timeout_micros must be non-negative; was {self.batch_timeout_micros}"
            )
        sizes = self.allowed_batch_sizes
        if list(sizes) != sorted(set(sizes)):
            raise ServerError("allowed_batch_sizes entries must be monotonically increasing")
        if sizes and sizes[-1] != self.max_batch_size:
            raise ServerError(
                "Last entry in allowed_batch_sizes must match max_batch_size; last entry was "
                f"{sizes[-1]}; expected {self.max_batch_size}"
            )

    @classmethod
    def read(cls, path: str | Path) -> "BatchingParameters":
        """Read a batching file.

        Raises:
            ServerError: If it cannot be read, is none, or asks for large requests to be split.
        """
        file = read_text_file(path, BatchingFile())
        if file.enable_large_batch_splitting.value:
            raise ServerError(
                f"{path} sets enable_large_batch_splitting, which the development server does not "
                "have. Send at most max_batch_size rows a request."
            )
        numbers = (
            "max_batch_size", "batch_timeout_micros", "max_enqueued_batches", "num_batch_threads",
        )  # fmt: skip
        given = {name: getattr(file, name).value for name in numbers if file.HasField(name)}
        return cls(
            **given,
            allowed_batch_sizes=tuple(file.allowed_batch_sizes),
            pad_variable_length_inputs=file.pad_variable_length_inputs,
        )


@dataclasses.dataclass
class _Batch:
    opened: float
    tasks: list[Task] = dataclasses.field(default_factory=list)
    size: int = 0

    def add(self, task: Task) -> None:
        self.tasks.append(task)
        self.size += task.size


class BatchScheduler:
    """Gathers requests for the same signature and runs them together.

    As in TensorFlow Serving each signature has a queue of batches, and all share the threads. A
    batch runs as soon as it is full, or old enough, and a thread is free.

    Args:
        parameters: Sizes, times and threads.
    """

    def __init__(self, parameters: BatchingParameters):
        self._parameters = parameters
        self._queues: dict[Callable, collections.deque[_Batch]] = {}
        self._change = threading.Condition()  # guards _queues and what is in them
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._work, name=f"batch-{number}", daemon=True)
            for number in range(parameters.num_batch_threads)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, call: Callable, inputs: dict, deadline: float | None) -> dict:
        """Run `call` on `inputs` together with whatever else is there, and return the outputs.

        Args:
            call: Takes tensors by name, gives tensors by name: one signature of one version.
                Requests for the same one are batched together.
            inputs: Tensors by name, each of shape `(rows, ...)`.
            deadline: When nobody waits for the answer any more (`time.monotonic`). None = never.

        Raises:
            StatusError: If the request cannot be batched, the queue is full, or the time is up.
            Exception: What `call` raises on these inputs alone.
        """
        size = batch_size(inputs)
        if size > self._parameters.max_batch_size:
            raise invalid(
                f"Task size {size} is larger than maximum input batch size "
                f"{self._parameters.max_batch_size}"
            )
        task = Task(inputs, size, deadline)
        if size == 0 or not self._enqueue(call, task):
            return call(**inputs)
        timeout = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not task.done.wait(timeout):
            raise expired()
        if task.error is not None:
            raise task.error
        return task.outputs

    def stop(self) -> None:
        """Run what is queued without waiting for more; from now on each request runs by itself."""
        with self._change:
            self._stopping = True
            self._change.notify_all()

    def _enqueue(self, call: Callable, task: Task) -> bool:
        limits = self._parameters
        with self._change:
            if self._stopping:
                return False
            queue = self._queues.setdefault(call, collections.deque())
            if not queue or queue[-1].size + task.size > limits.max_batch_size:
                if len(queue) >= limits.max_enqueued_batches:
                    raise StatusError(
                        grpc.StatusCode.UNAVAILABLE,
                        "The batch scheduling queue to which this task was submitted is full",
                    )
                queue.append(_Batch(time.monotonic()))
            queue[-1].add(task)
            self._change.notify()
        return True

    def _work(self) -> None:
        while (due := self._next_batch()) is not None:
            call, batch = due
            run_tasks(
                call,
                batch.tasks,
                self._parameters.allowed_batch_sizes,
                self._parameters.pad_variable_length_inputs,
            )

    def _next_batch(self) -> tuple[Callable, _Batch] | None:
        """Wait for a batch that is due and take it; None when the scheduler has stopped."""
        with self._change:
            while True:
                due = {call: self._due(queue) for call, queue in self._queues.items()}
                first = min(due, key=due.get, default=None)
                if first is None and self._stopping:
                    return None
                wait = None if first is None else due[first] - time.monotonic()
                if wait is None or (wait > 0 and not self._stopping):
                    self._change.wait(wait)
                    continue
                batch = self._queues[first].popleft()
                if not self._queues[first]:
                    del self._queues[first]  # a version may be unloaded: keep nothing of it
                self._change.notify()  # another batch may be due too
                return first, batch

    def _due(self, queue: collections.deque[_Batch]) -> float:
        head = queue[0]
        if len(queue) > 1 or head.size >= self._parameters.max_batch_size:
            return head.opened
        return head.opened + self._parameters.batch_timeout_micros / 1e6
