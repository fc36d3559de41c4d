"""Several requests as one call of a model: put together, run, taken apart."""

import dataclasses
import threading
import time
from collections.abc import Callable, Sequence

import tensorflow as tf

from keras_genre.server.statuses import expired, invalid, unfit_model

__all__ = ["Task", "batch_size", "run_tasks"]

Tensors = dict[str, tf.Tensor]


@dataclasses.dataclass(eq=False)  # each is itself alone; tensors do not compare to a truth
class Task:
    """One request in a batch; `done` is set when it has `outputs` or an `error`."""

    inputs: Tensors
    size: int
    deadline: float | None = None
    outputs: Tensors | None = None
    error: Exception | None = None
    done: threading.Event = dataclasses.field(default_factory=threading.Event)


def batch_size(inputs: Tensors) -> int:
    """Return how many rows the inputs have.

    Raises:
        StatusError: INVALID_ARGUMENT if they have none, or not the same number.
    """
    if not inputs:
        raise invalid("Batching Run() must have at least one input tensor")
    if any(tensor.shape.rank == 0 for tensor in inputs.values()):
        raise invalid("Batching Run() input tensors must have at least one dimension")
    sizes = {tensor.shape[0] for tensor in inputs.values()}
    if len(sizes) > 1:
        raise invalid("Batching Run() input tensors must have equal 0th-dimension size")
    return sizes.pop()


def run_tasks(
    call: Callable, tasks: Sequence[Task], allowed_sizes: Sequence[int], pad: bool
) -> None:
    """Run tasks as one batch and give each its part, or its error.

    If the batch fails, each task runs by itself: one request that the model cannot take does not
    fail those that happen to be beside it. (In TensorFlow Serving all of them fail.)

    Args:
        call: Takes tensors by name, gives tensors by name.
        tasks: What to run. Those whose time is up are not run.
        allowed_sizes: Sizes to fill the batch up to; none = as it is.
        pad: Whether inputs of different shapes are padded.
    """
    now = time.monotonic()
    late = [task for task in tasks if task.deadline is not None and task.deadline <= now]
    for task in late:
        task.error = expired()
        task.done.set()
    tasks = [task for task in tasks if task not in late]
    if not tasks:
        return
    try:
        outputs = _run_merged(call, tasks, allowed_sizes, pad)
    except Exception as error:  # whatever it is, somebody waits for an answer
        if len(tasks) > 1:
            for task in tasks:
                run_tasks(call, [task], allowed_sizes, pad)
            return
        tasks[0].error = error
    else:
        for task, part in zip(tasks, outputs, strict=True):
            task.outputs = part
    for task in tasks:
        task.done.set()


def _run_merged(
    call: Callable, tasks: Sequence[Task], allowed_sizes: Sequence[int], pad: bool
) -> list[Tensors]:
    sizes = [task.size for task in tasks]
    fill = next((size for size in allowed_sizes if size >= sum(sizes)), sum(sizes)) - sum(sizes)
    merged = {
        name: _merge(name, [task.inputs[name] for task in tasks], fill, pad)
        for name in tasks[0].inputs
    }
    outputs = call(**merged)
    parts = [{} for _ in tasks]
    for name, tensor in outputs.items():
        if tensor.shape.rank == 0:
            raise unfit_model("Batched output tensor has 0 dimensions")
        if tensor.shape[0] != sum(sizes) + fill:
            raise unfit_model(
                "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension "
                "sizes of the input tensors"
            )
        for part, rows in zip(parts, _split(tensor, sizes, fill), strict=False):
            part[name] = rows
    return parts


def _merge(name: str, tensors: list[tf.Tensor], fill: int, pad: bool) -> tf.Tensor:
    if pad:
        ranks = zip(*(tensor.shape[1:] for tensor in tensors), strict=True)
        largest = [max(sizes) for sizes in ranks]
        tensors = [_padded(tensor, largest) for tensor in tensors]
    elif len({tuple(tensor.shape[1:]) for tensor in tensors}) > 1:
        raise unfit_model(
            f"Tensors with name '{name}' from different tasks have different shapes and padding "
            "is turned off.Set pad_variable_length_inputs to true, or ensure that all tensors "
            "with the same namehave equal dimensions starting with the first dim."
        )
    if fill:
        # A row that is there already fills the batch up: the model can surely take it.
        tensors = [*tensors, *[tensors[-1][:1]] * fill]
    return tf.concat(tensors, axis=0) if len(tensors) > 1 else tensors[0]


def _split(tensor: tf.Tensor, sizes: Sequence[int], fill: int) -> Sequence[tf.Tensor]:
    # Operations that change nothing were a fifth of what a server adds to a request that is alone.
    return tf.split(tensor, [*sizes, fill]) if fill or len(sizes) > 1 else [tensor]


def _padded(tensor: tf.Tensor, sizes: Sequence[int]) -> tf.Tensor:
    missing = [size - own for size, own in zip(sizes, tensor.shape[1:], strict=True)]
    if not any(missing):
        return tensor
    if tf.size(tensor) == 0:
        raise invalid("Got empty tensor in batch of non-empty tensors.")
    paddings = [[0, 0], *([0, more] for more in missing)]
    return tf.pad(tensor, paddings, constant_values=tf.reshape(tensor, [-1])[0])
