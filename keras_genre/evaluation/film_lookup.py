"""The films behind predictions: what the records hold of them."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import tensorflow as tf

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.data.parsing import parse

__all__ = ["Film", "film_contents", "film_texts", "look_up_films"]


@dataclass(frozen=True)
class Film:
    """A film as records hold it.

    Args:
        movie_id: Its id.
        title: Its title; may be empty.
        plot: Its plot; empty = missing.
        poster: JPEG bytes; empty = missing.
        genres: Its true genres, in the order of the vocabulary.
    """

    movie_id: str
    title: str
    plot: str
    poster: bytes
    genres: tuple[str, ...]


def look_up_films(
    dataset: MovieDataset, split: str, movie_ids: Iterable[str] | None = None
) -> dict[str, Film]:
    """Read films by their ids, in the order of `movie_ids`; None for all of the split.

    Raises:
        ValueError: If the split has no such film.
        DatasetError: If there is no such split, or its records are damaged.
    """
    wanted = None if movie_ids is None else dict.fromkeys(map(str, movie_ids))
    found = {}
    with damaged_shard_named(dataset):
        for film in dataset.films(split):
            movie_id = film["movie_id"].numpy().decode()
            if wanted is None or movie_id in wanted:
                found[movie_id] = _film(movie_id, film, dataset)
    missing = [movie_id for movie_id in wanted or () if movie_id not in found]
    if missing:
        raise ValueError(
            f"The {split} split of {dataset.folder} has no film {missing[0]!r} ({len(missing)} "
            f"such films in all). Expected ids of predictions on these very records."
        )
    return {movie_id: found[movie_id] for movie_id in (found if wanted is None else wanted)}


def film_texts(dataset: MovieDataset, split: str) -> pd.DataFrame:
    """Read ids, titles and plots of a split, without its posters.

    Returns:
        A table with the columns `movie_id`, `title` and `plot`, in the order of the records.
    """
    names = ("movie_id", "title", features.PLOT)
    tables = []
    with damaged_shard_named(dataset):
        for batch in dataset.records(split).batch(1024):
            texts = parse(batch, *names)
            columns = {name: [t.decode() for t in texts[name].numpy()] for name in names}
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def film_contents(dataset: MovieDataset, split: str) -> pd.DataFrame:
    """Say of each film of a split whether it has a plot and a poster.

    Returns:
        A table indexed by movie id, in the order of the records, with the boolean columns
        `has_plot` (more than blanks) and `has_poster`.
    """

    def contents(raw):
        return {
            "has_plot": tf.strings.length(tf.strings.strip(raw[features.PLOT])) > 0,
            "has_poster": tf.strings.length(raw[features.POSTER]) > 0,
        }

    tables = []
    with damaged_shard_named(dataset):
        batches = dataset.load(split, contents, batch_size=256, shuffle=False, with_ids=True)
        for has, _, movie_ids in batches:
            index = pd.Index([movie_id.decode() for movie_id in movie_ids.numpy()], name="movie_id")
            tables.append(pd.DataFrame({k: v.numpy() for k, v in has.items()}, index=index))
    return pd.concat(tables)


def _film(movie_id: str, film: dict, dataset: MovieDataset) -> Film:
    return Film(
        movie_id=movie_id,
        title=film["title"].numpy().decode(),
        plot=film["plot"].numpy().decode(),
        poster=film["poster"].numpy(),
        genres=tuple(dataset.vocabulary[int(genre)] for genre in sorted(film["genres"].numpy())),
    )
