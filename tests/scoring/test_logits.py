import numpy as np
import pytest

from keras_genre.scoring.logits import from_logits, to_logits


def test_from_logits_of_to_logits_gives_the_probability():
    probabilities = np.array([1e-6, 0.01, 0.5, 0.9, 0.999], "float32")
    np.testing.assert_allclose(from_logits(to_logits(probabilities)), probabilities, rtol=1e-5)


def test_to_logits_of_certain_probabilities_is_bounded():
    assert to_logits([0.0, 1.0]) == pytest.approx([-13.8155, 6.9068], abs=1e-3)


def test_from_logits_of_huge_logits_does_not_overflow():
    assert from_logits([-1e4, 0, 1e4]).tolist() == [0.0, 0.5, 1.0]
