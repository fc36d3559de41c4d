import numpy as np
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.data.balancing import draw_balanced


def drawn(genres, seed=0):
    """A dataset that draws the numbers of films with these genres."""
    films = tf.data.Dataset.range(len(genres))
    return draw_balanced(films, tf.ragged.constant(genres, tf.int64, ragged_rank=1), seed)


def times_drawn(dataset, epochs=1):
    """How often each film is drawn, of shape `(epochs, films)`."""
    num_films = len(dataset)
    draws = np.array(list(dataset.repeat(epochs).as_numpy_iterator())).reshape(epochs, num_films)
    return np.stack([np.bincount(epoch, minlength=num_films) for epoch in draws])


@settings(max_examples=15, deadline=None)
@given(
    genres=st.lists(
        st.lists(st.integers(0, 5), max_size=3, unique=True), min_size=1, max_size=40
    ).filter(any)
)
def test_drawing_gives_as_many_films_as_there_are_and_none_without_genres(genres):
    dataset = drawn(genres)
    assert len(dataset) == len(genres)
    (times,) = times_drawn(dataset)  # raises unless it gives as many as it says
    assert not any(count for count, of in zip(times, genres, strict=True) if not of)


def test_drawing_of_films_with_one_genre_each_gives_every_genre_its_equal_share():
    genres = [[0]] * 70 + [[1]] * 25 + [[2]] * 5
    for times in times_drawn(drawn(genres), epochs=5):
        by_genre = [times[:70], times[70:95], times[95:]]
        assert sorted(part.sum() for part in by_genre) == [33, 33, 34]
        for part in by_genre:
            assert part.max() - part.min() <= 1


def test_drawing_of_films_with_several_genres_agrees_with_the_shares_counted_by_hand():
    # 12 draws, 4 a genre. Genre 0 has 8 films, genre 1 has 4, genre 2 has 2, genre 3 none.
    genres = [[0]] * 5 + [[0, 1]] * 2 + [[0, 1, 2]] + [[1]] + [[2]] + [[]] * 2
    expected = [4 / 8] * 5 + [4 / 8 + 4 / 4] * 2 + [4 / 8 + 4 / 4 + 4 / 2, 4 / 4, 4 / 2, 0, 0]
    times = times_drawn(drawn(genres), epochs=300)
    # Half the draws of a film of genre 0 hit it: the mean of 300 lies within 4 * 0.5 / sqrt(300).
    np.testing.assert_allclose(np.mean(times, axis=0), expected, atol=0.12)


def test_drawing_of_more_genres_than_films_gives_each_genre_its_turn():
    times = times_drawn(drawn([[0, 1, 2, 3, 4], [5]]), epochs=300)
    np.testing.assert_allclose(times.mean(axis=0), [10 / 6, 2 / 6], atol=0.12)


def test_drawing_repeats_under_a_seed_and_is_new_each_epoch():
    def epochs(seed):
        dataset = drawn([[0], [0], [1], [0], [0], [0], [2], [0]] * 5, seed)
        return [list(dataset.as_numpy_iterator()) for _ in range(2)]

    assert epochs(1) == epochs(1)
    assert epochs(1)[0] != epochs(1)[1]
    assert epochs(1) != epochs(2)
