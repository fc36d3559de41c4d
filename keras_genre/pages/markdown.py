"""The same sections as Markdown."""

from collections.abc import Sequence

import pandas as pd

from keras_genre.pages.section import Section
from keras_genre.pages.wording import number

_LONGEST_CELL = 200


def render_markdown(title: str, summary: str, sections: Sequence[Section]) -> str:
    """Write sections as Markdown; pictures are expected beside it as `<name>.png`.

    A table that holds long texts, such as plots, is left to the page.

    Args:
        title: What it is about.
        summary: One line below the title; may be empty.
        sections: In the order of the page.
    """
    parts = [f"# {title}", summary]
    for section in sections:
        parts += [f"## {section.heading}", section.text]
        parts += [f"![{_on_a_line(plot.alt)}]({plot.name}.png)" for plot in section.plots]
        if section.table is not None and not _has_long_texts(section.table):
            parts.append(_as_markdown(section.table))
        parts += section.notes
    return "\n\n".join(part for part in parts if part) + "\n"


def _has_long_texts(table: pd.DataFrame) -> bool:
    return any(len(number(cell)) > _LONGEST_CELL for cell in table.to_numpy().ravel())


def _as_markdown(table: pd.DataFrame) -> str:
    texts = [kind.kind not in "iuf" for kind in table.dtypes]
    rule = ["---" if text else "---:" for text in texts]
    rows = [list(map(number, row)) for row in table.itertuples(index=False, name=None)]
    lines = [list(table.columns), rule, *rows]
    return "\n".join(f"| {' | '.join(map(_on_a_line, line))} |" for line in lines)


def _on_a_line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")
