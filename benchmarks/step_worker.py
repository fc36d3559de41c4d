"""What both workers of `training.py` share: the pipe, the films, the clock. NumPy only."""

import json
import sys
import time

import numpy as np


def serve(make_steps) -> None:
    """Answer one line of JSON with another until the pipe is closed."""
    options = json.loads(sys.argv[1])
    answers, sys.stdout = sys.stdout, sys.stderr  # what libraries print is no answer
    films = dict(np.load(options["films"]))
    if not options["posters"]:
        del films["poster_image"]
    steps = make_steps(options, films, options["weights"])

    def answer(content) -> None:
        print(json.dumps(content), file=answers, flush=True)

    answer(steps.about())
    for line in sys.stdin:
        request = json.loads(line)
        batches = [steps.prepare(rows, width) for rows, width in request["batches"]]
        if request["what"] == "evaluate":
            answer([steps.evaluate(batch) for batch in batches])
            continue
        start, cpu_start = time.perf_counter(), time.process_time()
        losses = steps.finish([steps.step(batch) for batch in batches])
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu_start
        answer({"seconds": seconds, "cpu_seconds": cpu_seconds, "losses": losses})


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
