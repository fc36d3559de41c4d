"""Small multiples: a little plot a genre, in a grid."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from keras_genre.pages import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
_HEIGHT = 1.55  # inches a row


def genre_grid(
    names: Sequence[str], title: str, detail: str, x_label: str, y_label: str
) -> "tuple[Figure, list[Axes]]":
    """Make a figure with a little square plot a genre, both axes from 0 to 1.

    Args:
        names: The genres; each stands above its plot.
        title: What the plot shows: the finding, not the method.
        detail: How to read it.
        x_label: Below the lowest row.
        y_label: Beside the first column.

    Returns:
        The figure, and the axes in the order of `names`.
    """
    columns = min(COLUMNS, len(names))
    rows = math.ceil(len(names) / columns)
    figure, axes = style.new_figure(_HEIGHT * rows + 0.3, title, detail, rows=rows, columns=columns)
    for number, one in enumerate(axes):
        if number >= len(names):
            one.set_axis_off()
            continue
        one.set_title(style.drawable(names[number], 18), fontsize=style.SMALL, loc="left", pad=2)
        one.set_xlim(-0.02, 1.02)
        one.set_ylim(-0.02, 1.02)
        one.set_xticks([0, 0.5, 1], ["0", "", "1"], fontsize=style.SMALL)
        one.set_yticks([0, 0.5, 1], ["0", "", "1"], fontsize=style.SMALL)
        one.spines[["left", "bottom"]].set_visible(True)
        one.spines[["left", "bottom"]].set_color(style.RULE)
        one.grid(color=style.RULE, linewidth=0.5)
        one.set_axisbelow(True)
    figure.supxlabel(x_label, fontsize=style.SMALL, color=style.FAINT)
    figure.supylabel(y_label, fontsize=style.SMALL, color=style.FAINT)
    return figure, axes[: len(names)]


def write_inside(axes: "Axes", text: str, y: float = 0.06) -> None:
    """Write a number at the right of a little plot, by default at the bottom."""
    from matplotlib.patheffects import withStroke

    axes.text(
        0.97, y, text, ha="right", va="bottom", fontsize=style.SMALL - 0.5, color=style.INK,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip
