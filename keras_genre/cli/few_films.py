"""A word of warning where films are few."""

from collections.abc import Mapping

from keras_genre.cli.output import folded, say

_FEW = 50  # fewer are also too few for an isotonic curve of calibration


def warn_of_few(films: Mapping[str, int]) -> None:
    """Say so where a split has few films.

    Args:
        films: From splits to numbers of films.
    """
    few = [f"{count} {split}" for split, count in films.items() if count < _FEW]
    if few:
        say(
            folded(
                f"Only {', '.join(few)} films: what is learned from fewer than {_FEW}, or chosen "
                f"or scored on them, is mostly luck. The intervals of evaluate say how much."
            )
        )
