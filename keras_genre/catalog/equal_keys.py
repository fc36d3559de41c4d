"""Rows with equal keys, and what hangs together: the two tools of every search for doubles."""

from collections.abc import Iterator

import numpy as np


def pairs_of_equal_keys(keys: np.ndarray, complete_up_to: int = 1) -> Iterator[np.ndarray]:
    """Pair rows whose keys are equal, in a number of pairs that stays linear in the rows.

    A crowd of equal keys is not paired each with each, which would be quadratic: every row is
    paired with the first and with the one before it.

    Args:
        keys: One key a row, of a dtype that sorts.
        complete_up_to: Crowds of at most this many rows are paired each with each all the same.

    Yields:
        Arrays of shape `(pairs, 2)` with row numbers, the smaller one first; each pair once.

    Example:
        >>> list(pairs_of_equal_keys(np.array([7, 5, 7])))[0].tolist()
        [[0, 2]]
    """
    order = np.argsort(keys, kind="stable")
    in_order = keys[order]
    is_first = np.r_[True, in_order[1:] != in_order[:-1]][: len(keys)]
    crowd = np.cumsum(is_first) - 1
    size = np.bincount(crowd)[crowd] if len(keys) else crowd
    first = np.flatnonzero(is_first)[crowd]
    large = np.flatnonzero((size > complete_up_to) & ~is_first)
    yield np.column_stack([order[first[large]], order[large]])
    along = large[~is_first[large - 1]]
    yield np.column_stack([order[along - 1], order[along]])
    small = np.flatnonzero((size > 1) & (size <= complete_up_to))
    for step in range(1, complete_up_to):
        left, right = small[:-step], small[step:]
        same = crowd[left] == crowd[right]
        if not same.any():
            break
        yield np.column_stack([order[left[same]], order[right[same]]])


def connected_groups(num_rows: int, pairs: np.ndarray) -> np.ndarray:
    """Number the groups of rows that pairs connect, directly or through others.

    Args:
        num_rows: How many rows there are.
        pairs: Row numbers of shape `(pairs, 2)`.

    Returns:
        One group number a row, of shape `(num_rows,)`; a row in no pair is a group of its own.

    Example:
        >>> connected_groups(4, np.array([[0, 2], [2, 3]])).tolist()
        [0, 1, 0, 0]
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    edges = coo_array((np.ones(len(pairs), bool), tuple(pairs.T)), shape=(num_rows, num_rows))
    return connected_components(edges, directed=False)[1]
