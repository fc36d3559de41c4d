"""A training that was ended goes on as if it had not been, bit for bit."""

import dataclasses
import errno
import json
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from keras_genre.errors import RunError
from keras_genre.runs import Recipe
from keras_genre.training import train

_SCRIPT = Path(__file__).parents[1] / "train_in_parts.py"


def start(dataset, folder, instants=()):
    arguments = [sys.executable, _SCRIPT, dataset.folder, folder, json.dumps(instants)]
    return subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def outcome(process):
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="module")
def uninterrupted(sample_dataset, tmp_path_factory):
    return outcome(start(sample_dataset, tmp_path_factory.mktemp("whole") / "run"))


def test_training_interrupted_in_both_stages_ends_the_same(sample_dataset, uninterrupted, tmp_path):
    """In the first epoch, of which nothing is kept, in a later one, twice, and while refining."""
    instants = [(0, 2), (2, 0), (2, 3), (4, 1)]
    received = outcome(start(sample_dataset, tmp_path / "run", instants))
    assert received["said"] == ["Going on with epoch 5, where an earlier attempt was ended."]
    assert received["digest"] == uninterrupted["digest"]
    assert uninterrupted["said"] == []
    # Nothing but the run is left, neither checkpoints nor what was ended.
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert not (tmp_path / "run" / "checkpoints").exists()


def test_training_killed_inside_a_save_ends_the_same(sample_dataset, uninterrupted, tmp_path):
    killed = start(sample_dataset, tmp_path / "run", [("save", 2)])
    killed.communicate(timeout=900)
    assert killed.returncode == -signal.SIGKILL
    received = outcome(start(sample_dataset, tmp_path / "run"))
    assert received["said"] == ["Going on with epoch 2, where an earlier attempt was ended."]
    assert received["digest"] == uninterrupted["digest"]


@pytest.mark.slow
def test_training_killed_at_any_instant_ends_the_same(sample_dataset, uninterrupted, tmp_path):
    rng = random.Random(0)
    kills, said = 0, []
    for number in range(3):
        folder = tmp_path / str(number) / "run"
        for _ in range(2):
            seconds = rng.uniform(0.1, 0.8) * uninterrupted["seconds"]
            process = start(sample_dataset, folder, [("after", seconds)])
            if process.wait(timeout=900) == 0:
                break
            assert process.returncode == -signal.SIGPROF, process.communicate()[1]
            process.communicate()
            kills += 1
        else:
            process = start(sample_dataset, folder)
        received = outcome(process)
        assert received["digest"] == uninterrupted["digest"]
        said += received["said"]
    assert kills >= 3
    # Some were killed with a state to go on with, not all before the first.
    assert said


_SMALL = Recipe("gru", epochs=3, changes=(("text_options", (("hidden_dim", 4),)),))


def test_training_on_a_full_disk_ends_with_the_last_good_state_and_goes_on(
    sample_dataset, tmp_path, monkeypatch
):
    savez, saves = np.savez, []

    def full(file, **arrays):
        saves.append(1)
        if len(saves) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        savez(file, **arrays)

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(RunError, match="No space left"):
        train(_SMALL, sample_dataset, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    lines = []
    train(_SMALL, sample_dataset, tmp_path / "run", say=lines.append)
    assert lines == ["Going on with epoch 2, where an earlier attempt was ended."]


def test_another_training_into_the_place_of_an_unfinished_one_is_refused(sample_dataset, tmp_path):
    def interrupt(epoch, logs):
        if epoch == 2:
            raise KeyboardInterrupt

    stop = keras.callbacks.LambdaCallback(on_epoch_begin=interrupt)
    with pytest.raises(KeyboardInterrupt):
        train(_SMALL, sample_dataset, tmp_path / "run", callbacks=[stop])
    other = dataclasses.replace(_SMALL, learning_rate=1e-3)
    with pytest.raises(RunError, match=r"learning_rate was 0\.002 and is 0\.001.*begin anew"):
        train(other, sample_dataset, tmp_path / "run")
    lines = []
    run = train(_SMALL, sample_dataset, tmp_path / "run", say=lines.append)
    assert lines == ["Going on with epoch 2, where an earlier attempt was ended."]
    assert run.history["epoch"].tolist() == [1, 2, 3]
