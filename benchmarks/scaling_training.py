"""Processes that train together: the part `training` of scaling.py, which starts them.

    python benchmarks/scaling_training.py RECORDS RUN

is one of them, of one thread; it prints what each of its epochs but the first cost.
"""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

PRESET = "concat_fusion_small"
EPOCHS = 4  # the first one, in which functions are traced, does not count


def train_by_workers(records: Path, run: Path, workers: int) -> dict:
    """What an epoch costs all of them; the seconds are those of the chief."""
    addresses = free_addresses(workers)
    processes = []
    for number in range(workers):
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": number}}
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
        if workers > 1:  # one trains without a strategy, as anybody would
            environment["TF_CONFIG"] = json.dumps(task)
        command = [sys.executable, __file__, str(records), str(run)]
        processes.append(
            subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        )
    told = [json.loads(process.communicate()[0].splitlines()[-1]) for process in processes]
    cpu = sum(worker["processor_seconds"] for worker in told)
    films = told[0]["films"]
    return {
        "size": workers,
        "seconds": round(told[0]["seconds"], 3),
        "processor_seconds": round(cpu, 3),
        "peak_mb": max(worker["peak_mb"] for worker in told),
        "films_a_second": round(films / told[0]["seconds"], 1),
        "processor_ms_a_film": round(1000 * cpu / films, 2),
    }


def free_addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


def main(records, run):
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    import keras

    from keras_genre.data import MovieDataset
    from keras_genre.runs import Recipe
    from keras_genre.training import train

    costs = []

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.monotonic(), time.process_time()

        def on_epoch_end(self, epoch, logs=None):
            now = time.monotonic(), time.process_time()
            costs.append([end - start for start, end in zip(self.started, now, strict=True)])

    dataset = MovieDataset(records)
    strategy = "multi-worker" if "TF_CONFIG" in os.environ else "none"
    recipe = Recipe(PRESET, epochs=EPOCHS, patience=EPOCHS, batch_size=32, dtype="float32")
    train(recipe, dataset, run, [Clock()], strategy=strategy)
    seconds, processor_seconds = (sum(of) / (EPOCHS - 1) for of in zip(*costs[1:], strict=True))
    status = Path("/proc/self/status").read_text()
    peak_kb = int(status.partition("VmHWM:")[2].split()[0])
    found = {"seconds": seconds, "processor_seconds": processor_seconds, "peak_mb": peak_kb // 1024}
    print(json.dumps({**found, "films": dataset.num_films("train")}))


if __name__ == "__main__":
    main(*sys.argv[1:])
