"""The agreement of two labellers as text."""

import textwrap

import pandas as pd

from keras_genre.evaluation.label_noise import LabelAgreement

__all__ = ["format_agreement"]


def format_agreement(agreement: LabelAgreement) -> str:
    """Set a `LabelAgreement` as plain text of 80 columns; undefined values as "-"."""
    lines = [f"{agreement.num_films:,} films that both labelled", ""]
    for name, title in (("macro_f1", "macro F1"), ("micro_f1", "micro F1")):
        interval = agreement.overall[name]
        lines.append(
            f"{title}  {_number(interval.value)} "
            f"[{_number(interval.low)}, {_number(interval.high)}]"
        )
    lines += ["", f"{'genre':<17}{'labels':>8}{'reference':>11}{'both':>7}"]
    lines[-1] += "".join(f"{name:>10}" for name in ("precision", "recall", "F1")) + f"{'kappa':>7}"
    for genre, row in agreement.per_genre.iterrows():
        counts = f"{row['films']:>8.0f}{row['films_reference']:>11.0f}{row['films_both']:>7.0f}"
        shares = "".join(f"{_number(row[name]):>10}" for name in ("precision", "recall", "f1"))
        lines.append(f"{genre:<17}{counts}{shares}{_number(row['kappa']):>7}")
    for text, names in (
        ("In brackets: 95% intervals, percentile bootstrap over films", ()),
        ("Undefined and left out of macro F1 (not in the reference)", agreement.undefined_genres),
        ("Genres of the labels alone, left out", agreement.left_out),
        ("Genres of the reference alone, left out", agreement.left_out_reference),
    ):
        if names or text.startswith("In"):
            text = f"{text}: {', '.join(names)}." if names else f"{text}."
            lines += ["", *textwrap.wrap(text, 80, break_on_hyphens=False)]
    return "\n".join(lines)


def _number(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.3f}"
