"""The page that `keras-genre evaluate` writes."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from keras_genre.cli.output import progress_bar, say

_REPORTS = Path("reports")


def report_folder(runs: Sequence, split: str) -> Path:
    """Where a report goes if nobody says where."""
    more = f"-and-{len(runs) - 1}-more" if len(runs) > 1 else ""
    return _REPORTS / f"{runs[0].name}{more}-{split}"


def write_run_report(
    runs: Sequence, table, split: str, folder: str | None, num_resamples: int
) -> Path:
    """Write the report of runs; one that an earlier call left in the same place by default goes.

    Args:
        runs: Each a `Run` or `BaselineRun`.
        table: Of their scores, as `score_table` gives it.
        split: Which films.
        folder: Where it shall be made, None for `report_folder`.
        num_resamples: As of `write_report`.

    Returns:
        The path of the page.

    Raises:
        RunError: If the folder was named, and exists; or it cannot be written.
    """
    from keras_genre.errors import RunError
    from keras_genre.evaluation.reporting.writing import PAGE, write_report
    from keras_genre.staging import scratch_folder

    subjects = [_subject(run, split) for run in runs]
    look_up = _look_up(runs, split)
    with progress_bar("Drawing the report") as progress:
        options = {"num_resamples": num_resamples, "progress": progress}
        if folder:
            return write_report(subjects, table, folder, look_up, **options)
        folder = report_folder(runs, split)
        with scratch_folder(folder.parent, f".{folder.name}-", RunError) as scratch:
            write_report(subjects, table, scratch / "new", look_up, **options)
            shutil.rmtree(folder, ignore_errors=True)
            (scratch / "new").rename(folder)
            scratch.rmdir()
    return folder / PAGE


def _subject(run, split: str):
    from keras_genre.evaluation import Subject
    from keras_genre.runs import Run

    history = run.history if isinstance(run, Run) else None
    return Subject(run.name, run.predict(split), run.rule, run.predict("validation"), history)


def _look_up(runs, split: str):
    """From ids to films, if the records of a deep run are there."""
    from keras_genre.errors import KerasGenreError
    from keras_genre.evaluation import look_up_films
    from keras_genre.runs import Run

    deep = [run for run in runs if isinstance(run, Run)]
    try:
        dataset = deep[0].dataset if deep else None
    except KerasGenreError as cause:
        say(f"The report shows no films. {cause}")
        return None
    return dataset and (lambda movie_ids: look_up_films(dataset, split, movie_ids))
