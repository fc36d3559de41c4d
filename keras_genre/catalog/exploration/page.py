"""The page that holds all plots, in one file."""

import base64
import re
from collections.abc import Sequence
from importlib import resources

from keras_genre.catalog.exploration.section import Section
from keras_genre.catalog.exploration.wording import count, number
from keras_genre.catalog.movie_catalog import MovieCatalog


def render_page(catalog: MovieCatalog, sections: Sequence[Section]) -> str:
    """Write the page: HTML without scripts, whose pictures and style are inside.

    Texts from outside (titles, genres, notes) are escaped.

    Args:
        catalog: The films, for the summary at the top.
        sections: In the order of the page.
    """
    import jinja2

    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"number": number, "data_uri": _data_uri, "anchor": _anchor}
    source = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(source).render(
        summary=_summary(catalog), notes=catalog.notes, sections=sections
    )


def _summary(catalog: MovieCatalog) -> str:
    sizes = catalog.frame["split"].value_counts()
    splits = [f"{split} {int(sizes[split]):,}" for split in catalog.splits]
    text = f"{count(len(catalog), 'film')}, {count(len(catalog.vocabulary), 'genre')}"
    return f"{text} ({', '.join(splits)})" if splits else text


def _data_uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _anchor(heading: str) -> str:
    return re.sub(r"\W+", "-", heading.casefold())
