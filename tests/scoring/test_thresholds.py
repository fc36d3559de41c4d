import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from keras_genre.scoring.logits import from_logits
from keras_genre.scoring.thresholds import (
    best_threshold,
    best_top_k,
    only_top_k,
    promised_threshold,
    shrunk_threshold,
)

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


def drawn(films, mean, seed):
    """True probabilities of one genre, and labels drawn from them."""
    random = np.random.default_rng(seed)
    probabilities = from_logits(random.normal(mean, 2, films))
    return (random.random(films) < probabilities).astype("uint8"), probabilities


def test_promised_threshold_of_true_probabilities_is_the_best_on_many_films():
    labels, probabilities = drawn(200_000, -2, 0)
    threshold = promised_threshold(probabilities)
    assert threshold == pytest.approx(best_threshold(labels, probabilities), abs=0.02)
    best = f1(labels, probabilities, best_threshold(labels, probabilities))
    assert f1(labels, probabilities, threshold) == pytest.approx(best, abs=1e-3)


def test_promised_threshold_of_impossible_probabilities_is_zero():
    assert promised_threshold(np.zeros(3, "float32")) == 0


@pytest.mark.parametrize("films", [[], [1.0], [0.0], [0.2, 0.3]])
def test_shrunk_threshold_without_labels_is_the_promise(films):
    probabilities = np.array([*films, 0.4], "float32")
    labels = np.zeros(len(probabilities))
    assert shrunk_threshold(labels, probabilities) == promised_threshold(probabilities)


def test_shrunk_threshold_lies_between_the_promise_and_the_own_one():
    labels = np.array([0] * 8 + [1, 0])
    probabilities = np.linspace(0.01, 0.9, 10).astype("float32")
    low, high = sorted([best_threshold(labels, probabilities), promised_threshold(probabilities)])
    assert low < shrunk_threshold(labels, probabilities) < high
    # One film moves it little, and many films much.
    promised = promised_threshold(probabilities)
    moved = [
        abs(shrunk_threshold(np.tile(labels, n), np.tile(probabilities, n)) - promised)
        for n in (1, 400)
    ]
    assert moved[0] < 0.02
    assert moved[1] > 0.9 * (high - low)


@pytest.mark.parametrize(("mean", "least_gain"), [(-6, 0.015), (-1, -0.002)])
def test_shrunk_threshold_on_new_films_helps_rare_genres_and_harms_no_frequent_one(
    mean, least_gain
):
    """400 films, of which about 7 or 150 have the genre."""
    new_labels, new_probabilities = drawn(20_000, mean, 999)
    gains = []
    for seed in range(40):
        labels, probabilities = drawn(400, mean, seed)
        if labels.any():
            own, shrunk = (
                f1(new_labels, new_probabilities, find(labels, probabilities))
                for find in (best_threshold, shrunk_threshold)
            )
            gains.append(shrunk - own)
    assert np.mean(gains) > least_gain


def test_only_top_k_takes_the_highest_and_of_equal_ones_the_first():
    probabilities = np.array([[0.1, 0.5, 0.5, 0.2], [0.3, 0.3, 0.3, 0.3]])
    assert only_top_k(probabilities, 1).tolist() == [[0, 1, 0, 0], [1, 0, 0, 0]]
    assert only_top_k(probabilities, 2).tolist() == [[0, 1, 1, 0], [1, 1, 0, 0]]
    assert only_top_k(probabilities[0], 3).tolist() == [0, 1, 1, 1]
    assert only_top_k(probabilities, 9).all()


def test_best_top_k_beats_every_number_and_floor_of_a_grid():
    random = np.random.default_rng(0)
    labels = (random.random((60, 6)) < 0.3).astype("uint8")
    probabilities = ((labels + random.random(labels.shape)) / 2).astype("float32")

    def micro_f1(k, floor):
        return f1(labels, np.where(only_top_k(probabilities, k), probabilities, 0), floor)

    best = micro_f1(*best_top_k(labels, probabilities))
    grid = [micro_f1(k, floor) for k in range(1, 6) for floor in np.linspace(0, 1, 41)]
    assert best >= max(grid)


def test_best_top_k_of_films_with_one_genre_each_is_one():
    labels = np.eye(4, dtype="uint8")
    probabilities = np.where(labels, 0.6, 0.5).astype("float32")
    k, floor = best_top_k(labels, probabilities)
    assert k == 1
    assert floor < 0.6
