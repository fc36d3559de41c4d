"""The picture of an explanation: bars, the plot's words in colour, the poster under its heat."""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_genre.evaluation.explanation.film_explanation import Explanation
from keras_genre.evaluation.explanation.text_layout import draw_words
from keras_genre.pages.style import (
    DOTS_PER_INCH,
    FAINT,
    GREEN,
    GREY,
    INK,
    ORANGE,
    RULE,
    SMALL,
    TEXT,
    TITLE,
    drawable,
    rendered,
)
from keras_genre.staging import staged_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WIDTH = 7.5  # inches
_MARGIN, _GAP = 0.15, 0.3
_BAR = 0.36  # inches of height for each genre
_CAPTION = 0.5
_POSTER_WIDTH, _POSTER_HEIGHT = 1.7, 2.5  # at most
_COLOURS = "RdBu_r"  # red spoke for, blue against; told apart by the colour-blind
_LEAST = 0.05  # log-odds that get no more than a shade: a model without a cue shows none


def draw(explanation: Explanation, path: str | os.PathLike, genres: Sequence[str]) -> None:
    """See `Explanation.draw`."""
    columns = [explanation.column(genre) for genre in genres]
    if not columns:
        raise ValueError("Expected at least one genre to draw, received none.")
    picture = rendered(_figure(explanation, columns))
    with staged_file(path) as staging:
        staging.write_bytes(picture)


