import io

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from keras_genre.preprocessing import PosterDecoder

SIZE = 24


def picture(seed=0, size=(60, 90)):
    """A smooth coloured picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 3, 3), "uint8")
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


def encode(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


GOOD = [encode(picture(seed), kind) for seed, kind in enumerate(("JPEG", "PNG", "WEBP"))]
JUNK = [b"", b"<html>404 Not Found</html>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0" * 500]

decode = tf.function(PosterDecoder(SIZE), input_signature=[tf.TensorSpec([None], tf.string)])


def decoded(posters):
    answer = decode(tf.constant(posters, tf.string))
    return answer["poster_image"].numpy(), answer["has_poster"].numpy()


@pytest.fixture(scope="module")
def alone():
    """Each good poster as it is when it is alone in its batch."""
    images = [decoded([poster]) for poster in GOOD]
    assert all(mask.tolist() == [True] for _, mask in images)
    return [image[0] for image, _ in images]


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {}),
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "L", {}),
        ("JPEG", "CMYK", {"quality": 95}),
        ("PNG", "RGB", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "P", {}),
        ("PNG", "L", {}),
        ("GIF", "P", {}),
        ("BMP", "RGB", {}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGB", {"lossless": True}),
        ("WEBP", "RGBA", {}),
    ],
)
def test_decoder_of_every_kind_agrees_with_pillow(kind, mode, options):
    content = encode(picture().convert(mode), kind, **options)
    (image,), mask = decoded([content])
    assert mask.tolist() == [True]
    assert image.dtype == "uint8"
    with Image.open(io.BytesIO(content)) as opened:
        resized = opened.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
    difference = np.abs(image.astype(int) - np.asarray(resized, int))
    assert difference.max() <= (12 if mode == "CMYK" else 5)
    assert image.std() > 20


def test_decoder_of_an_animation_takes_the_first_frame():
    first, later = picture(1), Image.new("RGB", (60, 90), "white")
    moving = encode(first, "GIF", save_all=True, append_images=[later, later])
    images, mask = decoded([moving, encode(first, "GIF")])
    assert mask.all()
    np.testing.assert_allclose(images[0].astype(int), images[1], atol=12)
    assert images[0].mean() < 250


def test_decoder_of_a_poster_smaller_than_the_image_enlarges_it():
    (image,), mask = decoded([encode(Image.new("RGB", (1, 1), (9, 99, 199)), "PNG")])
    assert mask.all()
    assert np.unique(image.reshape(-1, 3), axis=0).tolist() == [[9, 99, 199]]


@pytest.mark.parametrize("junk", JUNK)
@pytest.mark.parametrize("place", [0, 1, 3])
def test_decoder_of_junk_gives_a_black_masked_image_and_leaves_its_neighbours(junk, place, alone):
    images, mask = decoded([*GOOD[:place], junk, *GOOD[place:]])
    assert mask.tolist() == [True] * place + [False] + [True] * (3 - place)
    assert not images[place].any()
    np.testing.assert_array_equal(np.delete(images, place, axis=0), alone)


@pytest.mark.parametrize("number", [1, 5])
def test_decoder_of_missing_posters_alone_gives_black_masked_images(number):
    images, mask = decoded([b""] * number)
    assert images.shape == (number, SIZE, SIZE, 3)
    assert not images.any()
    assert not mask.any()


def test_decoder_of_no_films_gives_empty_tensors():
    images, mask = decoded([])
    assert (images.shape, images.dtype) == ((0, SIZE, SIZE, 3), "uint8")
    assert (mask.shape, mask.dtype) == ((0,), "bool")


# Noise fills its files to the end: cut anywhere, something is missing.
_NOISE = Image.fromarray(np.random.default_rng(5).integers(0, 256, (40, 30, 3), "uint8"))
_CUT = [encode(_NOISE, "JPEG"), encode(_NOISE, "PNG"), encode(_NOISE, "WEBP", lossless=True)]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(_CUT), st.floats(0, 0.98))
def test_decoder_of_a_poster_cut_anywhere_masks_it_and_leaves_its_neighbours(alone, content, part):
    cut = content[: int(part * len(content))]
    images, mask = decoded([GOOD[0], cut, GOOD[1]])
    assert mask.tolist() == [True, False, True]
    assert not images[1].any()
    np.testing.assert_array_equal(images[0], alone[0])
    np.testing.assert_array_equal(images[2], alone[1])


def test_decoder_of_uncut_posters_masks_none():
    assert decoded(_CUT)[1].all()


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from([b"", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"RIFF"]),
    st.binary(max_size=120),
)
def test_decoder_of_random_bytes_raises_nothing_and_leaves_its_neighbours(alone, start, rest):
    images, mask = decoded([start + rest, GOOD[2]])
    assert mask[1]
    np.testing.assert_array_equal(images[1], alone[2])
    assert mask[0] or not images[0].any()


def test_decoder_eagerly_and_in_a_dataset_is_as_in_a_function(alone):
    layer = PosterDecoder(SIZE)
    posters = [*GOOD, b"junk"]
    rows = tf.data.Dataset.from_tensor_slices(posters).batch(4).map(layer)
    for answer in (layer(tf.constant(posters)), next(iter(rows))):
        assert answer["has_poster"].numpy().tolist() == [True, True, True, False]
        np.testing.assert_array_equal(answer["poster_image"][:3], alone)


def test_decoder_of_a_symbolic_input_gives_the_shapes_it_has():
    answer = PosterDecoder(SIZE)(keras.Input((), dtype="string"))
    image, mask = answer["poster_image"], answer["has_poster"]
    assert (image.shape, image.dtype) == ((None, SIZE, SIZE, 3), "uint8")
    assert (mask.shape, mask.dtype) == ((None,), "bool")


def test_decoder_of_images_without_pixels_is_refused():
    with pytest.raises(ValueError, match="image_size of at least 1, received 0"):
        PosterDecoder(0)
