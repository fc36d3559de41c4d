import functools
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from reduced_presets import COVERING_PRESETS

from keras_genre.losses import WeightedBinaryCrossentropy
from keras_genre.metrics import MacroF1

ROOT = Path(__file__).parents[1]


def test_imports_every_room_knows_only_those_below_it():
    command = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"],
        cwd=ROOT,  # where the contracts lie, in pyproject.toml
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


_QUICK = [name for name in ("lstm", "cnn64", "gru") if name in COVERING_PRESETS]
_NAMES = [
    pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow)
    for name in COVERING_PRESETS
]


@pytest.fixture(scope="module")
def run_on_jax(tmp_path_factory):
    """What `run_on_jax.py` finds, in an interpreter that cannot import TensorFlow."""

    @functools.cache
    def run(names):
        return _run_on_jax(names, tmp_path_factory.mktemp("jax"))

    return lambda name: run(tuple(n for n in COVERING_PRESETS if (n in _QUICK) == (name in _QUICK)))


def _run_on_jax(names, folder):
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",  # compiling is what takes the time here
    }
    script = Path(__file__).with_name("run_on_jax.py")
    done = subprocess.run(
        [sys.executable, script, folder, *names],
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", ["lstm", pytest.param("bert", marks=pytest.mark.slow)])
def test_jax_model_floors_never_ask_for_tensorflow(run_on_jax, name):
    on_jax = run_on_jax(name)
    assert on_jax["backend"] == "jax"
    assert on_jax["attempts"] == []
    assert not on_jax["tensorflow"]


@pytest.mark.parametrize("name", _NAMES)
def test_jax_fit_every_preset_finite_loss_and_every_weight_moves(run_on_jax, name):
    found = run_on_jax(name)["presets"][name]
    assert np.isfinite(found["loss"])
    assert 0.0 < found["macro_f1"] <= 1.0
    assert found["unmoved"] == []


@pytest.mark.parametrize("name", _NAMES)
def test_jax_predict_masked_poster_changes_nothing(run_on_jax, name):
    found = run_on_jax(name)["presets"][name]
    if not COVERING_PRESETS[name].poster_encoder:
        assert "poster_change" not in found
        return
    assert found["masked_poster_change"] < 1e-6
    assert found["poster_change"] > 1e-4


@pytest.mark.parametrize("name", _NAMES)
def test_jax_saved_model_loads_and_training_goes_on(run_on_jax, name):
    found = run_on_jax(name)["presets"][name]
    assert found["reload_change"] < 1e-6
    assert found["vocabulary"] == ["Drama", "War"]
    assert found["steps"] == (2 if name in ("central_fusion", "lstm") else 1)


def test_jax_loss_and_metric_equal_those_of_this_backend(run_on_jax):
    on_jax = run_on_jax("lstm")
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 2, (50, 3)).astype("float32")
    logits = rng.normal(size=(50, 3)).astype("float32")
    metric = MacroF1(3)
    metric.update_state(labels, logits)
    loss = WeightedBinaryCrossentropy([1.0, 2.0, 3.0])(labels, logits)
    assert on_jax["loss"] == pytest.approx(float(loss), rel=1e-6)
    assert on_jax["macro_f1"] == pytest.approx(float(metric.result()), rel=1e-6)
