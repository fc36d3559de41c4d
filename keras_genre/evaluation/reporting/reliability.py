"""Whether the probabilities of one run come true as often as they say."""

import numpy as np
import pandas as pd

from keras_genre.evaluation.reporting.grids import genre_grid, write_inside
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.scoring.reliability import reliability_table

_BINS = 10


def section(subject: Subject) -> Section:
    """Draw frequency by probability for each genre, before and after the run's calibration."""
    predictions, rule = subject.predictions, subject.rule
    before, after = reliability_table(predictions), reliability_table(predictions, rule)
    errors = [table["calibration_error"].mean() for table in (before, after)]
    skills = [table["brier_skill"].mean() for table in (before, after)]
    title = f"Mean calibration error {errors[0]:.3f}, after calibration {errors[1]:.3f}"
    names = list(predictions.vocabulary)
    detail = "Grey: as the model says. Blue: calibrated. Dashed: what it should be"
    figure, grid = genre_grid(names, title, detail, "probability", "share of films that have it")
    for said, color in (
        (predictions.probabilities, style.GREY),
        (subject.decisions.calibrated, style.BLUE),
    ):
        for genre, axes in enumerate(grid):
            means, shares = _binned(predictions.labels[:, genre], said[:, genre])
            axes.plot(means, shares, "o-", color=color, markersize=2.5, linewidth=1)
    for axes, error in zip(grid, after["calibration_error"], strict=True):
        axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=1, linestyle="--")
        write_inside(axes, "undefined" if np.isnan(error) else f"{error:.3f}")
    plot = Plot(f"reliability_{subject.name}", style.rendered(figure), f"{title}, genre by genre.")
    text = (
        "Calibration error: films are ranked by a genre's probability and cut into 15 bins of "
        "equally many; the mean gap between probability and frequency. Some of it is chance: with "
        "few films a bin, even true probabilities do not reach 0. Brier skill: how much of the "
        f"squared error of base rates is gone; its mean is {skills[0]:.3f}, after calibration "
        f"{skills[1]:.3f}."
    )
    return Section("Reliability", text, (plot,), _table(before, after))


def _binned(labels: np.ndarray, probabilities: np.ndarray) -> list[list[float]]:
    """Mean probability and frequency in bins of equally many films."""
    order = np.array_split(np.argsort(probabilities, kind="stable"), min(_BINS, len(labels)))
    return [probabilities[films].mean() for films in order], [
        labels[films].mean() for films in order
    ]


def _table(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    shown = {"genre": before.index, "films": before["support"].to_numpy()}
    for column in ("calibration_error", "brier_skill"):
        for when, table in (("", before), (", calibrated", after)):
            values = ["-" if np.isnan(value) else f"{value:.3f}" for value in table[column]]
            shown[column.replace("_", " ") + when] = values
    return pd.DataFrame(shown)
