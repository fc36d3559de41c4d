"""Completion, asked as a shell would ask."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from keras_genre.presets import PRESETS


@pytest.fixture
def complete(monkeypatch, run):
    """The completions of the last word: a list of (kind, value)."""

    def ask(*words):
        monkeypatch.setenv("_KERAS_GENRE_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(["keras-genre", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        code, out, err = run()
        assert (code, err) == (0, "")
        return [tuple(line.split(",")) for line in out.splitlines()]

    return ask


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["tra"], ["train", "transfer"]),
        (["m"], ["models", "model-server"]),
        (["e"], ["explore", "evaluate", "export", "explain"]),
        (["prepare", "poster"], ["poster-csv"]),
        (["train", "data", "--preset", ""], list(PRESETS)),
        (["train", "data", "--preset", "cn"], ["cnn64", "cnn224"]),
        (["train", "--ep"], ["--epochs"]),
        (["evaluate", "runs/lstm", "--split", "v"], ["validation"]),
        (["completion", "z"], ["zsh"]),
    ],
)
def test_completion_of_a_word_gives_what_it_may_become(complete, words, expected):
    assert complete(*words) == [("plain", word) for word in expected]


@pytest.mark.parametrize(
    "words",
    [
        ["train", "da"],
        ["verify", "da"],
        ["evaluate", "runs/a", "da"],
        ["export", "da"],
        ["export", "runs/a", "--to", "da"],
        ["train", "data", "--out", "da"],
        ["predict", "--saved-models", "da"],
    ],
)
def test_completion_of_a_folder_is_left_to_the_shell(complete, words):
    assert complete(*words) == [("dir", "da")]


def test_completion_of_a_poster_is_a_file(complete):
    assert complete("predict", "--poster", "po") == [("file", "po")]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script_asks_the_command_for_completions(run, shell):
    code, out, _ = run("completion", shell)
    assert code == 0
    assert f"_KERAS_GENRE_COMPLETE={shell}_complete" in out


def test_completion_for_an_unknown_shell_is_refused(run):
    code, _, err = run("completion", "tcsh")
    assert code == 2
    assert "'bash', 'zsh', 'fish'" in err


def test_completion_imports_nothing_heavy():
    code = (
        "import atexit, json, sys\n"
        "from keras_genre.cli.main import main\n"
        "atexit.register(lambda: print(json.dumps(list(sys.modules))))\n"
        "main([])"
    )
    asked = {"COMP_WORDS": "keras-genre train data --preset ", "COMP_CWORD": "4"}
    environment = {**os.environ, **asked, "_KERAS_GENRE_COMPLETE": "bash_complete"}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    *completions, imported = shown.stdout.splitlines()
    assert completions == [f"plain,{name}" for name in PRESETS]
    assert {"tensorflow", "keras", "pandas", "numpy"} & set(json.loads(imported)) == set()


@pytest.mark.skipif(not shutil.which("bash"), reason="no bash here")
def test_completion_script_works_in_bash(tmp_path):
    shim = tmp_path / "keras-genre"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m keras_genre.cli.main "$@"\n')
    shim.chmod(0o755)
    script = (
        'eval "$(keras-genre completion bash)"; complete -p keras-genre\n'
        "COMP_WORDS=(keras-genre train data --preset c); COMP_CWORD=4\n"
        '_keras_genre_completion keras-genre; echo "${COMPREPLY[@]}"'
    )
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    shown = subprocess.run(
        ["bash", "--norc", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    registered, completed = shown.stdout.splitlines()
    assert "_keras_genre_completion" in registered
    assert completed.split() == [name for name in PRESETS if name.startswith("c")]
