"""A robustness table as text."""

import textwrap

import pandas as pd

__all__ = ["format_robustness"]

_SCORES = {"macro_f1": "macro F1", "micro_f1": "micro F1", "mean_average_precision": "mAP"}


def format_robustness(table: pd.DataFrame) -> str:
    """Set a `robustness_table` as plain text of 80 columns.

    Rows are grouped by the films they were scored on, and every group names how many these are.
    """
    groups = table.groupby("films", sort=False)
    parts = [_format_group(films, group) for films, group in groups]
    note = (
        "In brackets: 95% intervals, percentile bootstrap over films. Differences to the same "
        "films untouched, film by film; * where zero lies outside."
    )
    return "\n\n".join([*parts, _thresholds(table.iloc[0]), textwrap.fill(note, 80)])


def _thresholds(row: pd.Series) -> str:
    method, fitted_on = row["threshold_method"].replace("_", " "), row["thresholds_fitted_on"]
    if not fitted_on:
        return f"Thresholds: {method}."
    text = f"Thresholds: {method}, fitted on {fitted_on}, the same for all rows."
    if fitted_on == row["split"]:
        text += " These very films untouched: their F1 is too high, and so is what it loses."
    return textwrap.fill(text, 80)


def _format_group(films: str, group: pd.DataFrame) -> str:
    first = group.iloc[0]
    where = f"of the {first['split']} split" if first["split"] else "of no split"
    lines = [f"{films[:1].upper()}{films[1:]} {where}: {first['num_films']:,}", ""]
    lines.append(f"{'':<23} {'':<8} {'':<18} difference")
    for _, row in group.iterrows():
        for number, (score, name) in enumerate(_SCORES.items()):
            change = "" if number else row["change"]
            line = f"{change:<23} {name:<8} {_value(row, score)} {_difference(row, score)}"
            lines.append(line.rstrip())
    if first["undefined_genres"]:
        names = ", ".join(first["undefined_genres"])
        text = f"Undefined and left out of the averages over genres (no film has them): {names}."
        lines += ["", *textwrap.wrap(text, 80, break_on_hyphens=False)]
    return "\n".join(lines)


def _value(row: pd.Series, score: str) -> str:
    if pd.isna(row[score]):
        return f"{'-':<18}"
    return f"{row[score]:.3f} [{row[f'{score}_low']:.2f}, {row[f'{score}_high']:.2f}]"


def _difference(row: pd.Series, score: str) -> str:
    value, low, high = (row.get(f"{score}_difference{end}") for end in ("", "_low", "_high"))
    if pd.isna(value):
        return ""
    sure = "" if low <= 0 <= high else " *"
    return f"{_signed(value)} [{_signed(low)}, {_signed(high)}]{sure}"


def _signed(value: float) -> str:
    return f"{value + 0.0:+.3f}"
