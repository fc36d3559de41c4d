"""ROC and precision-recall curves of one run, genre by genre."""

import numpy as np
from sklearn import metrics

from keras_genre.evaluation.reporting.grids import genre_grid, write_inside
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import listed
from keras_genre.scoring.scores import score


def section(subject: Subject) -> Section:
    """Draw both curves of each genre, and where the run's thresholds lie on them."""
    scores = score(subject.predictions, subject.rule)
    table = scores.per_genre.reset_index()[["genre", "average_precision", "roc_auc"]]
    plots = (
        _plot(subject, scores, "precision_recall", "average_precision", _precision_recall),
        _plot(subject, scores, "roc", "roc_auc", _roc),
    )
    text = (
        "Each point of a curve is a threshold; the dot is the one of the run's rule. The dashed "
        "line is what chance gives: the share of films with the genre, or the diagonal."
    )
    shown = table.assign(
        **{
            name: ["-" if np.isnan(value) else f"{value:.3f}" for value in table[name]]
            for name in ("average_precision", "roc_auc")
        }
    )
    shown.columns = ["genre", "average precision", "ROC AUC"]
    return Section("Precision-recall and ROC curves", text, plots, shown)


def _plot(subject: Subject, scores, name: str, area: str, draw) -> Plot:
    areas = scores.per_genre[area]
    titles = {
        "precision_recall": ("Mean average precision", "recall", "precision"),
        "roc": ("Mean area under the ROC curve", "false positive rate", "recall"),
    }
    title, x_label, y_label = titles[name]
    finding = f"{title} {np.nanmean(areas):.3f}" if areas.notna().any() else f"{title} undefined"
    names = list(subject.predictions.vocabulary)
    detail = "In each plot: the area, and a dot at the run's own threshold"
    figure, grid = genre_grid(names, finding, detail, x_label, y_label)
    for genre, axes in enumerate(grid):
        if np.isnan(areas.iloc[genre]):
            write_inside(axes, "undefined")
            continue
        truth = subject.predictions.labels[:, genre].astype(bool)
        draw(
            axes,
            truth,
            subject.predictions.probabilities[:, genre],
            subject.decisions.selected[:, genre],
        )
        write_inside(axes, f"{areas.iloc[genre]:.2f}")
    said = [f"{one} {value:.2f}" for one, value in areas.items() if not np.isnan(value)]
    return Plot(f"{name}_{subject.name}", style.rendered(figure), f"{finding}. {listed(said)}.")


def _precision_recall(axes, truth, probabilities, selected) -> None:
    precision, recall, _ = metrics.precision_recall_curve(truth, probabilities)
    axes.step(recall, precision, where="post", color=style.BLUE, linewidth=1.3)
    axes.axhline(truth.mean(), color=style.GREY, linewidth=1, linestyle="--")
    if selected.any():
        axes.plot(selected[truth].mean(), truth[selected].mean(), "o", color=style.ORANGE)


def _roc(axes, truth, probabilities, selected) -> None:
    false_positives, true_positives, _ = metrics.roc_curve(truth, probabilities)
    axes.plot(false_positives, true_positives, color=style.BLUE, linewidth=1.3)
    axes.plot([0, 1], [0, 1], color=style.GREY, linewidth=1, linestyle="--")
    axes.plot(selected[~truth].mean(), selected[truth].mean(), "o", color=style.ORANGE)
