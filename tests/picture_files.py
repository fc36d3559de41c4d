"""Picture files that Pillow does not write, and the picture in them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

# Colours that the web palette has, so that turning them into a palette changes nothing.
CORNERS = np.array([[[204, 51, 51], [51, 204, 51]], [[51, 51, 204], [204, 204, 51]]], "uint8")


def picture(width=40, height=60):
    """A picture with a colour in each corner."""
    return Image.fromarray(CORNERS).resize((width, height), Image.Resampling.NEAREST)


def noise(width=30, height=40, seed=5):
    """A picture that fills its files to the end: cut anywhere, something is missing."""
    random = np.random.default_rng(seed)
    return Image.fromarray(random.integers(0, 256, (height, width, 3), "uint8"))


def encode(image, kind="JPEG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# How a camera's sensor saw the upright picture, for each value of the EXIF orientation.
_STORED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def stored(image, orientation):
    """A picture as a file holds it whose EXIF block states this orientation."""
    return image.transpose(_STORED[orientation]) if orientation in _STORED else image


def exif(orientation, order=">", tag=0x0112, kind=3, directory=8, entries=None):
    """An EXIF block by hand, so that each of its numbers can be wrong."""
    head = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, directory)
    before = struct.pack(order + "HHII", 0x010E, 2, 4, 0x41424300)
    ours = struct.pack(order + "HHIHH", tag, kind, 1, orientation, 0)
    count = struct.pack(order + "H", 2 if entries is None else entries)
    return b"Exif\0\0" + head + count + before + ours + bytes(4)


def with_segments(jpeg, *segments):
    """A JPEG with (marker, content) segments before all others."""
    added = [struct.pack(">BBH", 0xFF, marker, 2 + len(data)) + data for marker, data in segments]
    return jpeg[:2] + b"".join(added) + jpeg[2:]


def without_segment(jpeg, marker):
    """A JPEG without its first segment of this marker."""
    place = 2
    while jpeg[place + 1] != marker:
        place += 2 + int.from_bytes(jpeg[place + 2 : place + 4])
    return jpeg[:place] + jpeg[place + 2 + int.from_bytes(jpeg[place + 2 : place + 4]) :]


def with_scans(jpeg, number):
    """A progressive JPEG with its last scan so often again that it has this many."""
    last = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    return jpeg[:-2] + last * (number - jpeg.count(b"\xff\xda")) + jpeg[-2:]


def png_chunk(kind, data):
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def png(rows, width, height, depth, color, extra=b""):
    """A PNG from unfiltered rows of bytes."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    packed = zlib.compressobj()
    body = b"".join(packed.compress(b"\0" + row) for row in rows) + packed.flush()
    chunks = png_chunk(b"IHDR", header) + extra + png_chunk(b"IDAT", body)
    return b"\x89PNG\r\n\x1a\n" + chunks + png_chunk(b"IEND", b"")


def png_16(values, color):
    """A PNG of 16 bits from an array of shape `(height, width, channels)`."""
    values = np.asarray(values).astype(">u2")
    rows = [row.tobytes() for row in values]
    return png(rows, values.shape[1], values.shape[0], 16, color)


def bmp(rows, width, height, bits, palette=b"", compression=0):
    """A BMP from the bytes of its rows as they are stored."""
    offset = 54 + len(palette)
    body = b"".join(row + bytes(-len(row) % 4) for row in rows)
    size = (width, height, 1, bits, compression, len(body), 0, 0, len(palette) // 4, 0)
    head = b"BM" + struct.pack("<IHHIIiiHHIIiiII", offset + len(body), 0, 0, offset, 40, *size)
    return head + palette + body


def gif_frame(indices, left=0, top=0, width=None, height=None, block=255):
    """A GIF's frame of an array of indices below 128, packed without compressing them."""
    height_, width_ = indices.shape
    # A clear code after each 120 keeps the codes 8 bits wide.
    codes = []
    for start in range(0, indices.size, 120):
        codes += [128, *indices.ravel()[start : start + 120].tolist()]
    data = bytes([*codes, 129])
    blocks = [data[start : start + block] for start in range(0, len(data), block)]
    body = b"".join(bytes([len(part)]) + part for part in blocks)
    size = struct.pack("<HHHHB", left, top, width or width_, height or height_, 0)
    return b"," + size + b"\x07" + body + b"\0"


def gif(frames, width, height, palette):
    """A GIF of frames made by `gif_frame`; `palette` holds 128 colours."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0xE6, 0, 0) + palette + frames + b";"


def claiming(kind, width, height):
    """A file of a few bytes, of a known format, whose header claims a size."""
    if kind == "PNG":
        return png([b"\0" * 100], width, height, 8, 2)
    if kind == "GIF":
        return gif(gif_frame(np.zeros((1, 1), int), 0, 0, width, height), width, height, bytes(384))
    if kind == "BMP":
        return bmp([bytes(12)], width, height, 24)
    if kind == "JPEG":
        content = bytearray(encode(picture()))
        place = content.index(b"\xff\xc0")
        content[place + 5 : place + 9] = struct.pack(">HH", height, width)
        return bytes(content)
    if kind == "VP8L":
        content = bytearray(encode(picture(), "WEBP", lossless=True))
        content[21:25] = struct.pack("<I", (width - 1) | (height - 1) << 14)
        return bytes(content)
    content = bytearray(encode(picture(), "WEBP"))
    content[26:30] = struct.pack("<HH", width, height)
    return bytes(content)
