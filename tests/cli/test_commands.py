import json
import os
import re
import shutil
import socket
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["trian"], "Did you mean 'train'"),
        (["train"], "Missing"),
        (["train", "data"], "either --preset or --recipe"),
        (["train", "data", "--preset", "lstm", "--recipe", "x"], "either --preset or --recipe"),
        (["train", "data", "--preset", "cnn65"], "Did you mean 'cnn64'"),
        (["train", "data", "--presett", "lstm"], "Did you mean '--preset'"),
        (["train", "data", "--preset", "lstm+cnn65+gated"], "Did you mean 'cnn64'"),
        (["train", "data", "--preset", "lstm+cnn64+gatd"], "Did you mean 'gated'"),
        (["predict"], "--plot, --poster, or both"),
        (["predict", "--plot", "x", "--server", "localhost:1"], "--model"),
        (
            ["predict", "--plot", "x", "--server", "localhost:1", "--model", "m", "--bfloat16"],
            "--bfloat16: a server computes",
        ),
        (["train", "data", "--preset", "lstm", "--epochs", "0"], "--epochs"),
        (["train", "data", "--preset", "lstm", "--dtype", "float23"], "--dtype"),
        (["serve", "--port", "70000"], "--port"),
        (["evaluate", "run", "--rule", "globl"], "Did you mean 'global'"),
        (["evaluate", "run", "--guarantee", "recall"], "for example recall=0.9"),
        (["evaluate", "run", "--guarantee", "accuracy=0.9"], "Expected recall=LEVEL"),
        (["evaluate", "run", "--guarantee", "recall=1.5"], "between 0 and 1"),
        (["evaluate", "run", "--guarantee", "recall=0.9", "--split", "validation"], "on others"),
    ],
)
def test_command_used_wrongly_exits_with_two(run, args, message):
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["train", "{tmp}/nothing", "--preset", "lstm"], "no manifest.json"),
        (["train", "{tmp}/nothing", "--preset", "lstm+cnn64+late"], "no manifest.json"),
        (["train", "{tmp}", "--preset", "lstm", "--text-freeze", "all"], "takes no pretrained"),
        (["train", "{tmp}", "--preset", "minilm", "--word-vectors", "x.txt"], "learns no words"),
        (["train", "{tmp}", "--recipe", "{tmp}/no.json"], "no.json cannot be read"),
        (["evaluate", "{tmp}/nothing"], "is no run"),
        (["export", "{tmp}/nothing"], "is no run"),
        (["serve", "{tmp}/nothing"], "nothing"),
        (["verify", "{tmp}/nothing"], "no manifest.json"),
        (["predict", "--plot", "x", "--saved-models", "{tmp}"], "keras-genre export"),
        (["prepare", "poster-csv", "{tmp}/no.csv", "--out", "{tmp}/d"], "no.csv"),
    ],
)
def test_command_that_fails_says_why_without_traceback(run, tmp_path, args, message):
    code, out, err = run(*(arg.format(tmp=tmp_path) for arg in args))
    assert (code, out) == (1, "")
    assert err.startswith("Error: ")
    assert message in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_evaluate_of_runs_with_the_same_name_is_refused(run, tiny_run, tmp_path):
    shutil.copytree(tiny_run.folder, tmp_path / tiny_run.name)
    code, _, err = run("evaluate", tiny_run.folder, tmp_path / tiny_run.name)
    assert code == 2
    assert "have the same name" in err


def test_evaluate_needs_no_records_once_predictions_are_saved(run, tiny_run, tmp_path):
    moved = tmp_path / "moved"
    shutil.copytree(tiny_run.folder, moved)
    (moved / "predictions" / "test.npz").unlink(missing_ok=True)  # of another test
    data = json.loads((moved / "data.json").read_text())
    (moved / "data.json").write_text(json.dumps({**data, "folder": "/nowhere"}))
    code, out, err = run(
        "evaluate", moved, "--split", "validation", "--resamples", 20, "--no-report"
    )
    assert code == 0, err
    assert "every genre" in out
    code, _, err = run("evaluate", moved, "--split", "test")
    assert code == 1
    assert "/nowhere holds no records" in err


def test_command_ended_by_sigterm_leaves_nothing_half_written(sample_csv, tmp_path):
    data, runs = tmp_path / "data", tmp_path / "runs"
    command = [sys.executable, "-m", "keras_genre.cli.main"]
    prepare = ["prepare", "poster-csv", sample_csv, "--out", data, "--json"]
    shown = subprocess.run([*command, *prepare], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout)["folder"] == str(data)
    assert re.search("I0000|E0000|WARNING|tensorflow", shown.stderr) is None
    train = ["train", data, "--preset", "lstm", "--epochs", "1000", "--out", runs / "lstm"]
    with subprocess.Popen([*command, *train], stderr=subprocess.PIPE, text=True) as process:
        warned = [process.stderr.readline() for _ in range(2)]
        assert warned[0].startswith("Only 18 validation films"), warned
        head, first = process.stderr.readline(), process.stderr.readline()
        assert head.startswith("  epoch    loss  validation loss"), head
        assert first.startswith(" 1/1000"), first
        assert len(list(runs.iterdir())) == 1  # the staging folder
        process.terminate()
        process.stderr.read()
    assert process.returncode == 143
    # Nothing, or the hidden folder of a training that has an epoch to go on from.
    assert all(path.name.startswith(".") for path in (runs.iterdir() if runs.exists() else ()))


