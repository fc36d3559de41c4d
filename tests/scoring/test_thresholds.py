import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from keras_genre.scoring.thresholds import best_threshold

# Few distinct values, so that ties, 0 and 1 are common.
film = st.tuples(st.integers(0, 1), st.integers(0, 6).map(lambda k: np.float32(k / 6)))
films = st.lists(film, min_size=1, max_size=12)


def f1(labels, probabilities, threshold):
    selected = probabilities > np.float32(threshold)
    return f1_score(labels.ravel(), selected.ravel(), zero_division=0)


def best_by_trying(labels, probabilities):
    return max(f1(labels, probabilities, k / 12) for k in range(13))


@settings(max_examples=60, deadline=None)
@given(films)
def test_best_threshold_of_any_films_reaches_the_best_f1(films):
    labels = np.array([label for label, _ in films])
    probabilities = np.array([p for _, p in films])
    if not labels.any():
        return
    threshold = best_threshold(labels, probabilities)
    assert 0 <= threshold <= 1
    reached = f1(labels, probabilities, threshold)
    assert reached == pytest.approx(best_by_trying(labels, probabilities))


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.data())
def test_best_threshold_of_several_genres_reaches_the_best_micro_f1(num_genres, data):
    rows = st.lists(film, min_size=num_genres, max_size=num_genres)
    table = data.draw(st.lists(rows, min_size=1, max_size=8))
    labels = np.array([[label for label, _ in row] for row in table])
    probabilities = np.array([[p for _, p in row] for row in table])
    if not labels.any():
        return
    threshold = best_threshold(labels, probabilities)
    reached = f1(labels, probabilities, threshold)
    assert reached == pytest.approx(best_by_trying(labels, probabilities))


def test_best_threshold_lies_midway_between_the_neighbours():
    assert best_threshold([0, 0, 1, 1], np.float32([0.1, 0.2, 0.8, 0.9])) == np.float32(0.5)


def test_best_threshold_among_equal_cuts_takes_the_widest():
    # One positive of four at the top, one at the bottom: selecting 1 or 4 films gives F1 2/3.
    labels = np.array([1, 0, 0, 1])
    assert best_threshold(labels, np.float32([0.9, 0.3, 0.25, 0.2])) == np.float32(0.6)
    assert best_threshold(labels, np.float32([0.9, 0.8, 0.75, 0.7])) == np.float32(0.35)


def test_best_threshold_between_adjacent_floats_still_parts_them():
    for low in np.linspace(0.1, 0.9, 20, dtype="float32"):
        high = np.nextafter(low, np.float32(1))
        threshold = best_threshold([0, 1], np.array([low, high]))
        assert ([low, high] > threshold).tolist() == [False, True]


def test_best_threshold_under_jitter_selects_the_same_films():
    random = np.random.default_rng(0)
    probabilities = random.integers(1, 100, size=300).astype("float32") / 100
    labels = random.random(300) < probabilities
    threshold = best_threshold(labels, probabilities)
    jitter = random.uniform(-1e-5, 1e-5, size=(50, 300)).astype("float32")
    expected = probabilities > threshold
    assert 0 < expected.sum() < 300
    assert (((probabilities + jitter) > threshold) == expected).all()


def test_best_threshold_of_a_genre_without_films_raises():
    with pytest.raises(ValueError, match="at least one film"):
        best_threshold([0, 0], np.float32([0.1, 0.2]))
