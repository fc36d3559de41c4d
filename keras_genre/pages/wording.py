"""How numbers and lists of names are said in titles and alternative texts."""

import math
from collections.abc import Sequence

_LONGEST_LIST = 25


def percent(share: float) -> str:
    """Say a share from 0 to 1: no decimals from 10% on, one below, and never a false 0 or 100.

    Example:
        >>> [percent(share) for share in (0.25, 0.0312, 0.0002, 0.9999, 1)]
        ['25%', '3.1%', '<0.1%', '>99.9%', '100%']
    """
    if 0 < share < 0.001:
        return "<0.1%"
    if 0.999 < share < 1:
        return ">99.9%"
    decimals = 0 if share == 0 or 0.0995 <= share < 0.995 or share == 1 else 1
    return f"{100 * share:.{decimals}f}%"


def count(number: int, noun: str) -> str:
    """Say a number of things: '1 film', '12,000 films'."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def listed(parts: Sequence[str]) -> str:
    """Join parts; of a long list the first, and how many more."""
    more = len(parts) - _LONGEST_LIST
    text = ", ".join(parts[:_LONGEST_LIST])
    return f"{text}, and {more} more in the table" if more > 0 else text


def number(value) -> str:
    """Say a cell of a table."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:,.1f}"
    return f"{value:,}"
