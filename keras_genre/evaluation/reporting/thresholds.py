"""F1 of each genre as its threshold moves."""

import numpy as np

from keras_genre.evaluation.reporting.grids import genre_grid, write_inside
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.scoring.decisions import decide

_THRESHOLDS = np.linspace(0, 1, 101, dtype="float32")


def f1_by_threshold(labels: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """F1 of one genre at 101 thresholds from 0 to 1; NaN where no film has it.

    Args:
        labels: Booleans of shape `(films,)`.
        probabilities: Of shape `(films,)`.
    """
    if not labels.any():
        return np.full(len(_THRESHOLDS), np.nan)
    order = np.argsort(probabilities)
    hits_from = np.append(np.cumsum(labels[order][::-1])[::-1], 0)  # (films + 1,)
    first = np.searchsorted(probabilities[order], _THRESHOLDS, side="right")
    return 2 * hits_from[first] / (len(labels) - first + labels.sum())


def section(subject: Subject) -> Section:
    """Draw the curve of validation films, on which thresholds are chosen, and of these films."""
    names = list(subject.predictions.vocabulary)
    split = subject.predictions.split or "these films"
    detail = "Grey: validation, where it was chosen. Line: the threshold"
    if split != "validation":
        detail = f"{detail}. Blue: {split}"
    figure, grid = genre_grid(names, "F1 by threshold", detail, "threshold", "F1")
    sets = {"validation": (subject.validation, style.GREY)}
    if split != "validation":
        sets[split] = (subject.predictions, style.BLUE)
    for predictions, color in sets.values():
        calibrated = decide(predictions, subject.rule).calibrated
        for genre, axes in enumerate(grid):
            labels = predictions.labels[:, genre].astype(bool)
            curve = f1_by_threshold(labels, calibrated[:, genre])
            axes.plot(_THRESHOLDS, curve, color=color, linewidth=1.3)
    for genre, axes in enumerate(grid):
        threshold = float(subject.rule.thresholds[genre])
        axes.axvline(threshold, color=style.ORANGE, linewidth=1.3)
        write_inside(axes, f"{threshold:.2f}", y=0.82)
    said = [f"{n} {float(t):.2f}" for n, t in zip(names, subject.rule.thresholds, strict=True)]
    alt = f"F1 of each genre as its threshold moves. Thresholds: {', '.join(said)}."
    text = (
        "A flat top forgives a threshold that is a little off; where the two curves have their "
        "tops in different places, so few films have the genre that its threshold is luck."
    )
    plot = Plot(f"thresholds_{subject.name}", style.rendered(figure), alt)
    return Section("Thresholds", text, (plot,))
