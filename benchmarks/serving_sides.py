"""The processes of `serving.py`: the bare model, both servers, and the clients of each."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
from comparing import check_network
from workers import Worker

_HERE = Path(__file__).parent
_TOLERANCE = 1e-3  # of probabilities: batches of other films are summed in another order


class Sides:
    """The processes, started one after the other and ended together.

    Args:
        about: What `compact_model.make` says.
        options: Those of the command line.

    Attributes:
        bare: Answers with the SavedModel's function.
        loads: A load generator for each server.
        versions: Of what answers.
    """

    def __init__(self, about: dict, options: dict):
        self._said = {"about": about, "threads": options["threads"]}
        self._python = options["torch_python"]
        self._servers, self._workers = [], []

    def __enter__(self) -> "Sides":
        try:
            self._start(self._said["about"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_) -> None:
        for worker in self._workers:
            worker.close()
        for server in self._servers:
            server.terminate()
        for server in self._servers:
            server.wait()

    def _start(self, about: dict) -> None:
        network = self._worker("answer_torch.py", self._python, engine="torch")
        check_network(network, about)
        self.bare = self._worker("answer_keras.py", engine="signature")
        self._right = {"ours": _answers("ours", self.bare, about)}
        self._right["FastAPI"] = _answers("FastAPI", network, about)
        self._workers.remove(network)
        network.close()
        self.loads = {"ours": self._ours(about), "FastAPI": self._fastapi(about)}

    def _ours(self, about: dict) -> Worker:
        model = Path(about["saved_model"]).parent
        command = [sys.executable, "-m", "keras_genre.cli.main", "serve", str(model.parent)]
        command += ["--port", "0", "--rest-port", "0", "--json"]
        command += ["--batching", str(_HERE / "batching.config")]
        server = self._server(command, stdout=subprocess.PIPE, text=True)
        address = json.loads(server.stdout.readline())["grpc"]
        return self._load("ours", "grpc", address=address, model=model.name)

    def _fastapi(self, about: dict) -> Worker:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        command = [self._python, str(_HERE / "torch_server.py"), about["folder"], str(port)]
        server = self._server([*command, str(self._said["threads"])])
        address = f"127.0.0.1:{port}"
        while server.poll() is None:
            try:
                with urllib.request.urlopen(f"http://{address}/versions") as answer:
                    version = json.load(answer)
            except OSError:
                time.sleep(0.2)
            else:
                self.versions = [self.bare.about["versions"], version]
                return self._load("FastAPI", "http", address=address)
        raise SystemExit("torch_server.py ended: see above.")

    def _server(self, command: list[str], **options) -> subprocess.Popen:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_HERE.parent), os.environ.get("PYTHONPATH", "")]),
            "OMP_WAIT_POLICY": os.environ.get("OMP_WAIT_POLICY", "PASSIVE"),
        }
        self._servers.append(subprocess.Popen(command, env=environment, **options))
        return self._servers[-1]

    def _load(self, side: str, protocol: str, **server) -> Worker:
        return self._worker(
            "load_generator.py",
            protocol=protocol,
            answers=self._right[side],
            tolerance=_tolerance(self._said["about"]),
            **server,
        )

    def _worker(self, script: str, python: str = sys.executable, **options) -> Worker:
        self._workers.append(Worker(script, {**self._said, **options}, python))
        return self._workers[-1]


def _answers(side: str, worker: Worker, about: dict) -> str:
    """Write the right answers, one film at a time; say what comparing with them can see."""
    count = len(list(Path(about["films"]).glob("*.jpg")))
    answers = np.array(
        [film for (film,) in worker.ask("answers", batches=[[n] for n in range(count)])]
    )
    distances = np.abs(answers[:, None] - answers).max(axis=-1)
    alike = np.mean(distances[~np.eye(count, dtype=bool)] <= _tolerance(about))
    print(f"{side}: {alike:.2%} of other films' answers would pass for right.", file=sys.stderr)
    path = Path(about["folder"], f"{side}.npy")
    np.save(path, answers)
    return str(path)


def _tolerance(about: dict) -> float:
    return max(_TOLERANCE, about["tolerance"])
