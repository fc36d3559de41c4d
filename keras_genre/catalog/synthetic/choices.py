"""Small choices that plots, titles and posters make alike."""

import difflib
from collections.abc import Sequence

import numpy as np

__all__ = ["checked", "pick"]


def pick(options: Sequence, rng: np.random.Generator):
    """Return one of `options`, each with equal odds."""
    return options[int(rng.integers(len(options)))]


def checked(value: str, expected: Sequence[str], name: str) -> str:
    """Return `value` if it is among `expected`.

    Raises:
        ValueError: If it is not; the message names a close match.
    """
    if value in expected:
        return value
    close = difflib.get_close_matches(str(value), expected, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"Expected `{name}` as one of {', '.join(map(repr, expected))}; received {value!r}.{hint}"
    )
