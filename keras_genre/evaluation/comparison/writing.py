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
    """Write a comparison: `comparison.md`, and `scores.csv`, `differences.csv`, `genres.csv`.

    The folder appears when all of it is written; further arguments are those of `sections`.

    Raises:
        RunError: If the folder exists already or cannot be written.
    """
    parts = [_as_markdown(section) for section in sections(comparison, references, notes)]
    with staged_folder(folder, RunError) as staging:
        text = "\n\n".join(["# Comparison", *parts]) + "\n"
        (staging / "comparison.md").write_text(text, encoding="utf-8")
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


def _as_markdown(section: Section) -> str:
    parts = [f"## {section.title}"]
    if section.rows:
        rule = ["---", *["---:"] * (len(section.header) - 1)]
        rows = [section.header, rule, *section.rows]
        parts.append("\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in rows))
    return "\n\n".join([*parts, *section.notes])


def _escaped(cell: str) -> str:
    return cell.strip().replace("|", "\\|")
