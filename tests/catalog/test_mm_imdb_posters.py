import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from mm_imdb_files import as_stored

from keras_genre.catalog.mm_imdb_posters import to_picture


@given(pixels=st.lists(st.tuples(*[st.integers(0, 255)] * 3), min_size=6, max_size=6))
def test_to_picture_gives_pixels_back_within_one_level(pixels):
    pixels = np.array(pixels, "uint8").reshape(2, 3, 3)
    found = to_picture(as_stored(pixels))
    assert found.shape == pixels.shape
    assert np.abs(found.astype(int) - pixels).max() <= 1


def test_to_picture_of_rounded_numbers_is_exact():
    pixels = np.arange(256, dtype="uint8").repeat(3).reshape(16, 16, 3)
    mean = np.array([103.939, 116.779, 123.68])
    rounded = np.rint(pixels[..., ::-1] - mean).astype("int32").transpose(2, 0, 1)
    np.testing.assert_array_equal(to_picture(rounded), pixels)


def test_to_picture_of_numbers_that_are_no_colours_takes_the_nearest():
    values = np.full((3, 1, 2), (-300, 400), "int32")
    np.testing.assert_array_equal(to_picture(values), [[[0] * 3, [255] * 3]])
