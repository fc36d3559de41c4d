"""The clients of `serving.py`, which starts it: closed and open load, every answer compared.

Closed: so many clients, each with its next request as soon as it has an answer. Open: requests come
at random moments (a Poisson process), whatever became of those before; each is timed from the
moment when it should have been sent.
"""

import concurrent.futures
import http.client
import json
import os
import threading
import time
import uuid

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from pipe import serve
from raw_films import RawFilms

_MOST_AT_A_TIME = 512


class LoadGenerator:
    """Sends films and compares the answers.

    Args:
        options: `about`; `answers`, a file of the right probabilities; `tolerance`, the largest
            difference of one that is right; and what the kind of server is asked by.
    """

    def __init__(self, options: dict):
        self._films = RawFilms(options["about"]["films"])
        self._answers = np.load(options["answers"])
        self._tolerance = options["tolerance"]
        self._caller = {"grpc": GrpcCaller, "http": HttpCaller}[options["protocol"]]
        self._options = options

    def about(self) -> dict:
        """Nothing of its own."""
        return {}

    def closed(self, clients: int, seconds: float, deadline: float) -> list:
        """Return (sent at, seconds, status) of each request."""
        ask = self._caller(self._options, deadline)
        start = time.perf_counter()

        def client(number):
            random, done = np.random.default_rng(number), []
            while (now := time.perf_counter()) < start + seconds:
                done.append(self._timed(ask, random.integers(len(self._films)), now))
            return done

        with concurrent.futures.ThreadPoolExecutor(clients) as threads:
            done = [each for own in threads.map(client, range(clients)) for each in own]
        return [(began - start, took, status) for began, took, status in done]

    def open(self, phases: list, deadline: float) -> list:
        """Return (to be sent at, seconds, status) of each request.

        Args:
            phases: Requests a second, and for how many seconds, one after the other.
            deadline: Seconds after which nobody waits for an answer.
        """
        ask = self._caller(self._options, deadline)
        random = np.random.default_rng(0)
        moments = []
        for number, (rate, seconds) in enumerate(phases):
            begins = sum(length for _, length in phases[:number])
            count = random.poisson(rate * seconds)
            moments += sorted(begins + seconds * random.random(count))
        rows = random.integers(len(self._films), size=len(moments))
        start = time.perf_counter() + 0.1
        with concurrent.futures.ThreadPoolExecutor(_MOST_AT_A_TIME) as threads:
            sent = []
            for moment, row in zip(moments, rows, strict=True):
                time.sleep(max(0.0, start + moment - time.perf_counter()))
                sent.append(threads.submit(self._timed, ask, row, start + moment))
            done = [each.result() for each in sent]
        return [(began - start, seconds, status) for began, seconds, status in done]

    def _timed(self, ask, row: int, began: float) -> tuple:
        status, answer = ask(self._films.plots[row], self._films.posters[row])
        seconds = time.perf_counter() - began
        if status == "OK":
            difference = np.abs(np.asarray(answer) - self._answers[row]).max()
            if not difference <= self._tolerance:
                status = "WRONG"
        return began, seconds, status


class GrpcCaller:
    """A film over gRPC, by `kg.GenreClient`; what is refused is not tried again."""

    def __init__(self, options: dict, deadline: float):
        import keras_genre as kg

        self._client = kg.GenreClient(
            options["address"], options["model"], timeout=deadline, retries=0
        )
        self._client.wait_until_ready()

    def __call__(self, plot: str, poster: bytes) -> tuple:
        """Return the status, and the probabilities."""
        from keras_genre.errors import PredictorError

        try:
            (prediction,) = self._client.predict([plot], [poster])
        except PredictorError as error:
            return error.__cause__.code().name, None
        return "OK", list(prediction.probabilities.values())


class HttpCaller:
    """A film over HTTP, as a form; each thread keeps its connection."""

    def __init__(self, options: dict, deadline: float):
        self._address, self._deadline = options["address"], deadline
        self._own = threading.local()

    def __call__(self, plot: str, poster: bytes) -> tuple:
        """Return the status, and the probabilities."""
        boundary = uuid.uuid4().hex
        head = 'Content-Disposition: form-data; name="{}"{}\r\n\r\n'
        body = b"".join(
            [
                f"--{boundary}\r\n{head.format('plot', '')}{plot}\r\n".encode(),
                f"--{boundary}\r\n{head.format('poster', '; filename=p.jpg')}".encode(),
                poster,
                f"\r\n--{boundary}--\r\n".encode(),
            ]
        )
        content_type = f"multipart/form-data; boundary={boundary}"
        if not hasattr(self._own, "connection"):
            self._own.connection = http.client.HTTPConnection(self._address, timeout=self._deadline)
        connection = self._own.connection
        try:
            connection.request("POST", "/predict", body, {"Content-Type": content_type})
            response = connection.getresponse()
            content = response.read()
        except TimeoutError:
            connection.close()
            return "DEADLINE_EXCEEDED", None
        except (OSError, http.client.HTTPException):
            connection.close()
            return "UNAVAILABLE", None
        if response.status != http.client.OK:
            return str(response.status), None
        return "OK", json.loads(content)["probabilities"]


if __name__ == "__main__":
    serve(LoadGenerator)
