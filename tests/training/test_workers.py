"""Two processes on this machine train as one does, and are killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from frozen_recipe import make_frozen_recipe
from train_among_workers import FROZEN, RECIPES

from keras_genre.training import train

_SCRIPT = Path(__file__).parents[1] / "train_among_workers.py"


def free_addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    return addresses


def start(dataset, folders, recipe, instant=None, number=signal.SIGKILL):
    """Start two workers; at an instant, (worker, epoch, batch), one sends itself a signal."""
    cluster = {"worker": free_addresses(2)}
    processes = []
    for index, folder in enumerate(folders):
        is_victim = instant and instant[0] == index
        arguments = map(str, (*instant[1:], int(number))) if is_victim else ()
        config = json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})
        process = subprocess.Popen(
            [sys.executable, _SCRIPT, dataset.folder, folder, recipe, *arguments],
            env={**os.environ, "TF_CONFIG": config},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
    return processes


def outcomes(processes):
    try:
        found = [process.communicate(timeout=900) for process in processes]
    finally:
        for process in processes:
            process.kill()
    for process, (_, err) in zip(processes, found, strict=True):
        assert process.returncode == 0, err
    return [json.loads(out.splitlines()[-1]) for out, _ in found]


def test_two_workers_give_the_losses_and_weights_of_one(sample_dataset, tmp_path):
    folders = tmp_path / "chief" / "run", tmp_path / "other" / "run"
    processes = start(sample_dataset, folders, "plain")
    one = train(RECIPES["plain"], sample_dataset, tmp_path / "one")
    chief, other = outcomes(processes)
    for name in ("loss", "val_loss", "learning_rate"):
        np.testing.assert_allclose(chief["history"][name], one.history[name], rtol=1e-4)
    # A film that stands at a threshold may fall on its other side.
    np.testing.assert_allclose(chief["history"]["val_macro_f1"], one.history["val_macro_f1"], atol=0.01)  # fmt: skip  # noqa: E501
    weights = one.model.get_weights()
    for received, expected in zip(chief["weights"], weights, strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-3)
    # The chief alone writes: the other has nothing, not even a folder to write into.
    assert other == {"said": []}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chief", "one"]
    assert [path.name for path in folders[0].parent.iterdir()] == ["run"]


@pytest.mark.slow
@pytest.mark.parametrize("others", ["chief", "other"])
def test_workers_of_frozen_encoders_keep_features_and_give_the_losses_of_one(
    sample_dataset, tmp_path, monkeypatch, others
):
    """Whether the folder of the runs is shared, or each worker has one of its own."""
    recipe = make_frozen_recipe(tmp_path / "texts", monkeypatch, **FROZEN)
    folders = tmp_path / "chief" / "run", tmp_path / others / "run"
    processes = start(sample_dataset, folders, "frozen")
    one = train(recipe, sample_dataset, tmp_path / "one" / "run")
    chief, _ = outcomes(processes)
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(chief["history"][name], one.history[name], rtol=1e-4)
    for received, expected in zip(chief["weights"], one.model.get_weights(), strict=True):
        np.testing.assert_allclose(received, expected, atol=1e-3)
    features = {path.name for path in (tmp_path / "one" / ".features").iterdir()}
    for name in ("chief", others):
        assert {path.name for path in (tmp_path / name / ".features").iterdir()} == features


@pytest.mark.slow
def test_worker_that_stands_still_for_a_while_is_waited_for(sample_dataset, tmp_path):
    """TensorFlow by itself gives one up after 10 seconds without a sign of life."""
    folders = [tmp_path / "run"] * 2
    processes = start(sample_dataset, folders, "plain", (1, 1, 1), signal.SIGSTOP)
    os.waitid(os.P_PID, processes[1].pid, os.WSTOPPED)
    time.sleep(25)
    processes[1].send_signal(signal.SIGCONT)
    chief, _ = outcomes(processes)
    assert len(chief["history"]["loss"]) == 3


@pytest.mark.slow
@pytest.mark.parametrize("victim", [0, 1])
def test_workers_of_which_one_is_killed_go_on_to_the_same_weights(sample_dataset, tmp_path, victim):
    """With dropout and augmentation, which draw anew in each worker, and uneven parts."""
    whole, _ = outcomes(start(sample_dataset, [tmp_path / "whole" / "run"] * 2, "drawing"))
    folders = [tmp_path / "cut" / "run"] * 2
    processes = start(sample_dataset, folders, "drawing", (victim, 2, 2))
    endings = [process.communicate(timeout=900) for process in processes]
    assert processes[victim].returncode == -signal.SIGKILL
    assert processes[1 - victim].returncode == 1
    assert f"LostWorkerError: Worker {1 - victim} has lost another one" in endings[1 - victim][1]
    chief, other = outcomes(start(sample_dataset, folders, "drawing"))
    assert chief["said"] == ["Going on with epoch 3, where an earlier attempt was ended."]
    assert other["said"] == chief["said"]
    assert chief["digest"] == whole["digest"]
    assert chief["history"] == whole["history"]
