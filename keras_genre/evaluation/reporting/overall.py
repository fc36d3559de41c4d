"""The scores of all runs, under every rule, beside the baselines."""

import textwrap

import numpy as np
import pandas as pd

from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count

_SURE = {"macro_f1": "macro F1", "micro_f1": "micro F1", "mean_average_precision": "mAP"}
_PLAIN = {
    "weighted_f1": "weighted F1",
    "samples_f1": "samples F1",
    "roc_auc": "ROC AUC",
    "hamming_loss": "Hamming loss",
    "subset_accuracy": "subset accuracy",
}
_COLORS = (style.BLUE, style.ORANGE, style.GREEN)


def section(table: pd.DataFrame) -> Section:
    """Draw and tabulate scores.

    Args:
        table: A `score_table`.
    """
    first = table.iloc[0]
    figure = _drawn(table, f"On {_films(first)}; lines are 95% intervals over films")
    said = [f"{name} {row['macro_f1']:.3f}" for name, row in table.iterrows()]
    plot = Plot("scores", style.rendered(figure), f"Macro F1: {', '.join(said)}.")
    notes = [
        "In brackets: 95% intervals, percentile bootstrap over films. Hamming loss alone says "
        "little: it is low where nothing at all is predicted."
    ]
    undefined = dict.fromkeys(genre for genres in table["undefined_genres"] for genre in genres)
    if undefined:
        notes.append(
            "Undefined and left out of the averages over genres (no film has them): "
            f"{', '.join(undefined)}."
        )
    text = (
        f"Every score is on {_films(first)}. The last column says on which films the thresholds "
        "were chosen; where these are the same films, F1 is too high."
    )
    return Section("Scores", text, (plot,), shown_table(table), tuple(notes), table_first=True)


def shown_table(table: pd.DataFrame) -> pd.DataFrame:
    """Set a `score_table` for people: a score with its interval in one cell."""
    shown = {"": table.index}
    for name, title in _SURE.items():
        shown[title] = [
            _number(row[name])
            if pd.isna(row[f"{name}_low"])
            else f"{row[name]:.3f} [{row[f'{name}_low']:.3f}, {row[f'{name}_high']:.3f}]"
            for _, row in table.iterrows()
        ]
    shown |= {title: [_number(value) for value in table[name]] for name, title in _PLAIN.items()}
    shown["thresholds from"] = [on or "no film" for on in table["thresholds_fitted_on"]]
    return pd.DataFrame(shown)


def _drawn(table: pd.DataFrame, detail: str):
    best = table.loc[table["macro_f1"].idxmax()]
    title = f"{best.name} has the highest macro F1, {best['macro_f1']:.3f}"
    figure, (axes,) = style.new_figure(0.42 * len(table) + 0.6, title, detail)
    for number, (name, label) in enumerate(_SURE.items()):
        places = np.arange(len(table)) + 0.22 * (number - 1)
        low, high = (table[name] - table[f"{name}_low"], table[f"{name}_high"] - table[name])
        axes.errorbar(
            table[name], places, xerr=np.clip([low, high], 0, None), fmt="o", markersize=4,
            color=_COLORS[number], label=label, linewidth=1.5,
        )  # fmt: skip
    style.name_rows(axes, [textwrap.fill(name, 22) for name in table.index], longest=60)
    axes.set_xlim(0, 1)
    axes.grid(axis="x", color=style.RULE, linewidth=0.5)
    axes.legend(loc="lower right", fontsize=style.SMALL, frameon=True, edgecolor=style.RULE)
    return figure


def _films(row: pd.Series) -> str:
    films = count(row["num_films"], "film")
    return f"the {row['split']} split, {films}" if row["split"] else films


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"
