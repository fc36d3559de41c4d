"""From runs to a folder with a page, a summary and pictures."""

import dataclasses
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd

from keras_genre.errors import RunError
from keras_genre.evaluation.film import Film
from keras_genre.evaluation.reporting import (
    by_genre,
    confusions,
    curves,
    films,
    mistakes,
    networks,
    overall,
    reliability,
    thresholds,
    training,
)
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages.markdown import render_markdown
from keras_genre.pages.page import render_page
from keras_genre.pages.section import Section
from keras_genre.pages.wording import count
from keras_genre.staging import staged_folder

PAGE, SUMMARY = "index.html", "summary.md"
_TITLE = "Predicted genres"


def write_report(
    subjects: Sequence[Subject],
    table: pd.DataFrame,
    folder: str | os.PathLike,
    look_up: Callable[[list[str]], dict[str, Film]] | None = None,
    num_resamples: int = 2000,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Write what runs are worth on one set of films.

    Writes `folder/index.html`, one page that needs nothing else (pictures inside, no script, no
    address), `folder/summary.md`, and every plot as a PNG file.

    Args:
        subjects: The runs, all on the same films in the same order.
        table: A `score_table` of these films: the runs, possibly under several rules, and baselines
            beside them.
        folder: Where it goes. It must not exist yet, or be empty; it appears complete or not at
            all.
        look_up: From ids to films, for the parts that show them; without, these are left out.
        num_resamples: How often films are drawn again for the intervals of genres.
        seed: Of resamples, sample films and layouts. The same seed gives the same files.
        progress: Called as `progress(done, total)` after each part about a run.

    Returns:
        The path of the page.

    Raises:
        RunError: If `folder` exists and is not empty, or cannot be written.
        ValueError: If the runs are not on the same films.
    """
    for subject in subjects[1:]:
        subjects[0].predictions.check_same_films(subject.predictions)
    folder = Path(folder)
    with staged_folder(folder, RunError) as stage:
        sections = [overall.section(table)]
        sections += _of_films(subjects, look_up, seed)
        parts = [
            (subject, make)
            for subject in subjects
            for make in _parts(subject, look_up, num_resamples, seed)
        ]
        for done, (subject, make) in enumerate(parts, start=1):
            part = make()
            heading = part.heading if len(subjects) == 1 else f"{part.heading}, {subject.name}"
            sections.append(dataclasses.replace(part, heading=heading))
            if progress:
                progress(done, len(parts))
        for plot in (plot for section in sections for plot in section.plots):
            (stage / f"{plot.name}.png").write_bytes(plot.png)
        for name, render in ((PAGE, render_page), (SUMMARY, render_markdown)):
            text = render(_TITLE, _summary(subjects), sections)
            (stage / name).write_text(text, encoding="utf-8")
    return folder / PAGE


def _of_films(subjects, look_up, seed: int) -> list[Section]:
    if look_up is None:
        return []
    return [films.section(subjects, look_up(films.sample_ids(subjects[0], seed)))]


def _parts(subject: Subject, look_up, num_resamples: int, seed: int) -> list[Callable[[], Section]]:
    """What makes each section about a run, in the order of the page."""
    parts = [
        lambda: by_genre.section(subject, num_resamples, seed),
        lambda: confusions.matrices_section(subject),
        lambda: confusions.pairs_section(subject),
        lambda: curves.section(subject),
        lambda: thresholds.section(subject),
        lambda: reliability.section(subject),
        lambda: networks.section(subject, seed),
        lambda: training.section(subject),
    ]
    if look_up is not None:
        parts.append(lambda: _mistakes(subject, look_up))
    return parts


def _mistakes(subject: Subject, look_up) -> Section:
    found = mistakes.find_mistakes(subject)
    return mistakes.section(subject, found, look_up(found["movie_id"].tolist()))


def _summary(subjects: Sequence[Subject]) -> str:
    films_ = subjects[0].predictions
    names = ", ".join(subject.name for subject in subjects)
    split = f"the {films_.split} split" if films_.split else "films of no split"
    return f"{names} on {split}: {count(len(films_), 'film')}"
