"""What both workers of `training.py` share: the films and the clock. NumPy only."""

import time

import numpy as np


class Turns:
    """What a process of `training.py` answers.

    Args:
        make_steps: Takes the options, the films and the file of the weights.
        options: What `training.py` says.
    """

    def __init__(self, make_steps, options: dict):
        films = dict(np.load(options["films"]))
        if not options["posters"]:
            del films["poster_image"]
        self._steps = make_steps(options, films, options["weights"])
        self.about = self._steps.about

    def evaluate(self, batches: list) -> list[float]:
        """The loss of each batch of (rows, width)."""
        return [self._steps.evaluate(batch) for batch in self._prepared(batches)]

    def train(self, batches: list) -> dict:
        """Train on batches of (rows, width), and say how long it took."""
        batches = self._prepared(batches)
        start, cpu_start = time.perf_counter(), time.process_time()
        losses = self._steps.finish([self._steps.step(batch) for batch in batches])
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        return {"seconds": seconds, "cpu_seconds": cpu_seconds, "losses": losses}

    def _prepared(self, batches):
        return [self._steps.prepare(rows, width) for rows, width in batches]


def films_of(films: dict, rows: list[int], width: int) -> tuple[dict, np.ndarray]:
    """Inputs and labels of some films, plots cut or padded to `width` words."""
    batch = {}
    if width:
        batch["plot_token_ids"] = films["plot_token_ids"][rows, :width]
        batch["has_plot"] = np.ones(len(rows), bool)
    if "poster_image" in films:
        batch["poster_image"] = films["poster_image"][rows]
        batch["has_poster"] = np.ones(len(rows), bool)
    return batch, films["labels"][rows]
