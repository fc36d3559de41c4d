"""Untrusted picture bytes: the one place where they are opened with Pillow.

`keras_genre.preprocessing` decodes the same bytes inside the served graph; the two agree on what
is a picture, on its size, and on what it looks like.
"""

import contextlib
import io
from collections.abc import Iterator

from PIL import Image, ImageChops, UnidentifiedImageError

# Refused above this before anything is decoded: a few kilobytes can claim gigabytes.
MAX_PIXELS = 50_000_000

# A progressive JPEG is decoded once a scan, and each takes but 75 bytes. Encoders write about ten.
SCAN = b"\xff\xda"
MAX_SCANS = 50

# Pillow has readers for many more, which nobody expects of a poster; one starts Ghostscript.
_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")


@contextlib.contextmanager
def open_picture(content: bytes) -> Iterator[Image.Image]:
    """Open the bytes of a JPEG, PNG, GIF, BMP or WebP file; its pixels are decoded on demand.

    Args:
        content: The bytes of the file.

    Yields:
        The picture, upright or not, in the mode of its file.

    Raises:
        ValueError: If they are no such file, it claims more than `MAX_PIXELS`, is a JPEG of more
            than `MAX_SCANS`, or anything goes wrong in the block: damaged files make Pillow
            raise nearly anything.
    """
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            check_size(image)
            if image.format in ("JPEG", "MPO") and content.count(SCAN) > MAX_SCANS:
                raise ValueError(f"it has more than {MAX_SCANS} scans")
            yield image
    except UnidentifiedImageError as cause:
        raise ValueError("expected a JPEG, PNG, GIF, BMP or WebP file") from cause
    except Exception as cause:
        raise ValueError(str(cause) or type(cause).__name__) from cause


def check_size(image: Image.Image) -> None:
    """Raise a ValueError if a picture has more than `MAX_PIXELS`."""
    if image.width * image.height > MAX_PIXELS:
        raise ValueError(
            f"it claims {image.width}x{image.height} pixels, more than {MAX_PIXELS // 10**6} "
            f"million"
        )


def is_upright(image: Image.Image) -> bool:
    """Whether the EXIF orientation asks for no turn; one that cannot be read asks for none."""
    return _orientation(image) == 1


def upright_rgb(image: Image.Image) -> Image.Image:
    """Return the first frame of a picture as its viewers see it, in mode RGB.

    Transparency is left out: the colours beneath it show, and where a GIF is transparent, black,
    which is what TensorFlow's decoders give.
    """
    orientation = _orientation(image)
    image = _rgb(image)
    method = _TURNS.get(orientation)
    return image if method is None else image.transpose(method)


# EXIF 2.32, tag 0x0112: how to turn what was stored.
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _orientation(image: Image.Image) -> int:
    # `Image.getexif` would also believe XMP, which no browser does.
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif", b""))
        return exif.get(0x0112, 1)
    except Exception:  # a damaged block says nothing of the picture
        return 1


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value * (1 / 257))  # else `convert` cuts at 255
    elif image.mode == "CMYK" and image.format == "JPEG" and "adobe" not in image.info:
        image = ImageChops.invert(image)  # Pillow takes every CMYK JPEG for Adobe's, inverted
    elif "transparency" in image.info:
        is_gif = image.format == "GIF"
        image = image.convert("RGBA")
        if is_gif:
            image = Image.alpha_composite(Image.new("RGBA", image.size, "black"), image)
    return image.convert("RGB")
