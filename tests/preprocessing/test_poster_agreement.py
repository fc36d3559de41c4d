"""One picture, whichever way it comes: through records, through a client, or as it is."""

import io
import struct

import numpy as np
import pytest
import tensorflow as tf
from picture_files import (
    CORNERS,
    bmp,
    encode,
    exif,
    gif,
    gif_frame,
    picture,
    png,
    png_16,
    png_chunk,
    stored,
    with_segments,
    without_segment,
)
from PIL import Image

from keras_genre.client.films import read_poster as read_for_client
from keras_genre.data.poster_files import read_poster as read_for_records
from keras_genre.preprocessing import PosterDecoder

SIZE = 24
WIDTH, HEIGHT = 120, 180
RGB = picture(WIDTH, HEIGHT)
GREY = RGB.convert("L")
BLACK_LEFT = Image.fromarray(np.asarray(RGB) * (np.arange(WIDTH) >= 60)[:, None].astype("uint8"))

decode = tf.function(
    PosterDecoder(SIZE), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)


def _transparent_left(image):
    image = image.convert("LA" if image.mode == "L" else "RGBA")
    alpha = np.full((HEIGHT, WIDTH), 255, "uint8")
    alpha[:, :60] = 0
    alpha[:90, :30] = 100
    image.putalpha(Image.fromarray(alpha))
    return image


def _palette():
    """Indices of the corners' colours, and the colours, uint8 of shape (4, 3)."""
    colors = CORNERS.reshape(4, 3)
    indices = np.asarray(Image.fromarray(np.array([[0, 1], [2, 3]], "uint8")).resize(RGB.size, 0))
    return indices, colors


def _pillow_palette():
    indices, colors = _palette()
    image = Image.fromarray(indices).convert("P")
    image.putpalette(colors.tobytes())
    image.paste(Image.fromarray(indices))
    return image


def _jpegs():
    jpeg = encode(RGB, quality=95)
    yield "JPEG", jpeg, RGB
    yield "progressive", encode(RGB, progressive=True), RGB
    yield "4:4:4", encode(RGB, subsampling=0), RGB
    yield "large", encode(picture(1200, 1800)), RGB
    yield "long", encode(picture(3000, 40)), RGB
    yield "grey", encode(GREY), GREY
    cmyk = encode(RGB.convert("CMYK"), quality=95)
    yield "Adobe CMYK", cmyk, RGB
    inverted = Image.fromarray(255 - np.asarray(RGB.convert("CMYK")), "CMYK")
    yield "plain CMYK", without_segment(encode(inverted, quality=95), 0xEE), RGB
    yield "trailing bytes", jpeg + b"\0\0;", RGB
    two = encode(RGB, "MPO", save_all=True, append_images=[GREY], quality=95)
    yield "two pictures", two, RGB


def _rotated():
    for orientation in range(1, 9):
        turned = encode(stored(RGB, orientation), quality=95)
        for order in "<>":
            block = exif(orientation, order)
            yield f"JPEG {orientation}{order}", with_segments(turned, (0xE1, block)), RGB
    turned, block = encode(stored(RGB, 6), quality=95), exif(6)
    xmp, icc = (0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), (0xE2, b"ICC_PROFILE\0" + bytes(900))
    yield "EXIF after others", with_segments(turned, xmp, icc, (0xFE, b"!"), (0xE1, block)), RGB
    yield "two EXIF blocks", with_segments(turned, (0xE1, block), (0xE1, exif(3))), RGB
    large = encode(stored(picture(1200, 1800), 5))
    yield "large, turned", with_segments(large, (0xE1, exif(5))), RGB
    image_exif = Image.Exif()
    image_exif[0x0112] = 8
    for kind, options in (("JPEG", {"quality": 95}), ("PNG", {}), ("WEBP", {"quality": 95})):
        yield f"{kind} 8", encode(stored(RGB, 8), kind, exif=image_exif, **options), RGB
    upright = encode(RGB, quality=95)
    for name, damaged in {
        "no TIFF": b"Exif\0\0" + bytes(30),
        "empty": b"Exif\0\0",
        "orientation 0": exif(0),
        "orientation 9": exif(9),
        "another tag": exif(6, tag=0x0113),
        "directory outside": exif(6, directory=0xFFFFFFF0),
        "no entries": exif(6, entries=0),
        "cut": exif(6)[:20],
    }.items():
        yield f"EXIF: {name}", with_segments(upright, (0xE1, damaged)), RGB


