"""`train` in several processes: workers of one training, and servers that prepare its films."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys

import numpy as np
import pytest

from keras_genre.runs import Recipe, Run

_COMMAND = (sys.executable, "-m", "keras_genre.cli.main")
_RECIPE = Recipe(
    "gru+cnn64+gated",
    epochs=2,
    batch_size=14,
    changes=(
        ("text_options", (("embedding_dim", 4), ("hidden_dim", 4), ("dropout", 0.0))),
        ("poster_options", (("stackwise_num_filters", (4, 4)),)),
        ("fusion_options", (("dropout", 0.0),)),
        ("image_size", 16),
    ),
    dtype="float32",
)


@pytest.fixture
def start():
    """Start a command line as a process of its own; it is killed when the test is over."""
    with contextlib.ExitStack() as ending:

        def call(*args, **environment):
            process = subprocess.Popen(
                [*_COMMAND, *map(str, args)],
                env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            ending.callback(process.communicate)
            ending.callback(process.kill)
            return process

        yield call


@pytest.fixture
def training(sample_dataset, tmp_path):
    """The command line of a training."""
    recipe = tmp_path / "recipe.json"
    recipe.write_text(_RECIPE.to_json(), encoding="utf-8")
    return ("train", sample_dataset.folder, "--recipe", recipe, "--out", tmp_path / "run", "--json")


def result_of(process):
    out, err = process.communicate(timeout=900)
    assert process.returncode == 0, err
    return json.loads(out)


def told(process, beginning):
    """The rest of the first line of standard error that begins so."""
    return next(line for line in process.stderr if line.startswith(beginning)).split()[2].strip(".")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--strategy", "multi-worker"), "TF_CONFIG is not set"),
        (("--data-service", "localhost:5050"), "grpc://host:port"),
        (
            ("--strategy", "multi-worker", "--data-service", "grpc://localhost:5050"),
            "data_service=None for strategy 'multi-worker'",
        ),
    ],
)
def test_train_together_by_a_wrong_command_line_says_what_is_wrong(
    run, training, tmp_path, monkeypatch, options, message
):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    code, out, err = run(*training, *options)
    assert (code, out) == (1, "")
    assert message in err
    assert "--debug" not in err
    assert not (tmp_path / "run").exists()


@pytest.mark.slow
def test_train_by_two_workers_leaves_the_run_of_one(start, training, tmp_path):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2)]
        workers = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    configs = (
        json.dumps({"cluster": {"worker": workers}, "task": {"type": "worker", "index": number}})
        for number in range(2)
    )
    options = ("--strategy", "multi-worker")
    chief, other = [start(*training, *options, TF_CONFIG=config) for config in configs]
    one = result_of(start(*training, "--out", tmp_path / "one"))
    result = result_of(chief)
    assert result == {**one, "run": str(tmp_path / "run"),
                      "validation_macro_f1": result["validation_macro_f1"]}  # fmt: skip
    assert result_of(other) == {"run": None}
    together, alone = Run(tmp_path / "run"), Run(tmp_path / "one")
    np.testing.assert_allclose(together.history["loss"], alone.history["loss"], rtol=1e-4)
    np.testing.assert_allclose(together.history["val_loss"], alone.history["val_loss"], rtol=1e-4)
    assert together.rule is not None


@pytest.mark.slow
def test_train_on_films_of_a_data_service_leaves_a_run(start, training, tmp_path, sample_dataset):
    dispatcher = start("data-service", "dispatcher")
    address = told(dispatcher, "Dispatching at")
    worker = start("data-service", "worker", "--dispatcher", address)
    assert told(worker, "Preparing films")
    result = result_of(start(*training, "--data-service", address))
    assert result["epochs"] == 2
    history = Run(tmp_path / "run").history
    assert np.isfinite(history[["loss", "val_loss"]]).all(axis=None)
    for server in (worker, dispatcher):
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
        assert server.returncode == 128 + signal.SIGTERM
