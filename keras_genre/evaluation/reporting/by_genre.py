"""The scores of one run, genre by genre."""

import numpy as np
import pandas as pd

from keras_genre.evaluation.genre_significance import genre_intervals
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import listed
from keras_genre.scoring.scores import score

_SURE = {
    "f1": "F1",
    "precision": "precision",
    "recall": "recall",
    "average_precision": "average precision",
}
_PLAIN = {"roc_auc": "ROC AUC", "threshold": "threshold"}


def section(subject: Subject, num_resamples: int, seed: int) -> Section:
    """Draw F1 of each genre with its interval, best first."""
    scores = score(subject.predictions, subject.rule)
    table = scores.per_genre.join(
        genre_intervals(subject.predictions, subject.rule, num_resamples, seed)
    ).sort_values("f1", ascending=False, kind="stable")
    defined = table[table["support"] > 0]
    figure = _drawn(table, defined)
    said = [f"{genre} {row['f1']:.2f}" for genre, row in defined.iterrows()]
    plot = Plot(f"genres_{subject.name}", style.rendered(figure), f"F1 by genre: {listed(said)}.")
    text = (
        "F1 of each genre under the run's own rule, with 95% intervals over films. A genre with "
        "few films has a wide one: look at it before you call a genre hard."
    )
    notes = ()
    if scores.undefined_genres:
        names = ", ".join(scores.undefined_genres)
        notes = (f"Undefined, as no film has them, and in no average: {names}.",)
    return Section("Genre by genre", text, (plot,), _shown(table), notes)


def _drawn(table: pd.DataFrame, defined: pd.DataFrame):
    names = [f"{genre} ({films})" for genre, films in table["support"].items()]
    title = "No genre has a film"
    if len(defined):
        title = f"From {defined.index[0]} ({defined['f1'].iloc[0]:.2f}) down to "
        title += f"{defined.index[-1]} ({defined['f1'].iloc[-1]:.2f})"
    figure, (axes,) = style.new_figure(
        0.3 * len(table) + 0.4, title, "F1 of each genre, and how many films have it"
    )
    places = np.arange(len(table))
    f1 = table["f1"].fillna(0)
    errors = np.clip([f1 - table["f1_low"], table["f1_high"] - f1], 0, None)
    axes.barh(places, f1, height=0.72, color=style.BLUE)
    axes.errorbar(f1, places, xerr=np.nan_to_num(errors), fmt="none", ecolor=style.INK, linewidth=1)
    for place in places[(table["support"] == 0).to_numpy()]:
        axes.text(0.01, place, "undefined", va="center", fontsize=style.SMALL, color=style.FAINT)
    style.name_rows(axes, names, longest=30)
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    return figure


def _shown(table: pd.DataFrame) -> pd.DataFrame:
    shown = {
        "genre": table.index,
        "films": table["support"].to_numpy(),
        "predicted": table["predicted"].to_numpy(),
    }
    for column, title in _SURE.items():
        shown[title] = [_with_interval(row, column) for _, row in table.iterrows()]
    for column, title in _PLAIN.items():
        shown[title] = ["-" if pd.isna(value) else f"{value:.3f}" for value in table[column]]
    return pd.DataFrame(shown)


def _with_interval(row: pd.Series, column: str) -> str:
    low, high = row[f"{column}_low"], row[f"{column}_high"]
    if pd.isna(row[column]) or pd.isna(low):
        return "-" if pd.isna(row[column]) else f"{row[column]:.3f}"
    return f"{row[column]:.3f} [{low:.2f}, {high:.2f}]"
