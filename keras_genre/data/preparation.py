"""From records to the tensors of a model: batch by batch, or film by film into memory."""

from collections.abc import Callable

import tensorflow as tf

from keras_genre import features
from keras_genre.data.parsing import multi_hot, parse


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
    """

    def __init__(self, preprocessor: Callable, num_genres: int, with_ids: bool, cache: bool):
        self._preprocess = getattr(preprocessor, "prepare_stored", preprocessor)
        self._num_genres = num_genres
        self._with_ids = with_ids
        self._cache = cache

    def before_batching(self, records: tf.data.Dataset) -> tf.data.Dataset:
        """Give the films to be shuffled and batched: records, or what is kept of them."""
        if not self._cache:
            return records
        number = tf.data.experimental.assert_cardinality(records.cardinality().numpy())
        films = records.batch(32).map(self._prepare_to_keep, num_parallel_calls=tf.data.AUTOTUNE)
        return films.unbatch().map(_trimmed).apply(number).cache()

    def plot_lengths(self, films) -> tf.Tensor:
        """Plot lengths in bytes of a batch of these films, int32 of shape `(batch,)`."""
        return films["plot_length"] if self._cache else _plot_lengths(films)

    def after_batching(self, batches: tf.data.Dataset) -> tf.data.Dataset:
        """Give the batches for `fit`."""
        prepare = (lambda films: films["prepared"]) if self._cache else self._prepare
        return batches.map(prepare, num_parallel_calls=tf.data.AUTOTUNE)

    def _prepare(self, records):
        films = parse(records)
        raw = {name: films[name] for name in (features.PLOT, features.POSTER)}
        prepared = (self._preprocess(raw), multi_hot(films["genres"], self._num_genres))
        return (*prepared, films["movie_id"]) if self._with_ids else prepared

    def _prepare_to_keep(self, records):
        return {"plot_length": _plot_lengths(records), "prepared": self._prepare(records)}


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
