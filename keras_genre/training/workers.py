"""Workers: processes, on one machine or several, that train one model."""

import contextlib
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.eager import context  # no public name leads to its coordination service

from keras_genre.errors import LostWorkerError, RunError
from keras_genre.runs import Recipe
from keras_genre.training.checkpoints import Checkpoints
from keras_genre.training.cluster import Cluster
from keras_genre.training.loop import Loop
from keras_genre.training.team import Team
from keras_genre.training.unfinished import about_training, differences

_PIECE = 1 << 26  # bytes sent at a time
_PATIENCE = 120  # seconds
_LOST = (
    tf.errors.UnavailableError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.DeadlineExceededError,
    tf.errors.InternalError,
)


class Workers(Team):
    """The processes of a `Cluster`, of which this is one.

    All hold the same weights and take their share of every batch. The chief alone has the folder of
    the run; the others get from it what they have to know.

    Args:
        cluster: Who they are.

    Raises:
        RunError: If TensorFlow has begun already, or this process cannot listen at its address.
    """

    def __init__(self, cluster: Cluster):
        address = cluster.addresses[cluster.number]
        _be_patient()
        try:
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
        except (RuntimeError, tf.errors.OpError) as cause:
            raise RunError(
                f"Worker {cluster.number} cannot join the others at {address}: {cause}. Begin the "
                f"training in a new process, whose address in TF_CONFIG is its own and free."
            ) from cause
        super().__init__(strategy)
        self._number = cluster.number
        self._own_seeds = _OwnSeeds(cluster.number)
        self.is_chief = cluster.number == 0
        self.share = (cluster.number, len(cluster.addresses))

    @contextlib.contextmanager
    def folder(
        self, folder: Path, recipe: Recipe, data_hash: str
    ) -> Iterator[tuple[Path | None, "_SharedCheckpoints"]]:
        """Give the chief its folder, which others do not have, and all of them the checkpoints.

        Raises:
            RunError: If this worker was started for another training than the chief; and as
                `training_folder`.
        """
        about = about_training(recipe, data_hash)
        own = super().folder(folder, recipe, data_hash) if self.is_chief else _nothing()
        with own as (staging, checkpoints), self._losses_told():
            chiefs = json.loads(self.from_chief(json.dumps(about).encode()))
            if found := differences(about, chiefs, "is {} here and {} there"):
                raise RunError(
                    f"Worker {self._number} was started for another training than the chief: "
                    f"{'; '.join(found)}. Start all of them alike."
                )
            yield staging, _SharedCheckpoints(checkpoints, self)

    def fit(self, model: keras.Model, train: tf.data.Dataset, **options) -> None:
        """Train in step with the others.

        Raises:
            ValueError: If the model computes in float16, whose loss each worker would scale anew.
        """
        if model.dtype_policy.name == "mixed_float16":
            raise ValueError(
                "Expected a dtype of float32 or mixed_bfloat16 for several workers, received "
                "mixed_float16: Keras scales the loss of each worker by itself."
            )
        options["callbacks"] = [*options["callbacks"], self._own_seeds]
        model._maybe_symbolic_build()  # the metrics
        Loop(self._strategy, model).fit(train, **options)

    def from_chief(self, content: bytes) -> bytes:
        """Give what the chief calls this with; others' `content` is passed over."""
        sent = content if self.is_chief else b""
        size = int(self._sum(np.array([len(sent)], "int64"))[0])
        sent = sent.ljust(size, b"\0")
        pieces = (sent[start : start + _PIECE] for start in range(0, size, _PIECE))
        received = (self._sum(_as_numbers(piece)).tobytes() for piece in pieces)
        return b"".join(received)[:size]

    def _sum(self, numbers: np.ndarray) -> np.ndarray:
        """Add up what the first device of each worker has; of the chief's alone it is not zero."""

        def of_device(context):
            is_first = context.replica_id_in_sync_group == 0
            return tf.constant(numbers if is_first else np.zeros_like(numbers))

        values = self._strategy.experimental_distribute_values_from_function(of_device)
        return self._strategy.reduce("SUM", values, axis=None).numpy()

    @contextlib.contextmanager
    def _losses_told(self) -> Iterator[None]:
        try:
            yield
        except _LOST as cause:
            raise LostWorkerError(
                f"Worker {self._number} has lost another one, which was ended or cannot be "
                f"reached. Start all of them again: the training goes on from the beginning of the "
                f"epoch that it was in. ({type(cause).__name__})"
            ) from cause


class _SharedCheckpoints:
    """The chief's checkpoints, which it alone writes, and all go on from."""

    def __init__(self, own: Checkpoints | None, workers: Workers):
        self._own = own
        self._workers = workers

    def save(self, number: int, arrays: Mapping[str, np.ndarray], notes: dict) -> None:
        if self._own:
            self._own.save(number, arrays, notes)

    def newest(self) -> tuple[int, dict[str, np.ndarray], dict] | None:
        buffer = io.BytesIO()
        if self._own and (found := self._own.newest()):
            number, arrays, notes = found
            np.savez(buffer, **arrays, **{"/notes": json.dumps([number, notes])})
        received = self._workers.from_chief(buffer.getvalue())
        if not received:
            return None
        with np.load(io.BytesIO(received), allow_pickle=False) as content:
            arrays = dict(content)
        number, notes = json.loads(str(arrays.pop("/notes")))
        return number, arrays, notes


class _OwnSeeds(keras.callbacks.Callback):
    """Gives a worker random numbers of its own, for dropout.

    What a checkpoint holds are the chief's, from which those of all others follow.

    Args:
        number: Of the worker.
    """

    def __init__(self, number: int):
        super().__init__()
        self._missing = number

    def on_train_begin(self, logs=None):
        for variable in self.model.variables:
            if variable.name == "seed_generator_state":
                variable.assign(variable.value + np.array([self._missing, 0], "uint32"))
        self._missing = 0  # the next stage goes on with these


@contextlib.contextmanager
def _nothing() -> Iterator[tuple[None, None]]:
    yield None, None


def _be_patient() -> None:
    """Let a worker be silent for longer than TensorFlow's 10 seconds.

    One whose machine is busy with other work, or stands still for a moment, would be given up.
    """
    cluster = tf.distribute.cluster_resolver.TFConfigClusterResolver().cluster_spec()
    leader = "chief" if "chief" in cluster.jobs else "worker"
    jobs = tf.compat.v1.ConfigProto().experimental.coordination_config.coordinated_job_list
    for job in cluster.jobs:
        jobs.add(name=job, num_tasks=cluster.num_tasks(job))
    context.context().configure_coordination_service(
        "standalone",
        service_leader=f"/job:{leader}/replica:0/task:0",
        heartbeat_timeout_in_ms=1000 * _PATIENCE,
        coordinated_jobs=list(jobs),
    )


def _as_numbers(piece: bytes) -> np.ndarray:
    return np.frombuffer(piece.ljust(-(-len(piece) // 4) * 4, b"\0"), "int32")
