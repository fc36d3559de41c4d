"""What MM-IMDb's raw folder and its HDF5 file have in common: the splits, and the notes on them."""

from collections.abc import Mapping, Sequence

from keras_genre.genres import GenreVocabulary

OFFICIAL_SIZES = {"train": 15_552, "validation": 2_608, "test": 7_799}
"""Films in each split of MM-IMDb as it was published (https://arxiv.org/abs/1702.01992)."""


def size_note(sizes: Mapping[str, int]) -> str:
    """Return a line that says whether the splits have the published sizes.

    Args:
        sizes: Films in each split before any is left out; keys as in `OFFICIAL_SIZES`.

    Example:
        >>> size_note({"train": 2, "validation": 1, "test": 1})
        'not the official sizes: train 2 of 15,552, validation 1 of 2,608, test 1 of 7,799'
    """
    if dict(sizes) == OFFICIAL_SIZES:
        return f"official split, all {sum(sizes.values()):,} films"
    parts = (f"{split} {sizes[split]:,} of {size:,}" for split, size in OFFICIAL_SIZES.items())
    return f"not the official sizes: {', '.join(parts)}"


def genre_note(num_dropped: int, vocabulary: GenreVocabulary) -> list[str]:
    """Return a line about films that were left out because they have no genre, if there are any."""
    if not num_dropped:
        return []
    return [f"{num_dropped} films without any of the {len(vocabulary)} genres left out"]


def split_of_rows(sizes: Sequence[int]) -> list[str]:
    """Return the split of each row of a file whose rows are in the order of the splits.

    Example:
        >>> split_of_rows((2, 1, 1))
        ['train', 'train', 'validation', 'test']
    """
    return [split for split, size in zip(OFFICIAL_SIZES, sizes, strict=True) for _ in range(size)]
