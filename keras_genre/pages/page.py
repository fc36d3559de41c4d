"""The page that holds all plots, in one file."""

import base64
import re
from collections.abc import Sequence
from importlib import resources

from keras_genre.pages.section import Section
from keras_genre.pages.wording import number


def render_page(title: str, summary: str, sections: Sequence[Section], notes=()) -> str:
    """Write the page: HTML without scripts, whose pictures and style are inside.

    Texts from outside (titles, genres, notes) are escaped.

    Args:
        title: What it is about.
        summary: One line below the title.
        sections: In the order of the page.
        notes: Lines on where the data come from, to be opened by who wants to know.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "data_uri": _data_uri, "anchor": _anchor}
    source = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        title=title, summary=summary, notes=list(notes), sections=sections
    )


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _anchor(heading: str) -> str:
    return re.sub(r"\W+", "-", heading.casefold())
