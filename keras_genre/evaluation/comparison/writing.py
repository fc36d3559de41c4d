"""A comparison as text, as Markdown and as files."""

import os
import textwrap
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from keras_genre.csv_files import write_csv
from keras_genre.errors import RunError
from keras_genre.evaluation.columns import aligned_columns
from keras_genre.evaluation.comparison.comparing import Comparison
from keras_genre.evaluation.comparison.sections import Section, sections
from keras_genre.pages import section as pages
from keras_genre.pages.markdown import render_markdown
from keras_genre.pages.page import render_page
from keras_genre.staging import staged_folder

__all__ = ["format_comparison", "save_comparison"]


def format_comparison(
    comparison: Comparison, references: pd.DataFrame | None = None, notes: Iterable[str] = ()
) -> str:
    """Set a comparison as plain text of 80 columns; arguments as those of `sections`."""
    return "\n\n".join(map(_as_text, sections(comparison, references, notes)))


def save_comparison(
    comparison: Comparison,
    folder: str | os.PathLike,
    references: pd.DataFrame | None = None,
    notes: Iterable[str] = (),
) -> Path:
    """Write a comparison: `index.html`, `comparison.md`, and `scores.csv`, `differences.csv` and
    `genres.csv`.

    The folder appears when all of it is written; further arguments are those of `sections`.

    Raises:
        RunError: If the folder exists already or cannot be written.
    """
    parts = [_as_page_section(part) for part in sections(comparison, references, notes)]
    names = ", ".join(comparison.scores.index)
    with staged_folder(folder, RunError) as staging:
        for name, render in (("index.html", render_page), ("comparison.md", render_markdown)):
            (staging / name).write_text(render("Comparison", names, parts), encoding="utf-8")
        write_csv(comparison.scores.reset_index(), staging / "scores.csv")
        write_csv(comparison.differences, staging / "differences.csv")
        write_csv(comparison.genres, staging / "genres.csv")
    return Path(folder)


def _as_text(section: Section) -> str:
    lines = [section.title]
    if section.rows:
        lines += ["", *aligned_columns(list(section.header), section.rows, list(section.widths))]
    for note in section.notes:
        lines += ["", *textwrap.wrap(note, 80, break_on_hyphens=False)]
    return "\n".join(lines)


def _as_page_section(section: Section) -> pages.Section:
    table = pd.DataFrame(section.rows, columns=section.header) if section.rows else None
    return pages.Section(section.title, "", table=table, notes=section.notes, table_first=True)
