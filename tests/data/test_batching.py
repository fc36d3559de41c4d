import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.data.batching import batch_by_length, batch_in_order


def films_of(lengths):
    """Films with a number, a length, and as many words as that."""
    films = tf.data.Dataset.from_tensor_slices(np.asarray(lengths, "int32")).enumerate()
    return films.map(
        lambda number, length: {"number": number, "length": length, "words": tf.ones([length])}
    )


def bucketed(lengths, batch_size, seed=None):
    return batch_by_length(films_of(lengths), lambda films: films["length"], batch_size, seed)


def epoch(batches):
    return [batch["number"].tolist() for batch in batches.as_numpy_iterator()]


@pytest.fixture(scope="module")
def lengths():
    return np.random.default_rng(0).integers(1, 200, size=150)


@settings(max_examples=15, deadline=None)
@given(
    num_films=st.integers(1, 200),
    batch_size=st.integers(1, 40),
    seed=st.none() | st.integers(0, 2**31),
)
def test_bucketing_of_any_number_of_films_gives_each_once_in_as_many_batches(
    num_films, batch_size, seed
):
    batches = bucketed(np.arange(num_films) * 7 % 13, batch_size, seed)
    for _ in range(2):
        numbers = epoch(batches)
        assert sorted(np.concatenate(numbers)) == list(range(num_films))
        full, rest = divmod(num_films, batch_size)
        assert [len(batch) for batch in numbers] == [batch_size] * full + [rest] * (rest > 0)
        assert len(batches) == len(numbers)


def test_bucketing_without_a_seed_gives_short_plots_first(lengths):
    numbers = epoch(bucketed(lengths, 8))
    assert np.all(np.diff(lengths[np.concatenate(numbers)]) >= 0)
    assert epoch(bucketed(lengths, 8)) == numbers


def test_bucketing_under_a_seed_computes_less_padding_in_a_mixed_order(lengths):
    def padding(batches):
        sizes = [(batch["words"].size, batch["words"].sum()) for batch in batches]
        computed, words = np.sum(sizes, axis=0)
        return 1 - words / computed

    batches = bucketed(lengths, 8, seed=1)
    plain = batch_in_order(films_of(lengths), 8)
    assert padding(plain.as_numpy_iterator()) > 0.35
    assert padding(batches.as_numpy_iterator()) < 0.25
    longest = [lengths[batch].max() for batch in epoch(batches)]
    assert longest != sorted(longest)


def test_bucketing_of_a_single_window_mixes_films_anew_each_epoch(lengths):
    batches = bucketed(lengths, 40, seed=1)
    first, second = ({frozenset(batch) for batch in epoch(batches)} for _ in range(2))
    assert not first & second


def test_bucketing_repeats_under_a_seed(lengths):
    def epochs(seed):
        batches = bucketed(lengths, 8, seed)
        return [epoch(batches), epoch(batches)]

    assert epochs(1) == epochs(1)
    assert epochs(1)[0] != epochs(1)[1]
    assert epochs(1) != epochs(2)


def test_bucketing_does_not_always_leave_the_longest_plots_to_the_small_batch(lengths):
    batches = bucketed(lengths[:27], 8, seed=1)  # 27 = 3 * 8 + 3
    longest = [lengths[epoch(batches)[-1]].max() for _ in range(12)]
    assert min(longest) < np.median(lengths[:27]) < max(longest)


def test_batches_of_either_kind_are_padded_to_their_own_longest_film(lengths):
    for batches in (bucketed(lengths, 8, seed=1), batch_in_order(films_of(lengths), 8)):
        for batch in batches.as_numpy_iterator():
            assert batch["words"].shape == (len(batch["length"]), batch["length"].max())
            np.testing.assert_array_equal(batch["words"].sum(axis=1), batch["length"])


def test_batching_in_order_keeps_the_order(lengths):
    numbers = epoch(batch_in_order(films_of(lengths), 32))
    assert np.concatenate(numbers).tolist() == list(range(150))
    assert [len(batch) for batch in numbers] == [32, 32, 32, 32, 22]
