"""Tables of plain text."""

import textwrap

__all__ = ["aligned_columns"]


def aligned_columns(header: list[str], rows: list[list[str]], widths: list[int]) -> list[str]:
    """Align cells: the first column to the left and wrapped, the others to the right.

    A negative width aligns to the left.
    """
    lines = []
    for first, *others in [header, *rows]:
        names = textwrap.wrap(first, widths[0]) or [""]
        cells = [
            f"{cell:<{-width}}" if width < 0 else f"{cell:>{width}}"
            for cell, width in zip(others, widths[1:], strict=True)
        ]
        lines.append(" ".join([f"{names[0]:<{widths[0]}}", *cells]).rstrip())
        lines += names[1:]
    return lines
