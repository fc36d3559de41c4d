"""Processes of `training.py`, one a model, with a line of JSON for a question and an answer."""

import json
import os
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent


class Worker:
    """A process that trains one model.

    Args:
        kind: "keras" or "torch".
        options: What `keras_steps.py` and `torch_steps.py` take.
        python: Which Python shall run it; by default this one.
    """

    def __init__(self, kind: str, options: dict, python: str = sys.executable):
        threads = str(options["threads"])
        environment = {
            **os.environ,
            "OMP_NUM_THREADS": threads,
            # Where other programs run too, PyTorch's threads spin for each other up to 40 times as
            # long as they compute.
            "OMP_WAIT_POLICY": "PASSIVE",
            "TF_NUM_INTRAOP_THREADS": threads,
            "TF_NUM_INTEROP_THREADS": threads,
            "PYTHONPATH": os.pathsep.join([str(_HERE.parent), os.environ.get("PYTHONPATH", "")]),
            "KERAS_BACKEND": options["backend"],
        }
        command = [python, str(_HERE / f"{kind}_steps.py"), json.dumps(options)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )
        self.about = self._answer()

    def ask(self, what: str, batches: list) -> dict | list:
        """Have it "train" or "evaluate" batches of (rows, width); return what it says."""
        self._process.stdin.write(json.dumps({"what": what, "batches": batches}) + "\n")
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
