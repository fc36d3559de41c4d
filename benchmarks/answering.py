"""What the processes of `inference.py` and `serving.py` that have a model share. No TensorFlow."""

import re
import time
from pathlib import Path

from raw_films import RawFilms


class Answering:
    """Answers about films and says how long that took.

    Args:
        answer: From plots and posters to probabilities `(films, genres)`.
        films: The folder of the films.
        versions: Of what answers.
    """

    def __init__(self, answer, films: str, versions: str):
        self._answer, self._films, self._versions = answer, RawFilms(films), versions
        self._answer(*self._films.rows([0]))

    def about(self) -> dict:
        """Said after the first answer: what came before is the start-up."""
        return {"versions": self._versions}

    def answers(self, batches: list) -> list:
        """The probabilities of each film of batches of rows."""
        return [self._answer(*self._films.rows(rows)).tolist() for rows in batches]

    def time(self, batches: list) -> list[float]:
        """Seconds that each batch of rows took."""
        seconds = []
        for rows in batches:
            films = self._films.rows(rows)
            start = time.perf_counter()
            self._answer(*films)
            seconds.append(time.perf_counter() - start)
        return seconds

    def peak_mb(self) -> int:
        """The most memory that the process has had."""
        status = Path("/proc/self/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) // 1024
