from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.data import crew_graph
from keras_genre.data.crew_graph import find_neighbors

NAMES = st.sampled_from("abcdefgh")
FILMS = st.lists(st.tuples(st.lists(NAMES, max_size=5), st.booleans()), max_size=14)


def by_brute_force(crews, candidates, max_neighbors):
    """The same film by film, with exact numbers."""

    def weight(name):
        made = sum(name in crew for crew, is_one in zip(crews, candidates, strict=True) if is_one)
        return Fraction(round(2**20 / np.log2(1 + made))) if 0 < made <= MOST_FILMS else 0

    found = np.full((len(crews), max_neighbors), -1)
    for film, crew in enumerate(crews):
        closeness = {
            other: sum(weight(name) for name in set(crew) & set(crews[other]))
            for other in range(len(crews))
            if candidates[other] and other != film
        }
        closest = sorted((-sum_, other) for other, sum_ in closeness.items() if sum_)
        for place, (_, other) in enumerate(closest[:max_neighbors]):
            found[film, place] = other
    return found


MOST_FILMS = 6


@pytest.fixture(autouse=True, scope="module")
def small_numbers():
    """Limits that films as few as these reach."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew_graph, "_MOST_FILMS", MOST_FILMS)
        patch.setattr(crew_graph, "_PAIRS", 7)
        yield


@given(FILMS, st.integers(1, 5))
@settings(max_examples=300, deadline=None)
def test_neighbors_are_those_of_the_definition(films, max_neighbors):
    crews = [crew for crew, _ in films]
    candidates = np.array([is_one for _, is_one in films], bool)
    found = find_neighbors(crews, candidates, max_neighbors)
    expected = by_brute_force(crews, candidates, max_neighbors)
    np.testing.assert_array_equal(found, expected)


@given(FILMS, st.integers(1, 5))
@settings(max_examples=50, deadline=None)
def test_neighbors_of_candidates_do_not_hang_on_any_other_film(films, max_neighbors):
    crews = [crew for crew, is_one in films if is_one]
    alone = find_neighbors(crews, np.ones(len(crews), bool), max_neighbors)
    further = [crew for crew, is_one in films if not is_one]
    candidates = np.arange(len(films)) < len(crews)
    together = find_neighbors(crews + further, candidates, max_neighbors)
    np.testing.assert_array_equal(together[: len(crews)], alone)


def test_neighbors_rare_member_shared_comes_before_a_frequent_one():
    crews = [["Rare", "Often"], ["Often"], ["Often"], ["Rare"], ["Rare", "Often"]]
    found = find_neighbors(crews, np.array([False, True, True, True, True]), 4)
    assert found[0].tolist() == [4, 3, 1, 2]


def test_neighbors_names_in_another_order_or_twice_change_nothing():
    crews = [["Ann", "Bo", "Cy"], ["Bo", "Cy"], ["Ann"], ["Cy", "Ann"]]
    shuffled = [["Cy", "Ann", "Bo", "Ann"], ["Cy", "Bo", "Bo"], ["Ann"], ["Ann", "Cy"]]
    every = np.ones(4, bool)
    np.testing.assert_array_equal(
        find_neighbors(shuffled, every, 3), find_neighbors(crews, every, 3)
    )


def test_neighbors_without_crew_or_candidates_are_none():
    assert (find_neighbors([[], ["Ann"], []], np.ones(3, bool), 2) == -1).all()
    assert (find_neighbors([["Ann"], ["Ann"]], np.zeros(2, bool), 2) == -1).all()
    assert find_neighbors([], np.zeros(0, bool), 2).shape == (0, 2)


@pytest.mark.parametrize(
    ("candidates", "max_neighbors", "message"),
    [
        ([True, False], 0, "max_neighbors of at least 1, received 0"),
        ([True], 1, r"bool of shape \(2,\), one a film, received bool of shape \(1,\)"),
        ([0, 1], 1, "received int64 of shape"),
    ],
)
def test_neighbors_of_wrong_arguments_are_refused(candidates, max_neighbors, message):
    with pytest.raises(ValueError, match=message):
        find_neighbors([["Ann"], ["Bo"]], candidates, max_neighbors)


def test_neighbors_of_films_that_one_name_made_all_of_take_no_square():
    crews = [["Unknown", f"Person {number // 2}"] for number in range(20_000)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew_graph, "_MOST_FILMS", 500)
        patch.setattr(crew_graph, "_PAIRS", 1 << 22)
        found = find_neighbors(crews, np.ones(20_000, bool), 8)
    np.testing.assert_array_equal(found[:, 0], np.arange(20_000) ^ 1)
    assert (found[:, 1:] == -1).all()
