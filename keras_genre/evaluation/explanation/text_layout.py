"""Words of a plot, set in lines, each on the colour of its score."""

import unicodedata
from collections.abc import Sequence

import numpy as np

from keras_genre.evaluation.explanation.film_parts import Word
from keras_genre.pages.style import FAINT, INK, TEXT, drawable

_MOST_WORDS = 160  # about twenty lines
_LINE = 0.225  # inches
_SPACE = 0.055
_LONGEST = 40  # characters; what is longer would leave the page


def draw_words(
    page, plot: str, words: Sequence[Word], scores: np.ndarray, left: float, width: float, colours
) -> float:
    """Set words, each on a colour; of a long plot the stretch in which most was scored.

    Args:
        page: Where to: it has `add(left, width, height)`, in inches.
        plot: The plot: whether it is read from the right.
        words: Its words.
        scores: From -1 to 1, or from 0 to 1, of shape `(words,)`.
        left: Where the text begins, in inches.
        width: How wide it may be.
        colours: Name of a colour map: diverging where scores lie on both sides of zero.

    Returns:
        The height that was used, in inches.
    """
    from matplotlib import colormaps

    start, end = _stretch(np.abs(scores))
    shown = [
        (drawable(word.text, _LONGEST), score) for word, score in zip(words, scores, strict=True)
    ]
    shown = shown[start:end]
    before = f"… {start} words" if start else ""
    after = f"{len(words) - end} words …" if end < len(words) else ""
    shown = [(before, None)] * bool(before) + shown + [(after, None)] * bool(after)
    if not shown:
        shown = [("(no plot)", None)]
    axes = page.add(left, width, _LINE)
    axes.axis("off")
    axes.set(xlim=(0, width), ylim=(1, 0))
    to_colour = colormaps[colours]
    x, line = 0.0, 0
    from_right = _is_read_from_the_right(plot)
    for text, score in shown:
        artist = axes.text(0, 0, text, size=TEXT, color=INK, va="center_baseline")
        box = artist.get_window_extent()
        word_width = box.width / axes.figure.dpi
        if x and x + word_width > width:
            x, line = 0.0, line + 1
        artist.set_position((width - x - word_width if from_right else x, line + 0.5))
        _colour(artist, score, to_colour, colours)
        x += word_width + _SPACE
    return (line + 1) * _LINE


def _colour(artist, score: float | None, to_colour, colours: str) -> None:
    if score is None:
        artist.set_color(FAINT)
        return
    diverging = colours.startswith("RdBu")
    place = 0.5 + 0.5 * score if diverging else 0.75 * score
    red, green, blue, _ = to_colour(float(np.clip(place, 0, 1)))
    artist.set_bbox(
        {"facecolor": (red, green, blue), "edgecolor": "none", "boxstyle": "square,pad=0.08"}
    )
    if 0.3 * red + 0.6 * green + 0.1 * blue < 0.5:
        artist.set_color("white")


def _stretch(strength: np.ndarray) -> tuple[int, int]:
    """The neighbouring words, as many as fit, that hold most of what was scored."""
    if len(strength) <= _MOST_WORDS:
        return 0, len(strength)
    totals = np.convolve(strength, np.ones(_MOST_WORDS), mode="valid")
    start = int(totals.argmax())
    return start, start + _MOST_WORDS


def _is_read_from_the_right(plot: str) -> bool:
    """Whether the first letter with a direction is Hebrew, Arabic or their like."""
    directions = (unicodedata.bidirectional(letter) for letter in plot)
    return next((each for each in directions if each in ("L", "R", "AL")), "L") != "L"
