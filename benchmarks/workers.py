"""Processes that are asked by a line of JSON and answer with another, as `pipe.py` has them do."""

import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent


class Worker:
    """A process that has one model.

    Args:
        script: A file of this folder that calls `pipe.serve`.
        options: What it takes: `threads`, `backend`, and what is its own.
        python: Which Python shall run it; by default this one.

    Attributes:
        about: What it said first.
    """

    def __init__(self, script: str, options: dict, python: str = sys.executable):
        threads = str(options["threads"])
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": threads,
            # Where other programs run too, PyTorch's threads spin for each other up to 40 times as
            # long as they compute.
            "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": threads,
            "PYTHONPATH": os.pathsep.join([str(_HERE.parent), os.environ.get("PYTHONPATH", "")]),
            "KERAS_BACKEND": options.get("backend", "tensorflow"),
        }
        command = [python, str(_HERE / script), json.dumps(options)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.about = self._answer()

    def ask(self, what: str, **details) -> dict | list:
        """Have it do something; return what it says."""
        self._process.stdin.write(json.dumps({"what": what, **details}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """Let it end."""
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def _answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args[1]} ended: see above.")
        return json.loads(line)
