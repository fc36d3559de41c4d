"""Class-aware sampling: every genre equally often, however rare."""

import numpy as np
import tensorflow as tf

from keras_genre.data.epochs import after_epochs


def draw_balanced(
    films: tf.data.Dataset, genres: tf.RaggedTensor, seed: int = 0, epoch: int = 0
) -> tf.data.Dataset:
    """Draw as many films as there are, each genre equally often.

    One genre after the other gives a film, and one film of that genre after the other, so both
    are drawn equally often up to one. Who gets that one more is drawn anew each epoch. A genre
    without films is passed over; a film without genres is never drawn. Nothing is held in memory:
    a film comes, as often as it is drawn, where it is read.

    Args:
        films: Films, of known number.
        genres: The genres of each of them, indices of shape `(films, None)`; at least one film
            has one.
        seed: Of the drawing.
        epoch: Begin as after so many epochs.

    Returns:
        A dataset with as many elements as `films`.

    Reference:
        Shen, Lin and Huang (2016), "Relay Backpropagation for Effective Learning of Deep
        Convolutional Neural Networks", https://arxiv.org/abs/1512.05830.
    """
    seeds = tf.data.Dataset.random(seed, rerandomize_each_iteration=True)
    counts = after_epochs(seeds, epoch).take(1).map(_Drawing(genres)).unbatch()
    drawn = tf.data.Dataset.zip((films, counts)).flat_map(
        lambda film, count: tf.data.Dataset.from_tensors(film).repeat(count)
    )
    return drawn.apply(tf.data.experimental.assert_cardinality(films.cardinality().numpy()))


class _Drawing:
    """How often each film is drawn in an epoch, as a function of the epoch's seed."""

    def __init__(self, genres: tf.RaggedTensor):
        self._num_films = int(genres.nrows())
        # A row for each genre of each film, sorted by genre.
        genre, film = genres.flat_values.numpy(), genres.value_rowids().numpy()
        by_genre = np.argsort(genre, kind="stable")
        self._film = film[by_genre]
        _, self._genre, films_of_genre = np.unique(
            genre[by_genre], return_inverse=True, return_counts=True
        )
        self._num_genres = len(films_of_genre)
        self._films_of_genre = films_of_genre[self._genre]
        starts = np.cumsum(films_of_genre) - films_of_genre
        self._place = np.arange(len(genre)) - starts[self._genre]

    def __call__(self, seed):
        turns = tf.random.experimental.stateless_shuffle(tf.range(self._num_genres), (seed, 0))
        share, rest = divmod(self._num_films, self._num_genres)
        draws = tf.gather(share + tf.cast(turns < rest, tf.int32), self._genre)
        # Shuffled within each genre: who stands first is drawn once more than who stands last.
        luck = tf.random.stateless_uniform(self._genre.shape, (seed, 1), dtype=tf.float64)
        order = tf.argsort(self._genre + luck)
        once_more = self._place < draws % self._films_of_genre
        counts = draws // self._films_of_genre + tf.cast(once_more, tf.int32)
        counts = tf.math.unsorted_segment_sum(counts, tf.gather(self._film, order), self._num_films)
        return tf.cast(counts, tf.int64)
