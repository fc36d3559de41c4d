import io

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from picture_files import CORNERS, claiming, encode, noise, picture, stored
from PIL import Image

from keras_genre.data.poster_files import read_poster


def corners(content):
    """The colours near the corners, int of shape (2, 2, 3)."""
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "JPEG"
        assert image.mode == "RGB"
        pixels = np.asarray(image, int)
    return pixels[4 :: pixels.shape[0] - 9, 4 :: pixels.shape[1] - 9]


@pytest.fixture
def read(tmp_path):
    def read(content, size=448):
        path = tmp_path / "poster"
        path.write_bytes(content)
        return read_poster(path, size)

    return read


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_read_poster_of_a_small_jpeg_keeps_its_bytes(read, mode):
    content = encode(picture().convert(mode), quality=70)
    assert read(content, size=40) == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("before", "after"), [((90, 150), (60, 100)), ((150, 90), (100, 60)), ((61, 61), (60, 60))]
)
def test_read_poster_of_a_big_poster_reduces_its_short_side(read, kind, before, after):
    content = read(encode(picture(*before), kind), size=60)
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == after
    np.testing.assert_allclose(corners(content), CORNERS, atol=12)


def test_read_poster_of_a_huge_jpeg_reduces_it_exactly(read):
    with Image.open(io.BytesIO(read(encode(picture(1700, 2500)), size=100))) as image:
        assert image.size == (100, 147)


def test_read_poster_of_a_very_long_poster_keeps_a_pixel(read):
    with Image.open(io.BytesIO(read(encode(picture(3000, 2), "PNG"), size=1))) as image:
        assert image.size == (1500, 1)


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("RGB", "PNG"),
        ("RGBA", "PNG"),
        ("P", "PNG"),
        ("P", "GIF"),
        ("RGB", "BMP"),
        ("RGB", "WEBP"),
        ("CMYK", "JPEG"),
    ],
)
def test_read_poster_of_another_kind_becomes_an_rgb_jpeg(read, mode, kind):
    content = read(encode(picture().convert(mode), kind))
    assert content.startswith(b"\xff\xd8")
    np.testing.assert_allclose(corners(content), CORNERS, atol=25)


def test_read_poster_of_16_bit_grey_keeps_its_brightness(read):
    grey = np.tile(np.array([[1000, 30_000], [45_000, 65_535]], "uint16").repeat(20, 0), (1, 20))
    with Image.open(io.BytesIO(read(encode(Image.fromarray(grey), "PNG")))) as image:
        assert np.asarray(image).mean() == pytest.approx(grey.mean() / 257, abs=2)


def test_read_poster_of_an_animation_takes_the_first_frame(read):
    later = Image.new("RGB", (40, 60), "white")
    content = encode(picture(), "GIF", save_all=True, append_images=[later, later])
    np.testing.assert_allclose(corners(read(content)), CORNERS, atol=25)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_read_poster_with_an_exif_orientation_is_turned_upright(read, orientation, kind):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = read(encode(stored(picture(), orientation), kind, exif=exif))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (40, 60)
        assert image.getexif().get(0x0112, 1) == 1
    np.testing.assert_allclose(corners(content), CORNERS, atol=25)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<!DOCTYPE html><html><body>404</body></html>",
        b"\xff\xd8\xff\xe0",
        b"\0" * 1000,
        encode(picture(), "TIFF"),
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    ],
)
def test_read_poster_of_no_picture_is_refused(read, content):
    with pytest.raises(ValueError, match="poster is no readable picture"):
        read(content)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_read_poster_of_a_truncated_picture_is_refused(read, kind, part):
    content = encode(noise(), kind)
    with pytest.raises(ValueError, match="no readable picture"):
        read(content[: int(part * len(content))])


def test_read_poster_that_is_not_there_is_refused(tmp_path):
    for path in (tmp_path / "gone.jpg", tmp_path):
        with pytest.raises(ValueError, match="no readable picture"):
            read_poster(path, 448)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(
    ("width", "height", "message"),
    [
        (10_000, 5_001, "claims 10000x5001 pixels, more than 50 million"),
        (10_000, 10_000, "claims 10000x10000 pixels"),
        (60_000, 60_000, "exceeds limit"),
    ],
)
def test_read_poster_of_a_bomb_is_refused_by_its_header(read, width, height, message):
    with pytest.raises(ValueError, match=message):
        read(claiming("PNG", width, height))


_EXIF = Image.Exif()
_EXIF[0x0112] = 6
_EXIF[0x010E] = "a description"
_SOURCES = [
    encode(picture(), "JPEG", exif=_EXIF),
    encode(picture(), "PNG", exif=_EXIF),
    encode(picture(), "GIF"),
    encode(picture(), "BMP"),
    encode(picture(), "WEBP", exif=_EXIF),
]


@pytest.mark.filterwarnings("ignore:::PIL")
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(_SOURCES),
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_read_poster_of_damaged_bytes_gives_a_jpeg_or_a_value_error(read, content, changes):
    damaged = bytearray(content)
    for place, value in changes:
        # Squared, so that headers are hit most.
        damaged[int(place**2 * (len(damaged) - 1))] = value
    try:
        poster = read(bytes(damaged))
    except ValueError:
        return
    assert poster.startswith(b"\xff\xd8")


def decibels(image, other):
    """Peak signal-to-noise ratio of two pictures of the same size."""
    error = np.asarray(image, float) - np.asarray(other, float)
    return 10 * np.log10(255**2 / np.mean(error**2))


def lettered(width, height):
    """A picture with what reduction spoils first: thin lines, edges and grain."""
    rows, columns = np.mgrid[:height, :width]
    waves = np.sin(columns**2 / width / 3) * np.sin(rows**2 / height / 5)
    letters = ((columns // 7) % 3 == 0) & ((rows // 40) % 2 == 0)
    grain = np.random.default_rng(0).normal(0, 6, (height, width, 3))
    shade = np.where(letters, 240, 110 + 80 * waves)[..., None] * [1.0, 0.8, 0.6]
    return Image.fromarray(np.clip(shade + grain, 0, 255).astype("uint8"))


@pytest.mark.parametrize("size", [(1000, 1500), (900, 1350), (1800, 2700)])
def test_read_poster_of_a_big_jpeg_loses_no_more_than_its_encoding_does(read, size):
    """Decoded at its full scale and encoded once is the measure, seen at a model's size."""
    original = encode(lettered(*size), quality=92)
    with Image.open(io.BytesIO(original)) as image:
        whole = image.convert("RGB")
    fitted = whole.resize(
        [round(side * 448 / min(size)) for side in size], Image.Resampling.LANCZOS
    )
    slow, fast = (
        [decibels(picture, fitted), decibels(_halved(picture), _halved(fitted))]
        for picture in (_decoded(encode(fitted, quality=90)), _decoded(read(original, 448)))
    )
    assert fast[0] > slow[0] - 2.5
    assert fast[1] > slow[1] - 0.5


def _decoded(content):
    with Image.open(io.BytesIO(content)) as image:
        return image.convert("RGB")


def _halved(image):
    return image.resize([side // 2 for side in image.size], Image.Resampling.BILINEAR)
