import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.equal_keys import connected_groups, pairs_of_equal_keys


def pair_set(keys, complete_up_to):
    found = [
        tuple(pair)
        for pairs in pairs_of_equal_keys(np.array(keys, dtype=np.int64), complete_up_to)
        for pair in pairs.tolist()
    ]
    assert len(set(found)) == len(found)
    return set(found)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=20), st.sampled_from([1, 3, 100]))
def test_pairs_of_equal_keys_connect_exactly_the_rows_of_equal_keys(keys, complete_up_to):
    found = pair_set(keys, complete_up_to)
    assert all(i < j and keys[i] == keys[j] for i, j in found)
    groups = connected_groups(len(keys), np.array(sorted(found), dtype=np.int64).reshape(-1, 2))
    for i, key in enumerate(keys):
        assert [groups[i] == group for group in groups] == [key == other for other in keys]


def test_pairs_of_equal_keys_of_small_crowds_are_all_pairs():
    keys = [1, 2, 1, 1, 2]
    assert pair_set(keys, 3) == {(0, 2), (0, 3), (2, 3), (1, 4)}


@pytest.mark.parametrize("size", [50, 500])
def test_pairs_of_equal_keys_of_a_large_crowd_stay_linear(size):
    assert len(pair_set([7] * size, 16)) == 2 * size - 3


def test_connected_groups_of_no_pairs_are_the_rows():
    assert connected_groups(3, np.empty((0, 2), np.int64)).tolist() == [0, 1, 2]
