"""The words on a sample poster: title, tagline and credits, in Pillow's bundled font."""

import itertools
import threading
import unicodedata

import numpy as np
from PIL import ImageFont

from keras_genre.catalog.synthetic import words
from keras_genre.catalog.synthetic.canvas import INK, Canvas, Color
from keras_genre.catalog.synthetic.choices import pick

__all__ = ["letter_credits", "letter_tagline", "letter_title"]

_TITLE_COLORS = (
    (255, 248, 220), (255, 226, 80), (255, 255, 255), (160, 255, 220), (255, 190, 200),
    (255, 170, 80),
)  # fmt: skip

_TAGLINES = (
    "Based on a true lunch", "Bring your own umbrella", "Coming to a cinema near somebody",
    "He came. He saw. He sat down.", "In glorious technical colour", "In theatres, by accident",
    "Longer than the trailer", "No vowels were harmed", "Not suitable for furniture",
    "One ticket. One seat. One bus home.", "Parts of it are in focus", "She knew where it was",
    "The prequel to a sequel", "The third best film on Tuesday", "They meant well",
    "This time it is Wednesday", "Twice the plot, half the budget", "With an interval for soup",
)  # fmt: skip

_REFERENCE_SIZE = 40
_fonts = threading.local()


def letter_title(canvas: Canvas, title: str, rng: np.random.Generator) -> None:
    """Write a title across the top in up to three lines, as large as it fits."""
    parts = _plain(title).upper().split() or ["UNTITLED"]
    fits = [_fitted(lines) for lines in _line_breaks(parts)]
    lines, size = max(fits, key=lambda fit: fit[1])
    color, y = pick(_TITLE_COLORS, rng), 4.0 + rng.uniform(0, 3)
    for line in lines:
        _centered(canvas, line, y, size, color, stroke=size * 0.09)
        y += size * 0.98


def letter_tagline(canvas: Canvas, rng: np.random.Generator) -> None:
    """Write a line above the credits that promises nothing in particular."""
    _centered(canvas, pick(_TAGLINES, rng), 137.2, 5.0, (255, 255, 255), stroke=0.8)


def letter_credits(canvas: Canvas, rng: np.random.Generator) -> None:
    """Write who is in the film on a dark strip at the bottom."""
    canvas.box(0, 143.5, 100, 150, INK)
    names = [f"{pick(words.FIRST_NAMES, rng)} {pick(words.LAST_NAMES, rng)}" for _ in range(2)]
    text = _plain("  with  ".join(names)).upper()
    size = min(3.6, 92.0 / _width(text))
    _centered(canvas, text, 146.9 - size * 0.6, size, (200, 190, 210), stroke=0.0)


def _line_breaks(parts: list[str]) -> list[list[str]]:
    """All ways to set words in one to three lines."""
    ways = []
    for cuts in range(min(3, len(parts))):
        for at in itertools.combinations(range(1, len(parts)), cuts):
            bounds = itertools.pairwise((0, *at, len(parts)))
            ways.append([" ".join(parts[start:end]) for start, end in bounds])
    return ways


def _fitted(lines: list[str]) -> tuple[list[str], float]:
    """The lines, and the largest size in units at which they fill the top of a poster."""
    widest = max(_width(line) for line in lines)
    return lines, min(92.0 / widest, 32.0 / len(lines), 20.0)


def _width(text: str) -> float:
    """How many times as wide as its size a line is."""
    return _font(_REFERENCE_SIZE).getlength(text) / _REFERENCE_SIZE


def _centered(canvas: Canvas, text: str, top, size, color: Color, stroke: float) -> None:
    scale = canvas.scale
    pixels = max(5, int(size * scale))
    position = (50 * scale, top * scale)
    canvas.draw.text(
        position,
        text,
        font=_font(pixels),
        fill=color,
        anchor="ma",
        stroke_width=round(stroke * scale),
        stroke_fill=INK,
    )


def _font(pixels: int) -> ImageFont.FreeTypeFont:
    """The bundled font; one object a thread, since FreeType's are not to be shared."""
    sizes = _fonts.__dict__
    if pixels not in sizes:
        sizes[pixels] = ImageFont.load_default(size=pixels)
    return sizes[pixels]


def _plain(text: str) -> str:
    """Return the text in the letters that the bundled font has: "Zoë" as "Zoe"."""
    text = text.translate(str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}))
    letters = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in letters if " " <= letter <= "~")
