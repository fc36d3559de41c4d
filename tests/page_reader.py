"""Runs the code blocks of a page one after the other, in one folder."""

import contextlib
import glob
import shlex
import shutil
import signal
import subprocess

import pytest

from keras_genre.cli.main import main

# Sizes that a reader waits for and a test does not.
_SMALLER = {
    "sample": ["--films", "100"],
    "train": ["--epochs", "1"],
    "tune": ["--epochs", "1"],
    "evaluate": ["--resamples", "20"],
    "compare": ["--resamples", "20"],
    "stress": ["--resamples", "20"],
}
_SMALLER_PYTHON = {
    'make_synthetic_catalog("films")': 'make_synthetic_catalog("films", 100)',
    "epochs=8": "epochs=1",
    "epochs=2": "epochs=1",
    "num_resamples=2000": "num_resamples=20",
    "num_resamples=500": "num_resamples=5",
}


class Reader:
    """Somebody who types what a page says. To be left when done, so that servers stop."""

    def __init__(self):
        self._names = {}
        self._addresses = {}
        self._ending = contextlib.ExitStack()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._ending.close()

    def run(self, page, block):
        """Run a block, as it stands but for sizes and addresses."""
        code = block.code
        for written, real in self._addresses.items():
            code = code.replace(written, real)
        if block.language == "python":
            for large, small in _SMALLER_PYTHON.items():
                code = code.replace(large, small)
            # Blank lines before it, so that a traceback names the line of the page.
            exec(compile("\n" * block.line + code, page.name, "exec"), self._names)
        else:
            for line in code.replace("\\\n", " ").splitlines():
                command = shlex.split(line, comments=True)
                command = [name for word in command for name in _expanded(word)]
                if command:
                    self._type(command, f"{page.name}, the block in line {block.line}: {line}")

    def _type(self, command, where):
        program, *arguments = command
        if program == "curl":
            if shutil.which("curl"):
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=60)
            return
        assert program == "keras-genre", f"{where}: only keras-genre and curl are run by the tests"
        if arguments[0] == "serve":
            self._serve(arguments[1])
            return
        before = signal.getsignal(signal.SIGTERM)
        with pytest.raises(SystemExit) as ending:
            main([*arguments, *_SMALLER.get(arguments[0], [])])
        signal.signal(signal.SIGTERM, before)
        assert ending.value.code == 0, where

    def _serve(self, folder):
        from keras_genre.server import DevelopmentServer, find_models  # brings TensorFlow

        server = self._ending.enter_context(DevelopmentServer(find_models(folder), port=0))
        self._addresses = {
            "http://localhost:8501": server.rest_url,
            "localhost:8500": server.address,
        }


def _expanded(word):
    """What a shell makes of a word with an asterisk."""
    return sorted(glob.glob(word)) or [word] if word.endswith("*") else [word]