def _pngs():
    values = np.asarray(RGB)
    yield "PNG", encode(RGB, "PNG"), RGB
    yield "PNG grey", encode(GREY, "PNG"), GREY
    yield "PNG alpha", encode(_transparent_left(RGB), "PNG"), RGB
    yield "PNG grey alpha", encode(_transparent_left(GREY), "PNG"), GREY
    yield "PNG transparent colour", encode(RGB, "PNG", transparency=(204, 51, 51)), RGB
    yield "PNG palette", encode(_pillow_palette(), "PNG"), RGB
    yield "PNG palette, one clear", encode(_pillow_palette(), "PNG", transparency=0), RGB
    clear = encode(_pillow_palette(), "PNG", transparency=b"\x00\x50")
    yield "PNG palette, half clear", clear, RGB
    yield "PNG 16 bits", png_16(values.astype(int) * 257, 2), RGB
    yield "PNG grey 16 bits", png_16(np.asarray(GREY)[..., None].astype(int) * 257, 0), GREY
    clear = np.dstack([values.astype(int) * 257, np.full(GREY.size[::-1], 9)])
    yield "PNG 16 bits alpha", png_16(clear, 6), RGB
    grey = np.asarray(GREY)
    for bits in (1, 2, 4):
        levels = grey // 2 ** (8 - bits)
        row_bits = np.unpackbits(levels[..., None], axis=-1)[..., -bits:].reshape(HEIGHT, -1)
        rows = [row.tobytes() for row in np.packbits(row_bits, axis=-1)]
        expected = Image.fromarray((levels * (255 // (2**bits - 1))).astype("uint8"))
        yield f"PNG grey {bits} bits", png(rows, WIDTH, HEIGHT, bits, 0), expected
    moving = encode(RGB, "PNG", save_all=True, append_images=[GREY.convert("RGB")])
    yield "PNG animated", moving, RGB
    rows = [b"".join(row.tobytes() for row in line) for line in values]
    text = png_chunk(b"tEXt", b"Comment\0eXIf IDAT")
    yield "PNG with text", png(rows, WIDTH, HEIGHT, 8, 2, text), RGB


def _gifs():
    image = _pillow_palette()
    yield "GIF", encode(image, "GIF"), RGB
    yield "GIF not interlaced", encode(image, "GIF", interlace=0), RGB
    yield "GIF transparent", encode(_transparent_left(RGB), "GIF"), None
    clear = encode(image, "GIF", transparency=0)
    yield "GIF one clear", clear, None
    yield "GIF animated", encode(image, "GIF", save_all=True, append_images=[GREY, GREY]), RGB
    yield "GIF with comment", encode(image, "GIF", comment=b"!," * 300), RGB
    indices, colors = _palette()
    palette = colors.tobytes() + bytes(372)
    for block in (255, 254, 100, 1):
        frames = gif_frame(indices, block=block)
        yield f"GIF blocks of {block}", gif(frames, WIDTH, HEIGHT, palette), RGB
    frames = gif_frame(indices) + gif_frame(indices, 0, 0, 60_000, 60_000)
    yield "GIF with a huge second frame", gif(frames, WIDTH, HEIGHT, palette), RGB


def _bmps():
    values = np.asarray(RGB)
    indices, colors = _palette()
    yield "BMP", encode(RGB, "BMP"), RGB
    yield "BMP odd width", encode(RGB.resize((121, 180), 0), "BMP"), RGB
    yield "BMP 32 bits", encode(_transparent_left(RGB), "BMP"), RGB
    yield "BMP grey", encode(GREY, "BMP"), GREY
    yield "BMP palette", encode(_pillow_palette(), "BMP"), RGB
    palette = b"".join(bytes([b, g, r, 0]) for r, g, b in colors)
    rows = [row.tobytes() for row in indices]
    yield "BMP short palette", bmp(rows[::-1], WIDTH, HEIGHT, 8, palette), RGB
    yield "BMP palette top down", bmp(rows, WIDTH, -HEIGHT, 8, palette), RGB
    rows = [row.tobytes() for row in values[..., ::-1]]
    yield "BMP top down", bmp(rows, WIDTH, -HEIGHT, 24), RGB
    yield "BMP trailing bytes", encode(RGB, "BMP") + b"\0\0", RGB


def _webps():
    yield "WebP", encode(RGB, "WEBP", quality=95), RGB
    yield "WebP lossless", encode(RGB, "WEBP", lossless=True), RGB
    yield "WebP alpha", encode(_transparent_left(RGB), "WEBP", quality=95), None
    exact = {"lossless": True, "exact": True}
    yield "WebP lossless alpha", encode(_transparent_left(RGB), "WEBP", **exact), RGB
    icc = encode(RGB, "WEBP", lossless=True, icc_profile=b"profile")
    yield "WebP extended", icc, RGB
    both = encode(_transparent_left(RGB), "WEBP", icc_profile=b"profile", **exact)
    yield "WebP extended alpha", both, RGB


def _unreadable_in_the_graph():
    indices, colors = _palette()
    palette = b"".join(bytes([b, g, r, 0]) for r, g, b in colors)
    yield "BMP 1 bit", encode(GREY.point(lambda v: 255 * (v > 110)).convert("1"), "BMP"), None
    nibbles = [(row[::2] * 16 + row[1::2]).tobytes() for row in indices[::-1]]
    yield "BMP 4 bits", bmp(nibbles, WIDTH, HEIGHT, 4, palette), RGB
    packed = [bytes([60, row[0], 60, row[-1], 0, 0]) for row in indices[::-1]]
    offset = 54 + len(palette)
    body = b"".join(packed) + b"\0\1"
    head = bmp([], WIDTH, HEIGHT, 8, palette, compression=1)
    yield "BMP packed", head[:34] + struct.pack("<I", len(body)) + head[38:offset] + body, RGB
    yield "WebP animated", encode(RGB, "WEBP", save_all=True, append_images=[GREY]), RGB
    moving = [_transparent_left(RGB), GREY]
    yield (
        "WebP animated alpha",
        encode(moving[0], "WEBP", save_all=True, append_images=moving),
        None,
    )
    rgb = colors.tobytes() + bytes(372)
    for name, left, top in (("small", 0, 0), ("shifted", 60, 90)):
        frame = gif_frame(indices[::2, ::2], left, top)
        yield f"GIF with a {name} frame", gif(frame, WIDTH, HEIGHT, rgb), None


def _cases(*tables):
    return [pytest.param(*case[1:], id=case[0]) for table in tables for case in table()]


def _decoded(content):
    answer = decode(tf.constant([content]))
    return answer["poster_image"].numpy()[0].astype(int), bool(answer["has_poster"][0])


def _through_records(content, tmp_path):
    path = tmp_path / "poster"
    path.write_bytes(content)
    return read_for_records(path, 448)


def _assert_same(image, expected):
    difference = np.abs(image - expected)
    # Edges are drawn a little differently everywhere; areas are not.
    assert difference.mean() < 3.0
    areas = difference.reshape(2, SIZE // 2, 2, SIZE // 2, 3)[:, 3:-3, :, 3:-3]
    assert areas.max() <= 12


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning:PIL")
@pytest.mark.parametrize(
    ("content", "expected"), _cases(_jpegs, _rotated, _pngs, _gifs, _bmps, _webps)
)
def test_poster_of_every_kind_is_the_same_picture_whichever_way_it_comes(
    content, expected, tmp_path
):
    graph, is_read = _decoded(content)
    assert is_read
    if expected is not None:
        small = expected.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        _assert_same(graph, np.asarray(small, int))
    records, is_read = _decoded(_through_records(content, tmp_path))
    assert is_read
    _assert_same(records, graph)
    client, is_read = _decoded(read_for_client(content))
    assert is_read
    _assert_same(client, graph)
    with Image.open(io.BytesIO(content)) as image:
        client, is_read = _decoded(read_for_client(image))
    assert is_read
    _assert_same(client, graph)


@pytest.mark.parametrize(("content", "expected"), _cases(_unreadable_in_the_graph))
def test_poster_of_a_kind_that_the_graph_refuses_is_converted_by_records_and_client(
    content, expected, tmp_path
):
    image, is_read = _decoded(content)
    assert not is_read
    assert not image.any()
    records, is_read = _decoded(_through_records(content, tmp_path))
    assert is_read
    client, is_read = _decoded(read_for_client(content))
    assert is_read
    _assert_same(client, records)
    if expected is not None:
        small = expected.convert("RGB").resize((SIZE, SIZE), Image.Resampling.BILINEAR)
        _assert_same(client, np.asarray(small, int))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(encode(_pillow_palette(), "GIF", transparency=0), (0, 0, 0), id="GIF"),
        pytest.param(
            encode(_pillow_palette(), "PNG", transparency=0), tuple(CORNERS[0, 0]), id="PNG"
        ),
    ],
)
def test_poster_that_is_transparent_is_black_in_a_gif_and_its_own_colour_elsewhere(
    content, expected
):
    image, _ = _decoded(content)
    assert image[4, 4].tolist() == list(expected)
