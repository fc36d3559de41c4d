import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.preprocessing.square_resizing import resize_square


def check_as_tensorflow(height, width, size):
    image = np.random.default_rng(height + width).integers(0, 256, (height, width, 3), "uint8")
    expected = tf.image.resize(image, (size, size), antialias=True)
    np.testing.assert_array_equal(resize_square(image, size), expected)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 90), st.integers(1, 90), st.integers(1, 70))
def test_resizing_of_any_size_is_to_the_bit_as_tensorflow_does_it(height, width, size):
    check_as_tensorflow(height, width, size)


@pytest.mark.parametrize("size", [64, 224])
def test_resizing_of_a_poster_is_to_the_bit_as_tensorflow_does_it(size):
    check_as_tensorflow(288, 192, size)
