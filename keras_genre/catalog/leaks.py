"""Films that stand in two splits at once."""

import filecmp
from collections.abc import Callable

import numpy as np
import pandas as pd

from keras_genre.catalog.doubles import find_doubles, same_id
from keras_genre.catalog.equal_keys import connected_groups
from keras_genre.catalog.leak_report import LeakReport
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.near_duplicates import plot_similarities
from keras_genre.features import SPLITS

_NO_SPLIT = -1
_SPLIT_NUMBERS = {"": _NO_SPLIT} | {split: number for number, split in enumerate(SPLITS)}


def find_leaks(
    catalog: MovieCatalog, posters: bool = True, progress: Callable[[int, int], None] | None = None
) -> LeakReport:
    """Find films that are probably the same and stand in different splits.

    A model that has seen a film in training knows its genres; scores on a copy of it are too
    good. Four kinds are looked for: `id` (the same but for case, a leading `tt` and leading
    zeros, of films of one title), `title_and_year`, `plot` (see `near_duplicate_plots`) and
    `poster` (see `near_identical_posters`). What more than 10 differently titled films share, such
    as "No overview found.", is a placeholder and no leak. After `clean` with all its rules none is
    left; `split_catalog` by `duplicate_groups` makes none.

    Args:
        catalog: The films. One without a split is no leak, but can tell that two others are the
            same film.
        posters: Whether to open and compare the posters too, the slow part.
        progress: Called with (posters done, posters in all).

    Returns:
        A report that is true if there is any leak. It names each film concerned at least once
        for each kind, with one of its doubles in another split.

    Example:
        >>> report = find_leaks(catalog)  # doctest: +SKIP
        >>> if report:  # doctest: +SKIP
        ...     print(report.summary())
    """
    frame = catalog.frame
    if frame["split"].replace("", None).nunique() < 2:
        frame = frame.iloc[:0]  # no need to read the posters
    tables = [
        _leaks_of(frame, kind, pairs)
        for kind, pairs in find_doubles(frame, posters, progress).items()
    ]
    return LeakReport(pd.concat(tables, ignore_index=True))


def _leaks_of(frame: pd.DataFrame, kind: str, pairs: np.ndarray) -> pd.DataFrame:
    pairs = _across_splits(frame["split"].map(_SPLIT_NUMBERS).to_numpy(np.int64), pairs)
    left, right = (frame.iloc[pairs[:, side]].reset_index(drop=True) for side in (0, 1))
    return pd.DataFrame(
        {
            "kind": kind,
            "movie_id": left["movie_id"],
            "split": left["split"],
            "other_id": right["movie_id"],
            "other_split": right["split"],
            "detail": _DETAILS[kind](left, right, frame, pairs),
        }
    )


def _across_splits(splits: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Pairs of different splits, the earlier split first, that name every film that leaks.

    A crowd of doubles is connected by a few pairs, and none of a film's own may lead to another
    split. Such a film is paired with the first one of the crowd in each other split.
    """
    left, right = splits[pairs].T
    direct = pairs[(left != right) & (left != _NO_SPLIT) & (right != _NO_SPLIT)]
    groups = connected_groups(len(splits), pairs)
    doubled = np.setdiff1d(np.unique(pairs), np.flatnonzero(splits == _NO_SPLIT))
    first = {}
    for row in doubled.tolist():
        first.setdefault(groups[row], {}).setdefault(splits[row], row)
    through_others = [
        (row, other)
        for row in np.setdiff1d(doubled, direct).tolist()
        for split, other in first[groups[row]].items()
        if split != splits[row]
    ]
    found = np.concatenate([direct, np.array(through_others, np.int64).reshape(-1, 2)])
    swap = splits[found[:, 0]] > splits[found[:, 1]]
    found[swap] = found[swap, ::-1]
    return np.unique(found, axis=0)


def _same_ids(left, right, frame, pairs) -> list[str]:
    return [f"the same id {same_id(movie_id)}" for movie_id in left["movie_id"]]


def _same_titles(left, right, frame, pairs) -> list[str]:
    years = zip(left["title"], left["year"], strict=True)
    return [f"the same title and year: {title} ({year})" for title, year in years]


def _plots_alike(left, right, frame, pairs) -> list[str]:
    return [f"plots alike by {of:.0%}" for of in plot_similarities(frame["plot"].array, pairs)]


def _posters_alike(left, right, frame, pairs) -> list[str]:
    return [
        "the same poster file" if filecmp.cmp(one, other, shallow=False) else "the same picture"
        for one, other in zip(left["poster"], right["poster"], strict=True)
    ]


_DETAILS = {
    "id": _same_ids,
    "title_and_year": _same_titles,
    "plot": _plots_alike,
    "poster": _posters_alike,
}