def _figure(explanation: Explanation, columns: list[int]) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((_WIDTH, 100.0), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    page = _Page(figure)
    _draw_bars(page, explanation, columns)
    for column in columns:
        _draw_genre(page, explanation, column, _largest(explanation, columns))
    _draw_attention(page, explanation)
    page.finish()
    return figure


class _Page:
    """A figure that is filled from the top and cut to its height in the end; all in inches."""

    def __init__(self, figure: "Figure"):
        self.figure = figure
        self.used = _MARGIN
        self._axes = []

    def add(self, left: float, width: float, height: float, down: float = 0.0) -> "Axes":
        """Axes whose top lies `down` below what is used."""
        axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.append((axes, left, self.used + down, width, height))
        self._place(self._axes[-1])
        return axes

    def write(self, text: str, detail: str) -> None:
        """A heading, and a line of detail below it."""
        axes = self.add(_MARGIN, _WIDTH - 2 * _MARGIN, _CAPTION)
        axes.axis("off")
        axes.text(0, 1, drawable(text, None), va="top", size=TITLE, weight="bold", color=INK)
        axes.text(0, 0.42, drawable(detail, None), va="top", size=SMALL, color=FAINT)
        self.used += _CAPTION

    def finish(self) -> None:
        """Cut the figure to what is used."""
        self.figure.set_size_inches(_WIDTH, self.used)
        for placed in self._axes:
            self._place(placed)

    def _place(self, placed) -> None:
        axes, left, top, width, height = placed
        whole = self.figure.get_size_inches()[1]
        axes.set_position(
            (left / _WIDTH, 1 - (top + height) / whole, width / _WIDTH, height / whole)
        )


def _largest(explanation: Explanation, columns: list[int]) -> tuple[float, float]:
    """The score that gets the full colour, of words and of the poster, over all genres drawn."""
    words, poster = explanation.word_scores[:, columns], explanation.poster_scores
    of_poster = np.zeros(0) if poster is None else poster[columns]
    return tuple(np.abs(scores).max(initial=_LEAST) for scores in (words, of_poster))


def _draw_bars(page: _Page, explanation: Explanation, columns: list[int]) -> None:
    page.write(
        "Probabilities, and what plot and poster contributed",
        f"By {explanation.method}, in log-odds. Bars to the right, and red below: for a genre; "
        "to the left, and blue: against.",
    )
    height = _BAR * len(columns)
    names = [explanation.genres[column] for column in columns]
    left = page.add(1.55, 2.0, height)
    left.barh(range(len(columns)), explanation.probabilities[columns], 0.6, color=GREY)
    for row, value in enumerate(explanation.probabilities[columns]):
        at_end = value > 0.75
        left.text(
            value + (-0.02 if at_end else 0.02), row, f"{value:.2f}", va="center", size=SMALL,
            ha="right" if at_end else "left", color="white" if at_end else INK,
        )  # fmt: skip
    left.set(xlim=(0, 1), xlabel="probability")
    right = page.add(4.0, 2.3, height)
    for offset, values, colour, name in zip(
        (-0.2, 0.2), explanation.contributions[:, columns], (GREEN, ORANGE), ("plot", "poster"),
        strict=True,
    ):  # fmt: skip
        right.barh(np.arange(len(columns)) + offset, values, 0.36, color=colour, label=name)
    right.axvline(0, color=INK, linewidth=0.8)
    right.set(xlabel="contribution")
    right.legend(
        loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=SMALL, handlelength=1
    )
    for axes, labels in ((left, [drawable(name) for name in names]), (right, [])):
        axes.set_yticks(range(len(labels)), labels, fontsize=TEXT)
        axes.set_ylim(len(columns) - 0.5, -0.5)
        axes.tick_params(length=0, labelsize=SMALL, labelcolor=INK)
        axes.xaxis.label.set(size=SMALL, color=FAINT)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(RULE)
    page.used += height + 0.45 + _GAP


def _draw_genre(page: _Page, explanation: Explanation, column: int, largest) -> None:
    scores = explanation.word_scores[:, column]
    page.write(explanation.genres[column], _detail(explanation, column))
    width = 0.0
    poster_height = 0.0
    if explanation.poster is not None:
        heat = explanation.heat_map(explanation.genres[column])
        width, poster_height = _draw_poster(page, explanation.poster, heat, largest[1], _COLOURS)
    left = _MARGIN + (width + 0.2 if width else 0.0)
    text_height = draw_words(
        page, explanation.plot, explanation.words, scores / largest[0], left,
        _WIDTH - left - _MARGIN, _COLOURS,
    )  # fmt: skip
    page.used += max(poster_height, text_height) + _GAP


def _detail(explanation: Explanation, column: int) -> str:
    parts = []
    if explanation.poster_scores is not None:
        heat = explanation.poster_scores[column]
        parts.append(f"Poster {heat.min():+.2f} to {heat.max():+.2f}.")
    if explanation.completeness_error is not None:
        parts.append(f"Completeness error {explanation.completeness_error[column]:+.2f}.")
    if explanation.words:
        word, score = explanation.top_words(explanation.genres[column], 1)[0]
        # At the end, where a word that is read from the right turns nothing else around.
        parts.append(f"Strongest word, {score:+.2f}: {word[:24]}")
    return " ".join(parts)


def _draw_poster(page: _Page, poster, values, largest, colours) -> tuple[float, float]:
    """Draw a poster in grey under coloured values; give its width and height in inches."""
    scale = min(_POSTER_WIDTH / poster.width, _POSTER_HEIGHT / poster.height)
    width, height = poster.width * scale, poster.height * scale
    axes = page.add(_MARGIN, width, height)
    extent = (0, poster.width, poster.height, 0)
    axes.imshow(poster.convert("L"), cmap="gray", vmin=-120, vmax=255, extent=extent)
    strength = np.clip(np.abs(values) / largest, 0, 1)
    axes.imshow(
        values, cmap=colours, vmin=-largest, vmax=largest, alpha=0.8 * strength**0.7, extent=extent
    )
    axes.set(xlim=extent[:2], ylim=extent[2:], aspect="auto")
    axes.axis("off")
    return width, height


def _draw_attention(page: _Page, explanation: Explanation) -> None:
    maps = explanation.attention
    if maps is None:
        return
    page.write("Attention", "Where the model looked, for all genres alike; darker is more.")
    width = poster_height = 0.0
    if maps.places is not None:
        from PIL import Image

        places = Image.fromarray(maps.places.mean(axis=0).astype("float32"))
        places = np.asarray(places.resize(explanation.poster.size, Image.Resampling.BILINEAR))
        places = places - places.min()  # all places get some
        width, poster_height = _draw_poster(
            page, explanation.poster, places, max(places.max(), 1e-9), "Oranges"
        )
    left = _MARGIN + (width + 0.2 if width else 0.0)
    strength = maps.words / max(maps.words.max(initial=0.0), 1e-9)
    text_height = draw_words(
        page, explanation.plot, explanation.words, strength, left, _WIDTH - left - _MARGIN,
        "Oranges",
    )  # fmt: skip
    page.used += max(poster_height, text_height) + _GAP
