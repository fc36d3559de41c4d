"""Films that stand in a catalogue twice, by id, by title, by plot and by poster."""

import re
from collections.abc import Callable

import numpy as np
import pandas as pd

from keras_genre.catalog.equal_keys import connected_groups, pairs_of_equal_keys
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.near_duplicates import near_duplicate_plots
from keras_genre.catalog.plot_words import plot_words
from keras_genre.catalog.poster_hashes import near_identical_posters

# A plot or poster that more films of different titles share ("No overview found.", a picture of
# an empty frame) says nothing about which film it is.
MOST_TITLES = 10

_IMDB_ID = re.compile("(?:tt)?0*([0-9]+)")


def find_doubles(
    frame: pd.DataFrame, posters: bool, progress: Callable[[int, int], None] | None = None
) -> dict[str, np.ndarray]:
    """Find films that are probably the same, in four ways.

    Args:
        frame: The table of a `MovieCatalog`.
        posters: Whether to open and compare the posters too.
        progress: Called with (posters done, posters in all).

    Returns:
        From "id", "title_and_year", "plot" and "poster" to pairs of row numbers, of shape
        `(pairs, 2)`. A crowd of doubles is connected by pairs, not paired each with each.
    """
    doubles = {
        "id": doubles_by_id(frame),
        "title_and_year": doubles_by_title_and_year(frame),
        "plot": doubles_by_plot(frame),
    }
    if posters:
        doubles["poster"] = doubles_by_poster(frame, progress)
    return doubles


def duplicate_groups(
    catalog: MovieCatalog, posters: bool = True, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Number the groups of films that are probably the same, for `split_catalog`.

    Two films are in one group if they have the same id, the same title and year, nearly the same
    plot or nearly the same poster, or are connected by others that have: what `find_leaks` would
    report if they came to different splits.

    Args:
        catalog: The films.
        posters: Whether to open and compare the posters too.
        progress: Called with (posters done, posters in all).

    Returns:
        One group number a film, of shape `(films,)`.

    Example:
        >>> catalog = split_catalog(catalog, groups=duplicate_groups(catalog))  # doctest: +SKIP
    """
    frame = catalog.frame
    doubles = find_doubles(frame, posters, progress)
    return connected_groups(len(frame), np.concatenate(list(doubles.values())))


def doubles_by_id(frame: pd.DataFrame) -> np.ndarray:
    """Pairs of films whose ids differ in case, a leading `tt` or leading zeros alone.

    Titles must be the same too: TMDB's film 603 is not IMDb's tt0000603.
    """
    keys = zip(map(same_id, frame["movie_id"]), map(_same_title, frame["title"]), strict=True)
    return _pairs_of_equal(list(keys))


def same_id(movie_id: str) -> str:
    """What ids of one film have in common.

    Example:
        >>> [same_id(movie_id) for movie_id in ("tt0000603", "603", "Sample-07")]
        ['603', '603', 'sample-07']
    """
    folded = movie_id.casefold()
    number = _IMDB_ID.fullmatch(folded)
    return number[1] if number else folded


def doubles_by_title_and_year(frame: pd.DataFrame) -> np.ndarray:
    """Pairs of films of the same title, but for case and punctuation, and the same year."""
    keys = [
        (title, year) if title and not pd.isna(year) else None
        for title, year in zip(map(_same_title, frame["title"]), frame["year"], strict=True)
    ]
    return _pairs_of_equal(keys)


def doubles_by_plot(frame: pd.DataFrame) -> np.ndarray:
    """Pairs of films of nearly the same plot (see `near_duplicate_plots`)."""
    return _without_placeholders(frame, near_duplicate_plots(frame["plot"].array))


def doubles_by_poster(
    frame: pd.DataFrame, progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Pairs of films whose posters are one picture (see `near_identical_posters`)."""
    pairs = near_identical_posters(frame["poster"].tolist(), progress)
    return _without_placeholders(frame, pairs)


def _same_title(title: str) -> str:
    return " ".join(plot_words(title)) or title.strip()


def _pairs_of_equal(keys: list[tuple | None]) -> np.ndarray:
    """Pairs of rows of equal keys; None is like no other."""
    numbers = {}
    codes = np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.int64)
    rows = np.flatnonzero(codes != numbers.get(None, -1))
    return rows[np.concatenate(list(pairs_of_equal_keys(codes[rows])))]


def _without_placeholders(frame: pd.DataFrame, pairs: np.ndarray) -> np.ndarray:
    """Leave out the pairs of crowds that have too many titles to be one film."""
    rows = np.unique(pairs)
    groups = connected_groups(len(frame), pairs)
    titles = distinct_titles(frame["title"].iloc[rows], groups[rows])
    return pairs[titles.reindex(groups[pairs[:, 0]]).to_numpy() <= MOST_TITLES]


def distinct_titles(titles: pd.Series, groups: np.ndarray) -> pd.Series:
    """Count the titles of each group; films without one count as different.

    Args:
        titles: The titles.
        groups: A number for each.

    Returns:
        From group number to count.
    """
    named = titles.map(_same_title)
    named = named.where(named != "", [f"\0{row}" for row in range(len(named))])
    return named.groupby(groups).nunique()
