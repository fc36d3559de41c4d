import numpy as np
import pytest
import tensorflow as tf
from picture_files import bmp, claiming, encode, gif, gif_frame, picture

from keras_genre.preprocessing.file_bytes import FileBytes
from keras_genre.preprocessing.poster_headers import (
    JPEG,
    PALETTE,
    REFUSED,
    RGB,
    RGBA,
    read_headers,
)


def read(*posters):
    posters = tf.constant(posters)
    cut, decoders = read_headers(posters, FileBytes(posters))
    return cut.numpy().tolist(), decoders.numpy().tolist()


def test_headers_of_every_format_say_how_it_is_decoded():
    clear = picture().convert("RGBA")
    clear.putalpha(9)
    _, decoders = read(
        encode(picture(), "JPEG"),
        encode(picture(), "PNG"),
        encode(picture(), "GIF"),
        encode(picture(), "BMP"),
        encode(picture().convert("P"), "BMP"),
        encode(picture(), "WEBP"),
        encode(clear, "WEBP"),
        encode(clear, "WEBP", lossless=True),
    )
    assert decoders == [JPEG, RGB, RGB, RGB, PALETTE, RGB, RGBA, RGBA]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"<html>",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"RIFF\0\0\0\0WEBPVP9 ",
        b"\xff\x0a" + bytes(50),  # JPEG XL, which TensorFlow decodes
        b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(50),
        encode(picture(), "TIFF"),
        encode(picture().convert("1"), "BMP"),
        bmp([bytes(40)], 20, 1, 16),
        bmp([bytes(20)], 20, 1, 8, compression=1),
        encode(picture(), "WEBP", save_all=True, append_images=[picture().convert("L")]),
    ],
)
def test_headers_of_what_cannot_be_decoded_rightly_refuse_it(content):
    assert read(content)[1] == [REFUSED]


@pytest.mark.parametrize("kind", ["PNG", "GIF", "BMP", "VP8", "VP8L"])
def test_headers_of_50_megapixels_pass_and_a_row_more_is_refused(kind):
    _, decoders = read(claiming(kind, 10_000, 5000), claiming(kind, 10_000, 5001))
    assert decoders == [RGB, REFUSED]


@pytest.mark.parametrize(
    ("kind", "width", "height"),
    [
        ("PNG", 2**32 - 1, 2**32 - 1),
        ("PNG", 2**32 - 1, 2**31),
        ("PNG", 2**31, 2**32 - 1),
        ("GIF", 65_535, 65_535),
        ("BMP", 2**31 - 1, 2**31 - 1),
        ("BMP", 2**31 - 1, -(2**31)),
        ("BMP", -1, -1),
        ("BMP", 10_000, -5001),
        ("VP8", 16_383, 16_383),
        ("VP8L", 16_384, 16_384),
    ],
)
def test_headers_that_claim_what_overflows_are_refused(kind, width, height):
    assert read(claiming(kind, width, height))[1] == [REFUSED]


@pytest.mark.parametrize("block", [255, 254, 7])
def test_headers_of_a_gif_leave_its_first_frame_alone(block):
    frame = gif_frame(np.zeros((50, 40), int), block=block)
    whole, both = (gif(frames, 40, 50, bytes(384)) for frames in (frame, frame * 3))
    comment = whole[:397] + b"!\xfe\x03,!;\x01\0\0" + whole[397:]
    png = encode(picture(), "PNG")
    cut, _ = read(both, png, comment, whole + b"tail")
    assert cut == [whole, png, comment, whole]


@pytest.mark.parametrize(
    "content",
    [
        gif(gif_frame(np.zeros((50, 40), int))[:-300], 40, 50, bytes(384)),
        gif(gif_frame(np.zeros((50, 40), int)), 40, 51, bytes(384)),
        gif(gif_frame(np.zeros((50, 40), int), 1, 0), 40, 50, bytes(384)),
        gif(gif_frame(np.zeros((50, 40), int), 0, 0, 60_000, 60_000), 40, 50, bytes(384)),
        gif(gif_frame(np.zeros((50, 40), int))[:11] + b"\1a\2bc" * 1500, 40, 50, bytes(384)),
        gif(b"!\xfe\0" * 50_000, 40, 50, bytes(384)),
        b"GIF89a",
    ],
    ids=["cut", "small", "shifted", "larger", "many blocks", "many extensions", "no more"],
)
def test_headers_of_a_gif_without_a_whole_first_frame_leave_none(content):
    (cut,), _ = read(content)
    assert cut == b";"


def test_headers_of_a_bmp_cut_off_its_tail():
    whole = encode(picture(), "BMP")
    assert read(whole + b"tail")[0] == [whole]
    assert read(whole[:-1])[0] == [whole[:-1]]


def test_headers_of_no_posters_are_none():
    posters = tf.constant([], tf.string)
    cut, decoders = read_headers(posters, FileBytes(posters))
    assert cut.shape == decoders.shape == (0,)
