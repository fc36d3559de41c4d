import io
import os
import subprocess
import sys
import zlib
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import encode, exif, noise, png, png_chunk, with_scans, with_segments
from PIL import Image

from keras_genre.preprocessing import PosterDecoder

SIZE = 24


def picture(seed=0, size=(60, 90)):
    """A smooth coloured picture."""
    pixels = np.random.default_rng(seed).integers(0, 256, (4, 3, 3), "uint8")
    return Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)


GOOD = [encode(picture(seed), kind) for seed, kind in enumerate(("JPEG", "PNG", "WEBP"))]
JUNK = [b"", b"<html>404 Not Found</html>", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0" * 500]

# Without autograph, as when a model is exported.
decode = tf.function(
    PosterDecoder(SIZE), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)

decode_stored = tf.function(
    PosterDecoder(SIZE).decode_stored,
    input_signature=[tf.TensorSpec([None], tf.string)],
    autograph=False,
)


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


_CUT = [
    encode(noise(), "JPEG"),
    encode(noise(), "PNG"),
    encode(noise(), "GIF"),
    encode(noise(), "BMP"),
    encode(noise(), "WEBP", lossless=True),
]


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


_EXIF = (0xE1, exif(6))
_WHOLE = [
    with_segments(encode(picture()), _EXIF),
    encode(picture(), "JPEG", progressive=True),
    encode(picture(), "PNG", exif=_EXIF[1][6:]),
    encode(picture(), "GIF", save_all=True, append_images=[picture(1)]),
    encode(picture(), "BMP"),
    encode(picture().convert("P"), "BMP"),
    encode(picture(), "WEBP", exif=_EXIF[1][6:]),
    encode(picture(), "WEBP", lossless=True),
    encode(picture(), "WEBP", save_all=True, append_images=[picture(1)]),
]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(_WHOLE),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
    st.floats(0.5, 1),
)
def test_decoder_of_damaged_bytes_raises_nothing_and_leaves_its_neighbours(
    alone, content, changes, part
):
    damaged = bytearray(content)
    for place, value in changes:
        # To the fourth power, so that headers are hit most.
        damaged[int(place**4 * (len(damaged) - 1))] = value
    damaged = bytes(damaged)[: int(np.ceil(part * len(damaged)))]
    images, mask = decoded([GOOD[0], damaged, GOOD[1]])
    assert mask[[0, 2]].all()
    np.testing.assert_array_equal(images[[0, 2]], alone[:2])
    assert mask[1] or not images[1].any()


@pytest.mark.parametrize("length", range(1, 60))
def test_decoder_of_the_first_bytes_alone_masks_them(length):
    _, mask = decoded([content[:length] for content in _WHOLE])
    assert not mask.any()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "L", {}),
        ("PNG", "1", {}),
        ("GIF", "P", {}),
        ("BMP", "L", {}),
        ("WEBP", "RGB", {"lossless": True, "quality": 0, "method": 0}),
    ],
)
def test_decoder_of_more_than_50_megapixels_masks_them(kind, mode, options, alone):
    huge = encode(Image.new(mode, (10_000, 5001), 1), kind, **options)
    images, mask = decoded([GOOD[0], huge, GOOD[1]])
    assert mask.tolist() == [True, False, True]
    np.testing.assert_array_equal(images[[0, 2]], alone[:2])


@pytest.mark.parametrize(("kind", "mode"), [("JPEG", "L"), ("PNG", "1")])
def test_decoder_of_50_megapixels_reads_them(kind, mode):
    (image,), mask = decoded([encode(Image.new(mode, (10_000, 5000), 255), kind)])
    assert mask.all()
    assert (image == 255).all()


def test_decoder_of_too_many_scans_masks_them():
    jpeg = encode(picture(), progressive=True)
    _, mask = decoded([with_scans(jpeg, 51), with_scans(jpeg, 50), jpeg])
    assert mask.tolist() == [False, True, True]


