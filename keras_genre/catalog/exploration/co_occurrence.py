"""Which genres occur together: a heat map."""

import numpy as np
import pandas as pd

from keras_genre.catalog.genre_graphs import count_together
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import listed, percent

_MOST_WITH_NUMBERS = 25  # beyond that the numbers could not be read


def shares_together(labels: np.ndarray, names) -> pd.DataFrame:
    """Say for each genre how many of its films have another one as well.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.
        names: The genres.

    Returns:
        Row: a genre; column: another; value: the share of the row's films that also have the
        column's genre, 0 to 1. Missing on the diagonal and in the rows of genres without a film.
        Both are ordered by the number of films, most first.
    """
    together = count_together(labels)
    films = together.diagonal().astype(float)
    films[films == 0] = np.nan
    shares = together / films[:, None]
    np.fill_diagonal(shares, np.nan)
    order = np.argsort(-together.diagonal(), kind="stable")
    names = np.array(list(names), dtype=object)[order]
    return pd.DataFrame(shares[np.ix_(order, order)], index=names, columns=names)


def section(labels: np.ndarray, names) -> Section:
    """Draw the heat map of shares."""
    heading, shares = "Genres that occur together", shares_together(labels, names)
    if not shares.to_numpy(na_value=0.0).any():
        return Section(heading, "No film has two genres, so there is nothing to draw.")
    finding = f"{_strongest(shares)[0]} too, the highest share of all"
    figure = _drawn(shares, finding)
    said = _strongest(shares)
    alt = f"Heat map. Highest shares: {listed(said)}."
    text = (
        "Read along a row: of the films of that genre, how many also have the column's. The "
        "diagonal, a genre with itself, is left blank. Frequent genres are first."
    )
    # Side by side, since a genre may be named like the first column.
    rows = pd.Series(shares.index, name="of films of genre, % also")
    table = pd.concat([rows, (100 * shares).reset_index(drop=True)], axis=1)
    return Section(heading, text, (Plot("co_occurrence", style.rendered(figure), alt),), table)


def _strongest(shares: pd.DataFrame) -> list[str]:
    """The ten highest shares, in words."""
    values = np.nan_to_num(shares.to_numpy())
    best = np.argsort(-values, axis=None, kind="stable")[:10]
    rows, columns = np.unravel_index(best, values.shape)
    return [
        f"{percent(values[row, column])} of {shares.index[row]} films are {shares.columns[column]}"
        for row, column in zip(rows, columns, strict=True)
        if values[row, column] > 0
    ]


def _drawn(shares: pd.DataFrame, finding: str):
    number = len(shares)
    with_numbers = number <= _MOST_WITH_NUMBERS
    cell = 0.275 if with_numbers else 0.2
    side = cell * number + 1.9
    detail = "Percent of the row's films that also have the column's genre"
    if with_numbers and ((shares > 0) & (shares < 0.005)).any(axis=None):
        detail += " (·: under half a percent)"
    figure, (axes,) = style.new_figure(
        side + (0 if with_numbers else 0.6), finding, detail, width=max(style.WIDTH, side)
    )
    percents = 100 * shares.to_numpy()
    highest = max(np.nanmax(percents), 1)
    image = axes.imshow(percents, cmap=style.SEQUENTIAL, vmin=0, vmax=highest)
    axes.set_facecolor("#f0f0f0")
    size = style.SMALL if with_numbers else 8
    style.name_rows(axes, shares.index, size)
    names = [style.drawable(name) for name in shares.columns]
    axes.set_xticks(range(number), names, rotation=90, fontsize=size)
    axes.xaxis.tick_top()
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks(np.arange(number + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(number + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="minor", length=0)
    if with_numbers:
        for row, column in np.argwhere(~np.isnan(percents)):
            value = percents[row, column]
            color = "white" if value > 0.6 * highest else style.INK
            text = f"{value:.0f}" if value >= 0.5 or value == 0 else "·"
            axes.text(
                column, row, text, ha="center", va="center", fontsize=style.SMALL - 0.5, color=color
            )
    else:
        bar = figure.colorbar(image, ax=axes, location="bottom", shrink=0.5, aspect=30, pad=0.02)
        bar.set_label("percent", fontsize=style.SMALL)
        bar.outline.set_visible(False)
    return figure
