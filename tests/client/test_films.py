import io
import subprocess
import sys

import numpy as np
import pytest
from picture_files import CORNERS, claiming, encode, exif, noise, picture, with_segments
from PIL import Image

from keras_genre.client.films import film_batches, read_poster
from keras_genre.errors import InvalidRequestError


def corners(content):
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "RGB"
        pixels = np.asarray(image, int)
    return pixels[4 :: pixels.shape[0] - 9, 4 :: pixels.shape[1] - 9]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_read_poster_of_what_models_read_keeps_its_bytes(kind, tmp_path):
    content = encode(noise(), kind)
    path = tmp_path / "poster"
    path.write_bytes(content)
    for poster in (content, path, str(path)):
        assert read_poster(poster) == content


@pytest.mark.parametrize("poster", [None, "", b""])
def test_read_poster_that_is_missing_is_empty(poster):
    assert read_poster(poster) == b""


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("GIF", {}),
        ("BMP", {}),
        ("GIF", {"save_all": True, "append_images": [Image.new("RGB", (40, 60))]}),
        ("PNG", {"save_all": True, "append_images": [Image.new("RGB", (40, 60))]}),
        ("WEBP", {"save_all": True, "append_images": [Image.new("RGB", (40, 60))]}),
    ],
)
def test_read_poster_of_what_models_may_read_otherwise_becomes_a_png(kind, options):
    content = read_poster(encode(picture(), kind, **options))
    assert content.startswith(b"\x89PNG")
    np.testing.assert_allclose(corners(content), CORNERS, atol=8)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "CMYK", "HSV"])
def test_read_poster_of_a_pillow_image_keeps_its_pixels(mode):
    image = picture().convert(mode)
    content = read_poster(image)
    assert image.mode == mode
    np.testing.assert_allclose(corners(content), CORNERS, atol=4)


def test_read_poster_of_a_pillow_image_that_is_not_upright_is_turned():
    content = with_segments(encode(picture(60, 40)), (0xE1, exif(6)))
    with (
        Image.open(io.BytesIO(content)) as image,
        Image.open(io.BytesIO(read_poster(image))) as sent,
    ):
        assert sent.size == (40, 60)


def test_read_poster_of_a_huge_pillow_image_is_refused():
    with pytest.raises(
        InvalidRequestError, match=r"Pillow image .* 10000x5001 pixels, more than 50"
    ):
        read_poster(Image.new("1", (10_000, 5001)))


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "VP8", "VP8L"])
def test_read_poster_of_a_bomb_is_refused_by_its_header(kind, tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(claiming(kind, 10_000, 6000))
    with pytest.raises(
        InvalidRequestError, match=r"bomb\.png .*claims 10000x6000 pixels, more than 50 million"
    ):
        read_poster(path)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "WEBP"])
def test_read_poster_that_is_cut_is_refused(kind):
    content = encode(noise(), kind)[:-300]
    with pytest.raises(InvalidRequestError, match="The poster given as bytes cannot be read"):
        read_poster(content)


def test_read_poster_of_a_jpeg_with_more_behind_its_end_keeps_its_bytes():
    content = encode(noise(), "JPEG") + b"\0\0tail"
    assert read_poster(content) == content


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_read_poster_of_a_pillow_image_whose_file_is_cut_is_refused(kind):
    with (
        Image.open(io.BytesIO(encode(noise(), kind)[:-300])) as image,
        pytest.raises(InvalidRequestError, match="The poster given as a Pillow image"),
    ):
        read_poster(image)


def test_read_poster_of_a_pillow_image_that_is_closed_is_refused():
    with Image.open(io.BytesIO(encode(noise()))) as image:
        pass
    with pytest.raises(InvalidRequestError, match="The poster given as a Pillow image"):
        read_poster(image)


@pytest.mark.parametrize("content", [b"<html>", encode(noise(), "TIFF")])
def test_read_poster_of_no_picture_says_what_is_expected(content):
    with pytest.raises(InvalidRequestError, match="expected a JPEG, PNG, GIF, BMP or WebP file"):
        read_poster(content)


def test_read_poster_of_a_folder_is_refused(tmp_path):
    with pytest.raises(InvalidRequestError, match="cannot be read as a picture"):
        read_poster(tmp_path)


def test_read_poster_of_a_file_that_is_not_there_names_it(tmp_path):
    with pytest.raises(InvalidRequestError, match=r"There is no poster file .*gone\.jpg"):
        read_poster(tmp_path / "gone.jpg")


@pytest.mark.parametrize("poster", [3, [b"bytes"], np.zeros((2, 2, 3), "uint8")])
def test_read_poster_of_something_else_is_refused(poster):
    with pytest.raises(ValueError, match="path or bytes or a Pillow image"):
        read_poster(poster)


def test_film_batches_of_a_single_pillow_image_ask_for_a_list():
    with pytest.raises(ValueError, match="Expected a list of posters"):
        list(film_batches(None, picture(), 2))


def test_film_batches_take_posters_of_all_kinds_together(tmp_path):
    content = encode(noise())
    path = tmp_path / "poster.jpg"
    path.write_bytes(content)
    batches = list(film_batches(None, [content, path, str(path), None, noise()], 2))
    assert [len(posters) for _, posters in batches] == [2, 2, 1]
    (_, first), (_, second), (_, third) = batches
    assert first + second == [content, content, content, b""]
    assert third[0].startswith(b"\x89PNG")


def test_films_need_no_tensorflow():
    code = "import sys, keras_genre.client.films; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
