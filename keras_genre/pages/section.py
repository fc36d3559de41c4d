"""Section: what a family of plots hands to the page."""

import dataclasses

import pandas as pd


@dataclasses.dataclass(frozen=True)
class Plot:
    """A picture.

    Args:
        name: Of its PNG file, without the ending.
        png: The bytes of the file.
        alt: What it shows, with the numbers, for those who do not see it.
    """

    name: str
    png: bytes
    alt: str


@dataclasses.dataclass(frozen=True)
class Section:
    """A part of the page: a heading, a line of text, plots, and their figures as a table.

    Args:
        heading: What it is about.
        text: How to read it; or, where there is nothing to draw, why.
        plots: Possibly none.
        table: The figures of the plots; integers and texts are shown as they are, other numbers
            with one decimal, missing ones as "-".
    """

    heading: str
    text: str
    plots: tuple[Plot, ...] = ()
    table: pd.DataFrame | None = None