def test_serve_on_a_taken_port_says_so(exported_model):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "keras_genre.cli.main", "serve", exported_model.parent]
        shown = subprocess.run([*command, "--port", port], capture_output=True, text=True)
    assert shown.returncode == 1
    assert shown.stderr.startswith("Error: Cannot listen on")
    assert port in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def test_sample_to_prediction_goes_the_whole_road(run, tmp_path):
    films, data, models = tmp_path / "films", tmp_path / "data", tmp_path / "saved_models"
    code, out, _ = run("sample", "--out", films, "--films", 60, "--json")
    assert code == 0
    assert json.loads(out)["films"] == 60

    code, out, _ = run("prepare", "poster-csv", films / "movies.csv", "--out", data, "--json")
    prepared = json.loads(out)
    assert (code, sum(prepared["films"].values())) == (0, 60)
    assert prepared["posters"]["unreadable"] == 0
    assert run("verify", data)[0] == 0

    runs = []
    for preset in ("lstm", "cnn64"):
        runs.append(tmp_path / preset)
        code, out, err = run("train", data, "--preset", preset, "--epochs", 1, "--out", runs[-1])
        assert code == 0, err
        assert "    1/1" in err
        assert "best epoch 1 of 1" in out

    code, out, _ = run("evaluate", *runs, "--resamples", 50, "--no-report")
    assert code == 0
    for expected in ("test split", "top-3 genres", "lstm, plain 0.5", "Differences to lstm"):
        assert expected in out
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = run("evaluate", runs[0], "--resamples", 50, "--no-report", "--json")
    scores = {row["name"]: row for row in json.loads(out)["scores"]}
    assert scores["predict nothing"]["micro_f1"] == 0
    assert scores["lstm"]["thresholds_fitted_on"] == "validation"

    code, out, _ = run("export", runs[0], "--to", models, "--json")
    exported = json.loads(out)
    assert exported.pop("bytes") > 0
    assert exported == {
        "model": "lstm", "version": 1, "folder": str(models / "lstm" / "1"), "weights": "float32",
    }  # fmt: skip

    code, out, _ = run("predict", "--plot", "A heist.", "--saved-models", models, "--json")
    answer = json.loads(out)
    assert (answer["model"], answer["version"]) == ("lstm", 1)
    assert list(answer["probabilities"]) == prepared["genres"]
    narrow = ("--saved-models", models, "--bfloat16", "--top", 2)
    code, out, _ = run("predict", "--plot", "A heist.", *narrow)
    assert out.startswith("Genres: ")
    assert len(out.splitlines()) == 4  # genres, two bars, what the star means
    assert max(map(len, out.splitlines())) <= 80


def test_prepare_drops_genres_and_refuses_unknown_ones(run, sample_csv, tmp_path):
    code, out, _ = run(
        "prepare", "poster-csv", sample_csv, "--out", tmp_path / "a", "--drop-genre", "Horror",
        "--json",
    )  # fmt: skip
    assert code == 0
    assert "Horror" not in json.loads(out)["genres"]
    assert any("Horror" in note for note in json.loads(out)["notes"])
    code, _, err = run(
        "prepare", "poster-csv", sample_csv, "--out", tmp_path / "b", "--drop-genre", "Horor"
    )
    assert code == 1
    assert "Did you mean 'Horror'" in err
    assert not (tmp_path / "b").exists()


def test_demo_into_a_folder_of_somebody_else_is_refused(run, tmp_path):
    (tmp_path / "thesis.txt").write_text("precious")
    code, _, err = run("demo", "--out", tmp_path)
    assert code == 1
    assert "not made by the demo" in err
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_demo_walks_the_road_and_leaves_nothing_running(run, tmp_path):
    code, out, err = run("demo", "--out", tmp_path / "demo", "--films", 200, "--epochs", 1)
    assert code == 0, err
    for step in range(1, 7):
        assert f"[{step}/6]" in err
    for expected in ("top-3 genres", "True genres: ", "Genres: ", "saved_models/"):
        assert expected in out
    log = (tmp_path / "demo" / "server.log").read_text()
    assert "Error" not in log
    host, port = re.search(r"Serving .* at ([\d.]+):(\d+)", log).groups()
    with pytest.raises(ConnectionRefusedError), socket.create_connection((host, int(port)), 5):
        pass


@pytest.mark.slow
def test_demo_for_a_machine_replaces_the_first_and_prints_one_object(run, tmp_path):
    (tmp_path / ".keras-genre-demo").touch()
    (tmp_path / "old").touch()
    code, out, err = run("demo", "--out", tmp_path, "--films", 200, "--epochs", 1, "--json")
    assert code == 0, err
    result = json.loads(out)
    assert not (tmp_path / "old").exists()
    assert result["saved_model"] == str(tmp_path / "saved_models" / "concat_fusion_small" / "1")
    assert [row["name"] for row in result["scores"]][-1] == "concat_fusion_small"
    possible = result["possible_macro_f1"]
    assert possible["best_constant"] < possible["ceiling"] < 1
    assert set(result["asked"]["true_genres"]) <= set(result["asked"]["probabilities"])
    assert "True genres: " in err  # for people who look on


def test_predict_imports_no_keras_and_leaves_it_to_be_found(exported_model):
    code = (
        "import os, sys\n"
        "from keras_genre.cli.main import cli\n"
        "cli(sys.argv[1:], standalone_mode=False)\n"
        "assert 'keras' not in sys.modules\n"
        "import tensorflow as tf\n"
        "assert tf.keras.layers.Dense.__module__.startswith('keras.src')\n"
    )
    command = [sys.executable, "-c", code, "predict", "--plot", "A heist.", "--saved-models"]
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [*command, exported_model.parent], capture_output=True, text=True, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert "Genres:" in done.stdout
