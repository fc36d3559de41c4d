import io
import subprocess
import sys

import numpy as np
import pytest
from picture_files import (
    CORNERS,
    claiming,
    encode,
    exif,
    noise,
    picture,
    stored,
    with_scans,
    with_segments,
    without_segment,
)
from PIL import Image

from keras_genre.pictures import MAX_PIXELS, check_size, is_upright, open_picture, upright_rgb


def shown(content):
    """The picture that `upright_rgb` makes of a file."""
    with open_picture(content) as image:
        return upright_rgb(image)


def corners(image):
    pixels = np.asarray(image, int)
    return pixels[4 :: pixels.shape[0] - 9, 4 :: pixels.shape[1] - 9]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_open_picture_of_a_known_kind_gives_it(kind):
    with open_picture(encode(picture(), kind)) as image:
        assert image.size == (40, 60)
        image.load()


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", encode(picture(), "TIFF"), encode(picture(), "ICO"), b"%!PS-Adobe-3.0\n"],
    ids=["empty", "html", "TIFF", "ICO", "PostScript"],
)
def test_open_picture_of_another_kind_is_refused(content):
    with (
        pytest.raises(ValueError, match="expected a JPEG, PNG, GIF, BMP or WebP file"),
        open_picture(content),
    ):
        pytest.fail("was opened")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_open_picture_that_is_cut_raises_a_value_error_when_it_is_decoded(kind):
    content = encode(noise(), kind)
    with (
        pytest.raises(ValueError, match=r"."),
        open_picture(content[: len(content) * 2 // 3]) as image,
    ):
        image.load()


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "VP8", "VP8L"])
def test_open_picture_that_claims_too_much_is_refused_before_it_is_decoded(kind):
    with (
        pytest.raises(ValueError, match="claims 12000x9000 pixels, more than 50 million"),
        open_picture(claiming(kind, 12_000, 9000)),
    ):
        pytest.fail("was opened")


def test_open_picture_of_too_many_scans_is_refused():
    jpeg = encode(picture(), progressive=True)
    with open_picture(with_scans(jpeg, 50)) as image:
        image.load()
    with (
        pytest.raises(ValueError, match="more than 50 scans"),
        open_picture(with_scans(jpeg, 51)),
    ):
        pytest.fail("was opened")


def test_check_size_at_the_limit_lets_it_pass():
    class Claim:
        height = 5000

        def __init__(self, width):
            self.width = width

    assert MAX_PIXELS == 50_000_000
    check_size(Claim(10_000))
    with pytest.raises(ValueError, match="claims 10001x5000 pixels"):
        check_size(Claim(10_001))


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_upright_rgb_turns_as_exif_says(orientation, order):
    turned = encode(stored(picture(), orientation), quality=95)
    content = with_segments(turned, (0xE1, exif(orientation, order)))
    with open_picture(content) as image:
        assert is_upright(image) == (orientation == 1)
    np.testing.assert_allclose(corners(shown(content)), CORNERS, atol=10)


def test_upright_rgb_believes_no_xmp():
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><r tiff:Orientation="6"/></x:xmpmeta>'
    content = with_segments(encode(picture(), quality=95), (0xE1, xmp))
    with Image.open(io.BytesIO(content)) as image:
        assert image.getexif()[0x0112] == 6
    np.testing.assert_allclose(corners(shown(content)), CORNERS, atol=10)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning:PIL")
@pytest.mark.parametrize(
    "block", [b"Exif\0\0", b"Exif\0\0" + bytes(40), exif(0), exif(9), exif(6, directory=2**32 - 1)]
)
def test_upright_rgb_of_a_damaged_exif_block_turns_nothing(block):
    content = with_segments(encode(picture(), quality=95), (0xE1, block))
    np.testing.assert_allclose(corners(shown(content)), CORNERS, atol=10)


def test_upright_rgb_of_cmyk_with_and_without_the_adobe_marker_is_the_same():
    cmyk = picture().convert("CMYK")
    adobe = encode(cmyk, quality=95)
    inverted = Image.fromarray(255 - np.asarray(cmyk), "CMYK")
    plain = without_segment(encode(inverted, quality=95), 0xEE)
    for content in (adobe, plain):
        np.testing.assert_allclose(corners(shown(content)), CORNERS, atol=12)


def test_upright_rgb_of_16_bits_of_grey_keeps_its_brightness():
    grey = Image.fromarray(np.full((4, 4), 30_000, "uint16"))
    for image in (grey, shown(encode(grey, "PNG"))):
        np.testing.assert_allclose(upright_rgb(image), 30_000 / 257, atol=1)


@pytest.mark.parametrize(
    ("kind", "options", "color"),
    [
        ("PNG", {}, (204, 51, 51)),
        ("WEBP", {"lossless": True, "exact": True}, (204, 51, 51)),
        ("GIF", {}, (0, 0, 0)),
    ],
)
def test_upright_rgb_of_transparency_shows_what_lies_beneath(kind, options, color):
    image = picture().convert("RGBA")
    image.paste((204, 51, 51, 0), (0, 0, 20, 30))
    result = shown(encode(image, kind, **options))
    assert result.mode == "RGB"
    assert result.getpixel((5, 5)) == color
    assert result.getpixel((35, 5)) == (51, 204, 51)


def test_pictures_need_no_tensorflow():
    code = "import sys, keras_genre.pictures; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
