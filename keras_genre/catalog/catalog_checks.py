"""What is asked of a table of films before it is a catalogue."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary

COLUMNS = (
    "movie_id", "title", "plot", "tagline", "genres", "poster", "year", "crew", "split",
)  # fmt: skip
_TEXT_COLUMNS = ("title", "plot", "tagline", "poster", "split")
_ARROW_TEXT = pd.StringDtype("pyarrow", na_value=np.nan)


def checked_frame(frame: pd.DataFrame, vocabulary: GenreVocabulary) -> pd.DataFrame:
    """Return the table with the columns and types that `MovieCatalog` promises.

    Raises:
        CatalogError: If that cannot be done. The message names the film.
    """
    for column in ("movie_id", "genres"):
        if column not in frame.columns:
            raise CatalogError(
                f"A catalogue needs a column {column!r}; received {list(frame.columns)}."
            )
    twice = list(frame.columns[frame.columns.duplicated()])
    if twice:
        raise CatalogError(f"A column stands twice in the table: {twice}. Rename or drop one.")
    if frame.empty:
        raise CatalogError("The catalogue has no films. Expected at least one row.")
    frame = frame.reindex(columns=COLUMNS).reset_index(drop=True)
    frame["movie_id"] = _checked_ids(frame["movie_id"])
    for column in _TEXT_COLUMNS:
        frame[column] = _checked_texts(frame[column], frame["movie_id"])
    shared: dict[tuple[str, ...], tuple[str, ...]] = {}  # a million films, some thousand tuples
    genres = [
        _checked_genres(genres, movie_id, vocabulary)
        for movie_id, genres in zip(frame["movie_id"], frame["genres"], strict=True)
    ]
    frame["genres"] = [shared.setdefault(names, names) for names in genres]
    frame["crew"] = [
        _checked_crew(crew, movie_id)
        for movie_id, crew in zip(frame["movie_id"], frame["crew"], strict=True)
    ]
    year = pd.to_numeric(frame["year"], errors="coerce").astype("float64")
    # What is no year (1999.5, infinity) is missing; it would not fit an integer either.
    frame["year"] = year.where((year % 1 == 0) & year.between(1, 9999)).astype("Int64")
    _check_splits(frame)
    return frame


def _checked_ids(ids: pd.Series) -> pd.Series:
    ids = _checked_texts(ids, map(ascii, ids)).str.strip()
    if (ids == "").any():
        row = int(np.flatnonzero(ids == "")[0])
        raise CatalogError(f"The film in row {row} (counted from 0) has no movie_id.")
    twice = ids[ids.duplicated()]
    if len(twice):
        raise CatalogError(
            f"movie_id {twice.iloc[0]!r} stands {int((ids == twice.iloc[0]).sum())} times "
            f"({len(twice)} repeated rows in all). Expected one row a film; drop the others first."
        )
    return ids


def _checked_texts(values: pd.Series, movie_ids: Iterable[str]) -> pd.Series:
    """Make all values texts, missing ones empty."""
    if values.dtype == _ARROW_TEXT:  # holds Unicode alone; a list of a million plots takes 0.5 GB
        return _in_one_piece(values.fillna(""))
    texts = [
        "" if absent else str(value) for value, absent in zip(values, values.isna(), strict=True)
    ]
    for text, movie_id in zip(texts, movie_ids, strict=True):
        check_unicode(text, f"Movie {movie_id}: the {values.name}")
    return pd.Series(texts, index=values.index, dtype=str)


def _in_one_piece(texts: pd.Series) -> pd.Series:
    """Join the pieces that a file was read in: Arrow joins them anew for every few rows taken."""
    pieces = texts.array.__arrow_array__()
    if pieces.num_chunks < 2:
        return texts
    joined = texts.dtype.__from_arrow__(pieces.combine_chunks())
    return pd.Series(joined, index=texts.index, name=texts.name)


def check_unicode(text: str, what: str) -> None:
    """Refuse a text that no file can hold, with a message about `what`."""
    try:
        text.encode()
    except UnicodeEncodeError as cause:
        raise CatalogError(
            f"{what} {text[:80]!r} holds half of a character (a lone surrogate), which no file "
            "can hold. Decode the text anew, or replace it."
        ) from cause


def _checked_crew(crew, movie_id: str) -> tuple[str, ...]:
    names = tuple(crew) if isinstance(crew, list | tuple) else ()
    for name in names:
        if not isinstance(name, str):
            raise CatalogError(f"Movie {movie_id}: expected names in the crew, received {name!r}.")
        check_unicode(name, f"Movie {movie_id}: the crew member")
    return names


def _checked_genres(genres, movie_id: str, vocabulary: GenreVocabulary) -> tuple[str, ...]:
    if not isinstance(genres, list | tuple | set | frozenset | np.ndarray | str):
        raise CatalogError(f"Expected a list of genres for movie {movie_id}, received {genres!r}.")
    try:
        return vocabulary.decode(vocabulary.encode(genres))
    except ValueError as cause:
        raise CatalogError(f"Movie {movie_id}: {cause}") from cause


def _check_splits(frame: pd.DataFrame) -> None:
    unknown = ~frame["split"].isin([*SPLITS, ""])
    if unknown.any():
        film = frame[unknown].iloc[0]
        raise CatalogError(
            f"Unknown split {film['split']!r} in movie {film['movie_id']}. "
            f"Expected one of {', '.join(SPLITS)}, or nothing."
        )
