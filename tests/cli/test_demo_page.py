import json
import signal
import subprocess
import sys
import urllib.request

import pytest


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--port", "0"], "--port is for the page: add --web"),
        (["--saved-models", "x"], "--saved-models is for the page"),
        (["--web", "--server", "localhost:1"], "Name the --model"),
    ],
)
def test_page_asked_for_wrongly_exits_with_two(run, args, message):
    code, out, err = run("demo", *args)
    assert (code, out) == (2, "")
    assert message in err


def test_page_without_gradio_says_which_extra_to_install(run, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "gradio", None)
    code, _, err = run("demo", "--web", "--out", tmp_path)
    assert code == 1
    assert "pip install 'keras-genre[demo]'" in err
    assert list(tmp_path.iterdir()) == []


def test_page_of_a_folder_without_models_says_how_to_make_one(run, tmp_path):
    pytest.importorskip("gradio")
    code, _, err = run("demo", "--web", "--saved-models", tmp_path)
    assert code == 1
    assert "keras-genre export" in err


@pytest.mark.slow
def test_page_command_serves_a_model_and_ends_on_sigterm(exported_model):
    pytest.importorskip("gradio")
    command = [sys.executable, "-m", "keras_genre.cli.main", "demo", "--web", "--port", "0"]
    with subprocess.Popen(
        [*command, "--saved-models", exported_model.parent, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            ready = json.loads(process.stdout.readline())
            with urllib.request.urlopen(ready["page"], timeout=60) as page:
                assert b"The genres of a film" in page.read()
            process.send_signal(signal.SIGTERM)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 143, err
    assert ready["model"] == "untrained"
    assert out == ""
    assert "Terminated." in err
    assert "Traceback" not in err
