"""Which pretrained weights a row of a study begins with."""

from collections.abc import Mapping

from keras_genre.presets import get_preset
from keras_genre.studies.missing_error import MissingError
from keras_genre.studies.study import Row


def weights_of_row(row: Row, weights: Mapping[str, str]) -> dict[str, str]:
    """Give the places of weights that somebody named for a row.

    Args:
        row: The row.
        weights: As of `StudyOptions`.

    Returns:
        `text_weights` and `poster_weights`, those of them that are named by hand.

    Raises:
        MissingError: If the row needs weights that neither its preset nor anybody names.
    """
    preset = get_preset(row.preset)
    found = {}
    for kind, part in zip(("text", "poster"), _parts(row.preset), strict=True):
        if not getattr(preset, f"{kind}_encoder"):
            continue
        handle = getattr(preset, f"{kind}_weights")
        where = weights.get(handle) or weights.get(part)
        if where:
            found[f"{kind}_weights"] = where
        elif not handle and _needs_weights(row):
            raise MissingError(
                f"the preset {part} names no pretrained weights; name a file of them "
                f"(--weights {part}=FILE)."
            )
    return found


def _parts(preset: str) -> tuple[str, str]:
    """The presets that the plot and the poster encoder are of."""
    text, _, rest = preset.partition("+")
    return text, rest.partition("+")[0] or text


def _needs_weights(row: Row) -> bool:
    return row.needs_weights or row.baseline is not None
