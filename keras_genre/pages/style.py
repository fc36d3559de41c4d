"""How every plot looks: sizes, colours, titles. Figures are drawn without pyplot's global state."""

import functools
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH = 6.4  # inches; with letters of 11 points, readable at half size and on a phone
DOTS_PER_INCH = 160
TITLE, TEXT, SMALL = 13, 11, 9.5  # points

# Okabe and Ito's palette, which the colour-blind can tell apart; in grey, too, in this order.
BLUE, ORANGE, GREEN, GREY = "#0072b2", "#e69f00", "#009e73", "#8a8a8a"
INK, FAINT, RULE = "#1b1b1b", "#5a5a5a", "#d9d9d9"
SEQUENTIAL = "Blues"

_TITLE = {"fontsize": TITLE, "fontweight": "bold", "color": INK}
_DETAIL = {"fontsize": TEXT - 0.5, "color": FAINT}
_MARGIN = 0.08  # inches


def new_figure(
    height: float, title: str, detail: str, width: float = WIDTH, rows: int = 1
) -> "tuple[Figure, list[Axes]]":
    """Make a figure with its title and a line of detail above the axes.

    Args:
        height: Of what is below the title, in inches.
        title: What the plot shows: the finding, not the method.
        detail: Units and numbers of films.
        width: In inches.
        rows: Number of axes, one above the other.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure((width, height), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    title, detail = _wrapped(figure, title, _TITLE), _wrapped(figure, detail, _DETAIL)
    title_height, detail_height = 0.235 * len(title), 0.185 * len(detail)
    above = 0.1 + title_height + 0.06 + detail_height + 0.05
    figure.set_size_inches(width, height + above)
    share = above / (height + above)
    figure.set_layout_engine("constrained", rect=(0, 0, 1, 1 - share), h_pad=_MARGIN, w_pad=_MARGIN)

    def write(lines, inches, **how):
        place = 1 - inches / (height + above)
        text = "\n".join(lines)
        figure.text(_MARGIN / width, place, text, ha="left", va="top", linespacing=1.15, **how)

    write(title, 0.1, **_TITLE)
    write(detail, 0.16 + title_height, **_DETAIL)
    axes = list(figure.subplots(rows, 1, squeeze=False)[:, 0])
    for one in axes:
        one.spines[["top", "right", "left"]].set_visible(False)
        one.spines["bottom"].set_color(RULE)
        one.tick_params(length=0, labelsize=TEXT, labelcolor=INK)
    return figure, axes


def _wrapped(figure: "Figure", text: str, how: dict) -> list[str]:
    """Break a text into lines that are no wider than the figure."""
    most = (figure.get_size_inches()[0] - 2 * _MARGIN) * figure.dpi
    measure = figure.text(0, 0, "", **how)
    lines = [""]
    for word in drawable(text, None).split():
        measure.set_text(f"{lines[-1]} {word}".strip())
        if lines[-1] and measure.get_window_extent().width > most:
            measure.set_text(word)
            lines.append("")
        lines[-1] = measure.get_text()
    measure.remove()
    return lines


def name_rows(axes: "Axes", names, size: float = TEXT) -> None:
    """Name the rows of a plot from top to bottom, one a unit, the first at 0."""
    names = [drawable(name) for name in names]
    axes.set_yticks(range(len(names)), names, fontsize=size)
    axes.set_ylim(len(names) - 0.5, -0.5)


def drawable(text: str, longest: int | None = 22) -> str:
    """Return what can be drawn of a text from outside.

    A dollar would begin a formula; a letter that the font lacks becomes a replacement character;
    what is longer than `longest` is cut. The table beside the plot has the text itself.
    """
    if longest and len(text) > longest:
        text = text[: longest - 1] + "…"
    known = _letters()
    text = "".join(letter if letter == "\n" or ord(letter) in known else "�" for letter in text)
    return text.replace("$", r"\$")


@functools.cache
def _letters() -> frozenset[int]:
    """The letters that the font has."""
    from matplotlib import font_manager

    font = font_manager.get_font(font_manager.findfont(font_manager.FontProperties()))
    return frozenset(font.get_charmap())


def rendered(figure: "Figure") -> bytes:
    """Return a figure as the bytes of a PNG; the same figure always gives the same bytes."""
    out = io.BytesIO()
    figure.savefig(out, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return out.getvalue()
