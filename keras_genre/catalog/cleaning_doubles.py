"""The rules of cleaning for films of which there are two."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from keras_genre.catalog.cleaning_log import CleaningLog
from keras_genre.catalog.cleaning_rules import emptied
from keras_genre.catalog.doubles import doubles_by_poster
from keras_genre.catalog.equal_keys import connected_groups

# A film of a test set stays: scores on it must stay comparable with those of others.
_SPLIT_RANKS = {"test": 0, "validation": 1, "train": 2, "": 3}


def drop_doubles(
    frame: pd.DataFrame,
    find_pairs: Callable[[pd.DataFrame], np.ndarray],
    rule: str,
    what: str,
    log: CleaningLog,
) -> pd.DataFrame:
    """Keep one film of each group that pairs connect.

    Of each group stays the film of the test split, else of validation, else of training, else one
    without a split; among those of one split the one with the most of plot, poster and genres;
    among those the first.

    Args:
        frame: The table of films.
        find_pairs: From such a table to pairs of row numbers.
        rule: The rule's name.
        what: What the films have in common, for the reason in the log.
        log: Where each film dropped is noted.

    Returns:
        The films that stay, in order.
    """
    # Once more after each success: in a large crowd a pair may have hidden behind another.
    while len(pairs := find_pairs(frame)):
        groups = connected_groups(len(frame), pairs)
        kept = _best_of_each(frame, groups)[groups]
        stays = kept == np.arange(len(frame))
        others = frame.iloc[kept[~stays]]
        reasons = [
            f"{what} as {movie_id}{f' ({split})' if split else ''}, which stays"
            for movie_id, split in zip(others["movie_id"], others["split"], strict=True)
        ]
        log.note(frame[~stays], rule, "dropped", reasons=reasons)
        frame = frame[stays]
    return frame


def empty_shared_posters(
    frame: pd.DataFrame, progress: Callable[[int, int], None] | None, log: CleaningLog
) -> pd.DataFrame:
    """Empty the posters that films of another split show too, of which those of one split stay.

    Posters stay in the test split, else in validation. Films without a split keep theirs.

    Args:
        frame: The table of films.
        progress: Called with (posters read, posters in all).
        log: Where each poster emptied is noted.
    """
    if frame["split"].replace("", None).nunique() < 2:
        return frame  # no need to read the posters
    groups = connected_groups(len(frame), doubles_by_poster(frame, progress))
    kept = _best_of_each(frame, groups)[groups]
    ranks = frame["split"].map(_SPLIT_RANKS).to_numpy()
    shared = (ranks > ranks[kept]) & (ranks < _SPLIT_RANKS[""])
    others = frame.iloc[kept]
    reasons = [
        f"the same picture as of {movie_id} ({split}), which keeps it"
        for movie_id, split in zip(others["movie_id"], others["split"], strict=True)
    ]
    return emptied(frame, "poster", shared, "shared_poster", reasons, log)


def _best_of_each(frame: pd.DataFrame, groups: np.ndarray) -> np.ndarray:
    """The row that stays, for each group number."""
    missing = sum(
        (frame[field].map(len) == 0).astype(int) for field in ("plot", "poster", "genres")
    )
    order = np.lexsort((np.arange(len(frame)), missing, frame["split"].map(_SPLIT_RANKS), groups))
    _, first = np.unique(groups[order], return_index=True)
    return order[first]
