import numpy as np
import pytest
import tensorflow as tf

from keras_genre import features
from keras_genre.export.groups import in_groups

SPECS = {
    features.PLOT_TOKEN_IDS: tf.TensorSpec([None, None], tf.int32),
    features.HAS_POSTER: tf.TensorSpec([None], tf.bool),
}


@pytest.fixture(scope="module")
def forward():
    """Films to the sum of their words, and to the width that they were padded to."""

    def compute(tensors):
        ids = tensors[features.PLOT_TOKEN_IDS]
        total = tf.reduce_sum(ids, axis=1) + tf.cast(tensors[features.HAS_POSTER], tf.int32)
        return {
            "total": tf.cast(total, tf.float32)[:, tf.newaxis],
            "width": tf.fill([tf.shape(ids)[0]], tf.shape(ids)[1]),
        }

    return tf.function(compute, input_signature=[SPECS], autograph=False)


@pytest.fixture(scope="module")
def grouped(forward):
    function = lambda tensors: in_groups(forward, tensors)  # noqa: E731
    return tf.function(function, input_signature=[SPECS], autograph=False)


def make_films(num_films, most_words=40, seed=0):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(0, most_words + 1, num_films)
    is_word = np.arange(max(lengths, default=1) or 1) < lengths[:, None]
    ids = rng.integers(1, 100, is_word.shape) * is_word
    return lengths, {
        features.PLOT_TOKEN_IDS: tf.constant(ids, tf.int32),
        features.HAS_POSTER: tf.constant(rng.random(num_films) < 0.5),
    }


@pytest.mark.parametrize("num_films", [1, 2, 7, 8, 15, 16, 17, 33, 100])
def test_films_in_groups_get_what_they_get_together(forward, grouped, num_films):
    _, films = make_films(num_films, seed=num_films)
    np.testing.assert_array_equal(grouped(films)["total"], forward(films)["total"])


def test_groups_are_padded_to_their_own_longest_plot(grouped):
    lengths, films = make_films(64)
    widths = grouped(films)["width"].numpy()
    assert (widths >= lengths).all()
    assert widths.sum() < 1.3 * lengths.sum()
    assert lengths.max() * 64 > 1.6 * lengths.sum()  # what padding to the longest would cost


def test_films_without_any_word_keep_a_column(grouped):
    films = {
        features.PLOT_TOKEN_IDS: tf.zeros([9, 3], tf.int32),
        features.HAS_POSTER: tf.ones([9], tf.bool),
    }
    answer = grouped(films)
    assert (answer["width"].numpy() == 1).all()
    assert (answer["total"].numpy() == 1).all()


def test_no_film_at_all_gives_no_answer(grouped):
    _, films = make_films(0)
    assert grouped(films)["total"].shape == (0, 1)


def test_models_without_plots_are_computed_at_once():
    seen = []
    films = {features.HAS_POSTER: tf.ones([40], tf.bool)}
    in_groups(lambda tensors: seen.append(len(tensors[features.HAS_POSTER])) or {}, films)
    assert seen == [40]
