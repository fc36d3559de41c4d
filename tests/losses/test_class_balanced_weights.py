import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keras_genre.losses import class_balanced_weights

counts = st.lists(st.integers(1, 100_000), min_size=1, max_size=8)


@given(counts, st.floats(0.0, 0.99999))
def test_weights_equal_the_formula_written_out(film_counts, beta):
    # beta^n as a sum of a geometric series, which needs no small difference.
    effective = np.array([1 + sum_of_powers(beta, n) for n in film_counts])
    expected = (1 / effective) / (1 / effective).mean()
    received = class_balanced_weights(film_counts, beta)
    np.testing.assert_allclose(received, expected, rtol=1e-4)
    assert received.mean() == pytest.approx(1.0, rel=1e-5)


def sum_of_powers(beta, n):
    return (beta ** np.arange(1, min(n, 3_000_000))).sum()


@given(counts)
def test_weights_of_beta_zero_are_all_one_and_those_near_one_go_by_the_number(film_counts):
    np.testing.assert_array_equal(class_balanced_weights(film_counts, 0.0), 1.0)
    weights = class_balanced_weights(film_counts, 1 - 1e-9)
    inverse = 1 / np.array(film_counts)
    np.testing.assert_allclose(weights, inverse / inverse.mean(), rtol=1e-3)


@pytest.mark.parametrize(
    ("film_counts", "beta", "message"),
    [
        ([3, 0], 0.9, "at least one film a genre"),
        ([], 0.9, "at least one film a genre"),
        ([3], 1.0, "beta of at least 0 and below 1, received 1.0"),
    ],
)
def test_weights_of_unsound_arguments_refused(film_counts, beta, message):
    with pytest.raises(ValueError, match=message):
        class_balanced_weights(film_counts, beta)
