"""Predictions of runs, computed where they are not kept yet, with a sign of how far that is."""

from collections.abc import Sequence

from keras_genre.cli.output import progress_bar


def predict_runs(runs: Sequence, split: str) -> None:
    """Have every run predict a split, so that later calls of `run.predict` are quick.

    Args:
        runs: Each a `Run` or `BaselineRun`; the latter keeps all its predictions.
        split: Which films.
    """
    from keras_genre.runs import Run

    for run in runs:
        if isinstance(run, Run):
            with progress_bar(f"Predicting {split} films by {run.name}") as progress:
                run.predict(split, progress=progress)
        else:
            run.predict(split)
