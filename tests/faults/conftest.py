"""Command lines in forks that can be limited and killed, and what they may not change."""

import json
import subprocess
import sys
import types
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def forks():
    """Send an order to `forking.py`."""
    script = Path(__file__).with_name("forking.py")
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "ready\n"

        def send(**order):
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield send
        process.kill()  # an orderly end of TensorFlow takes seconds


@pytest.fixture
def command(forks, tmp_path_factory):
    """Run a command line without root's power over permissions.

    Gives `code`, `seconds`, `out` and `err`; options are those of `forking.obey`.
    """
    shown = tmp_path_factory.mktemp("shown") / "command"

    def run(*args, **options):
        outcome = forks(args=[str(arg) for arg in args], out=str(shown), **options)
        texts = {name: shown.with_suffix(f".{name}").read_text() for name in ("out", "err")}
        return types.SimpleNamespace(**outcome, **texts)

    return run


@pytest.fixture
def snapshot(tmp_path):
    """Everything under `tmp_path`: names, and the content of files."""

    def take():
        return {
            str(path.relative_to(tmp_path)): path.read_bytes() if path.is_file() else None
            for path in tmp_path.rglob("*")
        }

    return take
