"""Two devices train as one does."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from keras_genre.cli import train as train_command
from keras_genre.runs import Recipe
from keras_genre.training import strategies, train
from keras_genre.training.strategies import STRATEGIES, check_shared, make_team

_SCRIPT = Path(__file__).parents[1] / "train_on_devices.py"


def trained_on(devices, dataset, folder):
    arguments = [sys.executable, _SCRIPT, dataset.folder, folder / "run", str(devices)]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_two_devices_give_the_losses_and_weights_of_one(sample_dataset, tmp_path):
    one = trained_on(1, sample_dataset, tmp_path / "one")
    two = trained_on(2, sample_dataset, tmp_path / "two")
    assert (one["devices"], two["devices"]) == (1, 2)
    # The last batch of an epoch is not divided evenly, and its parts count alike.
    for name in ("loss", "val_loss"):
        np.testing.assert_allclose(two["history"][name], one["history"][name], rtol=0.01)
    np.testing.assert_allclose(two["norms"], one["norms"], rtol=0.02, atol=0.02)
    losses = one["history"]["loss"]
    assert losses[0] - losses[-1] > 10 * abs(losses[-1] - two["history"]["loss"][-1])


class _OfDevices:
    def __init__(self, devices):
        self.num_replicas_in_sync = devices


def test_batch_that_not_every_device_has_a_film_of_is_refused(sample_dataset, monkeypatch):
    monkeypatch.setattr(strategies.tf.distribute, "get_strategy", lambda: _OfDevices(4))
    films = sample_dataset.num_films("train")
    with pytest.raises(ValueError, match=r"fewer films than the 4 devices.*Take \d+") as error:
        check_shared(Recipe("lstm", batch_size=films - 2), sample_dataset)
    suggested = int(str(error.value).split("Take ")[1].split(",")[0])
    check_shared(Recipe("lstm", batch_size=suggested), sample_dataset)


def test_accumulation_on_several_devices_is_refused(sample_dataset, monkeypatch):
    monkeypatch.setattr(strategies.tf.distribute, "get_strategy", lambda: _OfDevices(2))
    with pytest.raises(ValueError, match=r"accumulation=1 for a batch that 2 devices .*received 3"):
        check_shared(Recipe("lstm", accumulation=3), sample_dataset)


def test_unknown_strategy_is_refused_before_anything_is_written(sample_dataset, tmp_path):
    with pytest.raises(ValueError, match="Unknown strategy 'mirored'"):
        train(Recipe("lstm"), sample_dataset, tmp_path / "run", strategy="mirored")
    assert list(tmp_path.iterdir()) == []


def test_strategies_of_the_command_line_are_all_there_are():
    assert train_command._STRATEGIES == STRATEGIES


def test_mirrored_on_one_device_is_a_scope_of_one():
    with make_team("mirrored").scope() as strategy:
        assert strategy.num_replicas_in_sync == 1
