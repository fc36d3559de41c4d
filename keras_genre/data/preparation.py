"""From records to the tensors of a model: batch by batch, or film by film into memory."""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from keras_genre import features
from keras_genre.data.manifest import Links, Manifest
from keras_genre.data.parsing import SCHEMA, multi_hot, neighbors, parse
from keras_genre.data.service import films_of_service, fingerprints
from keras_genre.errors import DatasetError

_FILMS_AT_ONCE = 32


class Preparation:
    """Prepares films after they are batched, or, to keep them in memory, before.

    Both ways the films that are shuffled and batched in between are scalars or dicts, and the
    batches that come out are the same.

    Args:
        preprocessor: From a batch of raw features to a dict of tensors; its `prepare_stored`,
            where it has one, which knows what posters records hold.
        num_genres: Number of genres.
        with_ids: Whether movie ids come with tensors and labels.
        cache: Whether to keep prepared films in memory.
        service: Where films are prepared, or None for in this process; see `films_of_service`.
        links: How records store the neighbours that the preprocessor prepares, or None where it
            prepares none.
    """

    def __init__(
        self,
        preprocessor: Callable,
        num_genres: int,
        with_ids: bool,
        cache: bool,
        links: Links | None = None,
        service: str | None = None,
    ):
        self._preprocess = getattr(preprocessor, "prepare_stored", preprocessor)
        self._num_genres = num_genres
        self._with_ids = with_ids
        self._cache = cache
        self._service = service
        self._is_early = cache or service is not None
        self._links = links

    def before_batching(self, records: tf.data.Dataset, number: int) -> tf.data.Dataset:
        """Give the films to be shuffled and batched: records, or what is kept of them.

        Args:
            records: As they are stored.
            number: How many there are.
        """
        if not self._is_early:
            return records
        batches = records.batch(_FILMS_AT_ONCE)
        if self._service:
            films = films_of_service(
                batches.map(self._prepare_to_send, num_parallel_calls=tf.data.AUTOTUNE),
                number,
                self._service,
            )
        else:
            films = batches.map(self._prepare_to_keep, num_parallel_calls=tf.data.AUTOTUNE)
        films = films.unbatch().map(_trimmed)
        films = films.apply(tf.data.experimental.assert_cardinality(number))
        return films.cache() if self._cache else films

    def plot_lengths(self, films) -> tf.Tensor:
        """Plot lengths in bytes of a batch of these films, int32 of shape `(batch,)`."""
        return films["plot_length"] if self._is_early else _plot_lengths(films)

    def after_batching(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        """Give the batches for `fit`."""
        prepare = (lambda films: films["prepared"]) if self._is_early else self._prepare
        return batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE)

    def _prepare(self, records):
        films = parse(records, *SCHEMA, *([features.NEIGHBOR_VECTORS] if self._links else []))
        raw = {name: films[name] for name in (features.PLOT, features.POSTER)}
        if self._links:
            raw |= neighbors(films[features.NEIGHBOR_VECTORS], self._links)
        prepared = (self._preprocess(raw), multi_hot(films["genres"], self._num_genres))
        return (*prepared, films["movie_id"]) if self._with_ids else prepared

    def _prepare_to_send(self, records):
        return fingerprints(records), self._prepare_to_keep(records)

    def _prepare_to_keep(self, records):
        return {"plot_length": _plot_lengths(records), "prepared": self._prepare(records)}


def links_to_prepare(preprocessor: Callable, manifest: Manifest, folder: Path) -> Links | None:
    """How records store the neighbours that a preprocessor prepares, or None if it prepares none.

    Raises:
        DatasetError: If it does, and the records of `folder` carry none, or vectors of another
            width.
    """
    dim, links = getattr(preprocessor, "neighbor_dim", 0), manifest.links
    if not dim:
        return None
    if links is None:
        raise DatasetError(
            f"The model reads the neighbours of a film, which are films of the same people, and "
            f"the records of {folder} carry none. Link them (keras-genre link), and go on with "
            f"the linked records."
        )
    if links.dim != dim:
        raise DatasetError(
            f"The model reads neighbours' vectors of {dim} numbers, and the records of {folder} "
            f"carry vectors of {links.dim}. Link records with the vectors of a poster encoder "
            f"like the model's own (keras-genre link)."
        )
    return links


def _trimmed(film):
    """Take off the padding that stems from films which stood beside this one by chance."""
    tensors, *rest = film["prepared"]
    if features.PLOT_TOKEN_IDS in tensors:
        ids = tensors[features.PLOT_TOKEN_IDS]
        tokens = tf.maximum(1, tf.math.count_nonzero(ids, dtype=tf.int32))
        tensors = {**tensors, features.PLOT_TOKEN_IDS: ids[:tokens]}
    return {**film, "prepared": (tensors, *rest)}


def _plot_lengths(records):
    return tf.strings.length(parse(records, features.PLOT)[features.PLOT])
