"""How many genres a film has."""

import numpy as np
import pandas as pd

from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed, percent

_MOST_WITH_NUMBERS = 10
_PLAIN = {"facecolor": "white", "edgecolor": "none", "pad": 1}


def genres_per_film(labels: np.ndarray) -> pd.DataFrame:
    """Count the films with each number of genres, from none (if there are such) to the most.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.

    Returns:
        Columns `genres`, `films` and `share` (of all films, 0 to 1).
    """
    films = np.bincount(labels.sum(axis=1).astype("int64"))
    table = pd.DataFrame({"genres": range(len(films)), "films": films})
    if films[0] == 0:
        table = table.iloc[1:].reset_index(drop=True)
    return table.assign(share=table["films"] / len(labels))


def section(labels: np.ndarray) -> Section:
    """Draw the number of genres of a film as columns, and say the mean."""
    table = genres_per_film(labels)
    mean = float(labels.sum(dtype="float64")) / len(labels)
    usual = table["genres"][int(table["films"].argmax())]
    finding = f"A film has {mean:.2f} genres on average, most often {usual}"
    figure, (axes,) = style.new_figure(
        3.0, finding, f"Films by their number of genres, of {count(len(labels), 'film')}"
    )
    axes.bar(table["genres"], table["films"], width=0.72, color=style.BLUE)
    top = table["films"].max()
    if len(table) <= _MOST_WITH_NUMBERS:
        for row in table.itertuples():
            text = f"{row.films:,}\n({percent(row.share)})"
            axes.text(
                row.genres,
                row.films + 0.035 * top,
                text,
                ha="center",
                fontsize=style.SMALL,
                bbox=_PLAIN,
                zorder=3,
            )
        axes.set_xticks(table["genres"])
    else:
        axes.xaxis.get_major_locator().set_params(integer=True)
    axes.axvline(mean, color=style.ORANGE, linewidth=2, zorder=2)
    axes.text(mean, 1.27 * top, f" mean {mean:.2f}", fontsize=style.TEXT, va="top")
    axes.set_ylim(0, 1.28 * top)
    axes.set_xlim(table["genres"].min() - 0.8, table["genres"].max() + 0.8)
    axes.set_yticks([])
    axes.set_xlabel("genres of a film", fontsize=style.TEXT)
    said = [
        f"{count(row.genres, 'genre')}: {count(row.films, 'film')}" for row in table.itertuples()
    ]
    plot = Plot(
        "genres_per_film",
        style.rendered(figure),
        f"Column chart. Mean {mean:.2f} genres a film. {listed(said)}.",
    )
    text = "The more genres a film has, the less it says that one of them was predicted."
    shown = table.assign(share=100 * table["share"]).rename(
        columns={"genres": "genres of a film", "share": "share of films (%)"}
    )
    return Section("Genres of a film", text, (plot,), shown)
