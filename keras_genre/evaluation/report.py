"""Scores as a table, for the eye and for a file."""

import textwrap
from collections.abc import Iterable

import pandas as pd

from keras_genre.evaluation.columns import aligned_columns
from keras_genre.evaluation.significance import bootstrap_intervals
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.scores import Scores, score

__all__ = ["format_per_genre", "format_table", "score_table"]

_SURE = {"macro_f1": "macro F1", "micro_f1": "micro F1", "mean_average_precision": "mAP"}
_PLAIN = {
    "weighted_f1": "weighted F1",
    "samples_f1": "samples F1",
    "roc_auc": "ROC AUC",
    "hamming_loss": "Hamming",
    "subset_accuracy": "subset acc.",
}
_PER_GENRE = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "AP",
    "roc_auc": "AUC",
    "threshold": "threshold",
}
_NAME_WIDTH = 23


def score_table(
    entries: Iterable[tuple[str, Predictions, DecisionRule]],
    num_resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score several models, one row each.

    Args:
        entries: Name, predictions and decision rule of each model. Hamming loss and the F1
            scores mean little alone: put the trivial baselines beside a model.
        num_resamples: How often the films are drawn again for the intervals.
        seed: The same seed gives the same table.

    Returns:
        A table indexed by name, with the columns `split`, `num_films`, `threshold_method`,
        `thresholds_fitted_on`, `undefined_genres` (a tuple), the eight overall scores of
        `score`, and `<score>_low` and `<score>_high`, the ends of the 95% interval, after
        `macro_f1`, `micro_f1` and `mean_average_precision`.

    Raises:
        ValueError: If there is no entry, a name stands twice, or a rule is for another
            vocabulary than its predictions.
    """
    rows = {}
    for name, predictions, rule in entries:
        if name in rows:
            raise ValueError(f"Expected each name once, received {name!r} twice.")
        scores = score(predictions, rule)
        intervals = bootstrap_intervals(predictions, rule, num_resamples, seed)
        rows[name] = _row(scores, rule, intervals)
    if not rows:
        raise ValueError("Expected at least one (name, predictions, rule), received none.")
    return pd.DataFrame(list(rows.values()), index=pd.Index(rows, name="name"))


def format_table(table: pd.DataFrame) -> str:
    """Set a `score_table` as plain text of 80 columns.

    Models are grouped by the films they were scored on, and every group names its split.
    """
    groups = table.groupby(["split", "num_films"], sort=False)
    parts = [_format_group(split, num_films, group) for (split, num_films), group in groups]
    note = "In brackets: 95% intervals, percentile bootstrap over films."
    return "\n\n".join([*parts, note])


def format_per_genre(scores: Scores) -> str:
    """Set the scores of each genre as plain text of 80 columns; undefined ones as "-"."""
    header = ["genre", "support", "predicted", *_PER_GENRE.values()]
    rows = [
        [genre, str(row["support"]), str(row["predicted"]), *(_number(row[c]) for c in _PER_GENRE)]
        for genre, row in scores.per_genre.astype(
            {"support": object, "predicted": object}
        ).iterrows()
    ]
    widths = [17, 7, 9, 9, 6, 5, 5, 5, 9]
    lines = [f"Scores on {_films(scores.split, scores.num_films)}, genre by genre", ""]
    lines += aligned_columns(header, rows, widths)
    in_all = scores.per_genre.index[scores.per_genre["support"] == scores.num_films]
    lines += _undefined_lines(scores.undefined_genres, in_all)
    return "\n".join(lines)


def _row(scores: Scores, rule: DecisionRule, intervals) -> dict:
    row = {
        "split": scores.split,
        "num_films": scores.num_films,
        "threshold_method": rule.method,
        "thresholds_fitted_on": rule.fitted_on,
        "undefined_genres": scores.undefined_genres,
    }
    for name, value in scores.overall.items():
        row[name] = value
        if name in intervals:
            row[f"{name}_low"] = intervals[name].low
            row[f"{name}_high"] = intervals[name].high
    return row


def _format_group(split: str, num_films: int, group: pd.DataFrame) -> str:
    """Set the models that were scored on one split as two tables and a list."""
    sure = [[name, *(_with_interval(row, s) for s in _SURE)] for name, row in group.iterrows()]
    plain = [[name, *(_number(row[s]) for s in _PLAIN)] for name, row in group.iterrows()]
    thresholds = [[name, _thresholds(row)] for name, row in group.iterrows()]
    lines = [f"Scores on {_films(split, num_films)}", ""]
    lines += [*aligned_columns(["", *_SURE.values()], sure, [_NAME_WIDTH, 18, 18, 18]), ""]
    lines += [*aligned_columns(["", *_PLAIN.values()], plain, [_NAME_WIDTH, 11, 10, 7, 7, 11]), ""]
    lines += aligned_columns(["", "thresholds"], thresholds, [_NAME_WIDTH, -56])
    lines += _undefined_lines(dict.fromkeys(g for row in group["undefined_genres"] for g in row))
    return "\n".join(lines)


def _films(split: str, num_films: int) -> str:
    films = f"{num_films:,} film{'s' * (num_films != 1)}"
    return f"the {split} split, {films}" if split else f"{films} of no split"


def _thresholds(row: pd.Series) -> str:
    fitted_on = row["thresholds_fitted_on"]
    text = row["threshold_method"].replace("_", " ")
    if fitted_on and fitted_on == row["split"]:
        return f"{text}, fitted on these very films: F1 is too high"
    return f"{text}, fitted on {fitted_on}" if fitted_on else text


def _undefined_lines(no_film: Iterable[str], all_films: Iterable[str] = ()) -> list[str]:
    """Say which genres are left out of the averages, and why."""
    lines = []
    if names := ", ".join(no_film):
        text = f"Undefined and left out of the averages over genres (no film has them): {names}."
        lines += ["", *textwrap.wrap(text, 80, break_on_hyphens=False)]
    if names := ", ".join(all_films):
        text = f"AUC undefined and left out of its average (all films have them): {names}."
        lines += ["", *textwrap.wrap(text, 80, break_on_hyphens=False)]
    return lines


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"


def _with_interval(row: pd.Series, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return _number(row[name]) if pd.isna(low) else f"{row[name]:.3f} [{low:.2f}, {high:.2f}]"
