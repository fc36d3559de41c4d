"""How many films each genre has."""

import numpy as np
import pandas as pd

from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed, percent


def frequency(labels: np.ndarray, names) -> pd.DataFrame:
    """Count the films of each genre.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.
        names: The genres.

    Returns:
        Columns `genre`, `films` and `share` (of all films, 0 to 1); most films first, equal ones
        in the order of `names`.
    """
    films = labels.sum(axis=0, dtype="float64").astype("int64")
    table = pd.DataFrame({"genre": list(names), "films": films, "share": films / len(labels)})
    return table.sort_values("films", ascending=False, kind="stable", ignore_index=True)


def section(labels: np.ndarray, names) -> Section:
    """Draw the number of films of each genre as bars."""
    table = frequency(labels, names)
    rows = list(table.itertuples(index=False))
    figure, (axes,) = style.new_figure(
        0.3 * len(rows) + 0.15,
        _finding(table),
        f"Films of each genre, of {count(len(labels), 'film')}",
    )
    axes.barh(range(len(rows)), table["films"], height=0.72, color=style.BLUE)
    for place, row in enumerate(rows):
        text = f" {row.films:,} ({percent(row.share)})"
        axes.text(row.films, place, text, va="center", fontsize=style.TEXT, color=style.INK)
    style.name_rows(axes, table["genre"])
    axes.set_xlim(0, max(table["films"].max(), 1) * 1.28)  # room for the numbers
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    said = [f"{row.genre} {row.films:,} ({percent(row.share)})" for row in rows]
    plot = Plot("genre_frequency", style.rendered(figure), f"Bar chart. {listed(said)}.")
    text = "A film counts once for each of its genres, so shares may add up to more than 100%."
    shown = table.assign(share=100 * table["share"]).rename(columns={"share": "share of films (%)"})
    return Section("Genre frequency", text, (plot,), shown)


def _finding(table: pd.DataFrame) -> str:
    first, last = table.iloc[0], table.iloc[-1]
    if first["films"] == 0:
        return "No film has a genre"
    if len(table) == 1:
        return f"{percent(first['share'])} of films have the only genre, {first['genre']}"
    text = f"{first['genre']} is the most frequent genre ({percent(first['share'])} of films)"
    without = int((table["films"] == 0).sum())
    if without:
        return f"{text}; {count(without, 'genre')} of {len(table)} without a film"
    times = first["films"] / last["films"]
    if times < 1.5:
        return text
    number = f"{times:,.0f}" if times >= 9.5 else f"{times:.1f}".removesuffix(".0")
    return f"{text}, {number} times as frequent as {last['genre']}"
