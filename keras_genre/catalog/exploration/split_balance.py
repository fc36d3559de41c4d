"""Whether every split has its share of every genre."""

import numpy as np
import pandas as pd

from keras_genre.features import SPLITS
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed, percent

# Larger below smaller, so that equal shares do not hide each other.
_MARKS = {
    "train": {
        "marker": "o",
        "markersize": 12,
        "color": style.BLUE,
        "fillstyle": "none",
        "markeredgewidth": 1.8,
    },
    "validation": {"marker": "D", "markersize": 7, "color": style.ORANGE},
    "test": {"marker": "s", "markersize": 4, "color": "#00573f"},
}


def split_shares(labels: np.ndarray, splits: pd.Series, names) -> pd.DataFrame:
    """Say which share of each split's films has a genre.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.
        splits: The split of each film.
        names: The genres.

    Returns:
        Row: a genre, in the order of all films with a split, most first; column: a split that has
        films; value: from 0 to 1.
    """
    splits = splits.to_numpy()
    present = [split for split in SPLITS if (splits == split).any()]
    shares = {split: labels[splits == split].mean(axis=0, dtype="float64") for split in present}
    order = np.argsort(-labels[splits != ""].sum(axis=0, dtype="float64"), kind="stable")
    return pd.DataFrame(shares, index=list(names)).iloc[order]


def section(labels: np.ndarray, splits: pd.Series, names) -> Section:
    """Draw the shares of each genre as one mark a split."""
    heading = "Balance of the splits"
    shares = split_shares(labels, splits, names)
    if shares.shape[1] < 2:
        text = (
            f"All films belong to one split, {shares.columns[0]}, so there is nothing to compare."
            if shares.shape[1]
            else "The films are not divided into splits yet."
        )
        return Section(heading, text)
    spread = shares.max(axis=1) - shares.min(axis=1)
    widest = spread.idxmax()
    finding = (
        f"A genre's share differs by at most {100 * spread[widest]:.1f} points between splits "
        f"({widest})"
    )
    sizes = splits.value_counts()
    detail = "Share of a split's films that have the genre (%). "
    detail += ", ".join(f"{split}: {count(int(sizes[split]), 'film')}" for split in shares)
    figure = _drawn(shares, finding, detail)
    said = [
        f"{genre} " + ", ".join(f"{split} {percent(share)}" for split, share in row.items())
        for genre, row in shares.iterrows()
    ]
    text = "The closer together the marks of a row, the more alike the splits."
    table = (100 * shares).rename(columns=lambda split: f"{split} (%)").rename_axis("genre")
    plot = Plot("split_balance", style.rendered(figure), f"Dot chart. {listed(said)}.")
    return Section(heading, text, (plot,), table.reset_index())


def _drawn(shares: pd.DataFrame, finding: str, detail: str):
    figure, (axes,) = style.new_figure(0.28 * len(shares) + 0.9, finding, detail)
    rows = np.arange(len(shares))
    low, high = 100 * shares.min(axis=1), 100 * shares.max(axis=1)
    axes.hlines(rows, low, high, color=style.RULE, linewidth=3, zorder=1)
    for split in shares:
        axes.plot(100 * shares[split], rows, linestyle="", label=split, **_MARKS[split])
    style.name_rows(axes, shares.index)
    axes.set_xlim(-0.02 * high.max() - 0.1, 1.03 * high.max() + 0.1)
    axes.grid(axis="x", color="#ececec", zorder=0)
    axes.set_axisbelow(True)
    axes.xaxis.set_major_formatter("{x:g}")
    figure.legend(
        loc="outside lower center", ncols=shares.shape[1], frameon=False, fontsize=style.TEXT,
        handletextpad=0.2,
    )  # fmt: skip
    return figure
