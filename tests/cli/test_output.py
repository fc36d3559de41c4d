"""Results and progress on terminals, in pipes, and where nobody takes them."""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import types

import pytest

from keras_genre.cli import quiet
from keras_genre.cli.output import bar_text, emit, folded, passing_line, progress_bar

_COMMAND = [sys.executable, "-m", "keras_genre.cli.main"]


def test_emitted_json_has_null_for_what_is_undefined(capsys):
    emit({"scores": [{"roc_auc": float("nan"), "f1": 0.5}], "genres": ("Animé",)}, "", True)
    shown = json.loads(capsys.readouterr().out)
    assert shown == {"scores": [{"roc_auc": None, "f1": 0.5}], "genres": ["Animé"]}


def test_long_line_is_folded_at_80_columns_and_a_path_stays_whole():
    path = "films/" + "a-long-name/" * 8
    lines = folded(f"movies.csv: 120 films; id = 'movie_id', plot = 'plot', in {path}").splitlines()
    assert lines[1:] == [f"  {path}"]
    assert max(map(len, folded("word " * 100).splitlines())) <= 80
    assert folded("short") == "short"


@pytest.fixture
def terminal(monkeypatch):
    """Put a terminal of 40 columns in the place of standard error, and give what it was sent."""

    class Terminal(io.StringIO):
        encoding = "utf-8"

        def isatty(self):
            return True

    def put():  # in the test itself: pytest puts its own in place after the fixtures
        monkeypatch.setenv("COLUMNS", "40")
        monkeypatch.setattr(sys, "stderr", Terminal())
        return sys.stderr

    return put


def _on_screen(written):
    """What a terminal shows of one line: a carriage return goes to its beginning."""
    line = ""
    for part in written.split("\r"):
        line = part + line[len(part) :]
    return line.rstrip(" ")


def test_passing_line_on_a_terminal_is_seen_and_vanishes(terminal):
    screen = terminal()
    with passing_line("Loading TensorFlow ...") as draw:
        assert _on_screen(screen.getvalue()) == "Loading TensorFlow ..."
        draw("done")
        assert _on_screen(screen.getvalue()) == "done"
    assert _on_screen(screen.getvalue()) == ""


def test_passing_line_after_an_interrupt_has_vanished_too(terminal):
    screen = terminal()
    with pytest.raises(KeyboardInterrupt), passing_line("Loading TensorFlow ..."):
        raise KeyboardInterrupt
    assert _on_screen(screen.getvalue()) == ""


def test_passing_line_in_a_pipe_is_not_written(capsys):
    with passing_line("Loading TensorFlow ...") as draw:
        draw("more")
    assert capsys.readouterr() == ("", "")


def test_progress_bar_on_a_narrow_terminal_stays_on_its_line(terminal):
    screen = terminal()
    with progress_bar("Writing films") as progress:
        progress(500, 1000)
        drawn = _on_screen(screen.getvalue())
    assert drawn.startswith("Writing films  500/1000  ████")
    assert len(drawn) < 40
    assert re.fullmatch(r"Writing films: 500 in \d+ s\n", _on_screen(screen.getvalue()))


def test_progress_bar_in_a_pipe_is_one_line(capsys):
    with progress_bar("Writing films") as progress:
        for done in range(100):
            progress(done + 1, 100)
    assert re.fullmatch(r"Writing films: 100 in \d+ s\n", capsys.readouterr().err)


def test_progress_bar_where_there_was_nothing_to_do_says_nothing(capsys):
    with progress_bar("Writing films"):
        pass
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8", "██·"), ("ascii", "##."), ("latin-1", "##."), (None, "##.")],
)
def test_bar_shows_what_the_stream_can(encoding, expected):
    assert bar_text(2, 3, types.SimpleNamespace(encoding=encoding)) == expected


def test_import_noise_is_set_aside_even_where_no_temporary_file_can_be(monkeypatch):
    def full(*args, **kwargs):
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with quiet._temporary_file() as aside:
        os.write(aside.fileno(), b"noise")
        assert aside.read() == b""


def test_result_into_a_closed_pipe_ends_quietly(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    line = [*_COMMAND, "sample", "--films", "20", "--out", tmp_path / "films"]
    done = subprocess.run(line, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert done.returncode == 1
    assert done.stderr.startswith("Drawing films: 20 in")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_result_onto_a_full_disk_is_an_error_in_one_line(tmp_path):
    line = [*_COMMAND, "sample", "--films", "20", "--out", tmp_path / "films"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(line, stdout=full, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 1
    _, *rest = done.stderr.splitlines()
    assert rest == [
        "Error: Cannot write the result to standard output: [Errno 28] No space left on device."
    ]


def test_message_that_the_terminal_cannot_show_is_escaped(tmp_path):
    environment = {**os.environ, "PYTHONIOENCODING": "latin-1"}
    line = [*_COMMAND, "serve", tmp_path / "心"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: Cannot read ")
    assert "\\u5fc3" in done.stderr