def test_decoder_of_many_bombs_uses_little_memory(tmp_path):
    side, frame = 12_000, encode(Image.new("P", (4000, 4000)), "GIF")
    place = frame.index(b",", 13)
    text = png_chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(7_900_000))) * 4
    bombs = {
        "png": png([bytes(side // 8)] * side, side, side, 1, 0),
        "text.png": png([bytes(9)], 3, 1, 8, 2, text),
        "gif": frame[:-1] + frame[place:-1] * 30 + b";",
        "jpeg": encode(Image.new("L", (side, side)), "JPEG", optimize=False),
        "large.jpeg": encode(Image.new("L", (10_000, 5000)), "JPEG"),
    }
    assert max(map(len, bombs.values())) < 7_000_000
    for name, content in bombs.items():
        (tmp_path / name).write_bytes(content)
    code = Path(__file__).with_name("decode_in_bounds.py")
    done = subprocess.run(
        [sys.executable, code, *(tmp_path / name for name in bombs)],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    mask, stored_mask, megabytes = done.stdout.split()
    assert mask == "01101"
    assert stored_mask == "00001"
    assert float(megabytes) < 100


def decoded_stored(posters):
    answer = decode_stored(tf.constant(posters, tf.string))
    return answer["poster_image"].numpy(), answer["has_poster"].numpy()


def test_decoder_of_stored_posters_gives_the_images_that_a_call_gives():
    stored = [
        encode(picture(0)),
        encode(picture(1, (700, 300)), quality=95),
        encode(picture(2).convert("L")),
        encode(picture(3), progressive=True),
        b"",
        encode(noise(), subsampling=0),
        encode(Image.new("RGB", (1, 1), "red")),
    ]
    images, mask = decoded_stored(stored)
    assert mask.tolist() == [content != b"" for content in stored]
    for answer, expected in zip((images, mask), decoded(stored), strict=True):
        np.testing.assert_array_equal(answer, expected)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 0.98), st.integers(0, 300), st.integers(0, 255))
def test_decoder_of_damaged_stored_posters_answers_as_a_call_does(part, place, value):
    cut = _CUT[0][: int(part * len(_CUT[0]))]
    changed = bytearray(GOOD[0])
    changed[3 + place] = value  # still a JPEG by its first bytes, perhaps turned by its EXIF
    posters = [cut, GOOD[0], bytes(changed), with_scans(_WHOLE[1], 51), *JUNK]
    for answer, expected in zip(decoded_stored(posters), decoded(posters), strict=True):
        np.testing.assert_array_equal(answer, expected)


def test_decoder_of_stored_posters_masks_formats_that_are_never_stored():
    images, mask = decoded_stored([*_CUT, *GOOD])
    assert mask.tolist() == [True, False, False, False, False, True, False, False]
    assert not images[~mask].any()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_decoder_of_a_huge_stored_poster_masks_it():
    huge = encode(Image.new("L", (10_000, 5001)))
    assert decoded_stored([GOOD[0], huge])[1].tolist() == [True, False]


def test_decoder_eagerly_and_in_a_dataset_is_as_in_a_function(alone):
    layer = PosterDecoder(SIZE)
    posters = [*GOOD, b"junk"]
    rows = tf.data.Dataset.from_tensor_slices(posters).batch(4).map(layer)
    for answer in (layer(tf.constant(posters)), next(iter(rows))):
        assert answer["has_poster"].numpy().tolist() == [True, True, True, False]
        np.testing.assert_array_equal(answer["poster_image"][:3], alone)


def test_decoder_that_was_saved_reads_every_kind_as_before(tmp_path):
    module = tf.Module()
    module.layer, module.decode = PosterDecoder(SIZE), decode
    tf.saved_model.save(module, str(tmp_path / "saved"))
    loaded = tf.saved_model.load(str(tmp_path / "saved")).decode
    posters = tf.constant([*_WHOLE, *GOOD, *JUNK])
    expected = decode(posters)
    for name, value in loaded(posters).items():
        np.testing.assert_array_equal(value, expected[name])
    assert expected["has_poster"].numpy().sum() == len(_WHOLE) - 1 + len(GOOD)


def test_decoder_of_a_symbolic_input_gives_the_shapes_it_has():
    answer = PosterDecoder(SIZE)(keras.Input((), dtype="string"))
    image, mask = answer["poster_image"], answer["has_poster"]
    assert (image.shape, image.dtype) == ((None, SIZE, SIZE, 3), "uint8")
    assert (mask.shape, mask.dtype) == ((None,), "bool")


def test_decoder_of_images_without_pixels_is_refused():
    with pytest.raises(ValueError, match="image_size of at least 1, received 0"):
        PosterDecoder(0)
