"""Poster files as they go into records: proven to decode, and no larger than needed."""

import io
from pathlib import Path

from PIL import Image, ImageOps

_MAX_PIXELS = 50_000_000
_JPEG_QUALITY = 90


def read_poster(path: str | Path, size: int) -> bytes:
    """Read a poster as JPEG bytes whose short side has at most `size` pixels.

    A JPEG that is small enough keeps its bytes. Anything else is turned upright, made RGB,
    reduced with an antialiasing filter and encoded once at quality 90; nothing is enlarged.

    Args:
        path: A file in any format that Pillow reads.
        size: Most pixels on the short side.

    Raises:
        ValueError: If the file is no picture, is truncated, or claims more than 50 megapixels
            (refused before decoding).
    """
    try:
        content = Path(path).read_bytes()
        with Image.open(io.BytesIO(content)) as image:
            return _fitted(image, content, size)
    except Exception as cause:  # damaged files make Pillow raise nearly anything
        raise ValueError(f"{path} is no readable picture: {cause}") from cause


def _fitted(image: Image.Image, content: bytes, size: int) -> bytes:
    if image.width * image.height > _MAX_PIXELS:
        raise ValueError(f"it claims {image.width}x{image.height} pixels, more than 50 million")
    upright = image.getexif().get(0x0112, 1) == 1
    if (
        image.format == "JPEG"
        and image.mode in ("RGB", "L")
        and upright
        and min(image.size) <= size
    ):
        image.load()  # proves that it decodes to its last byte
        return content
    if image.format == "JPEG":
        image.draft("RGB", (2 * size, 2 * size))  # decodes at a reduced scale, never below this
    picture = ImageOps.exif_transpose(image)
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda value: value * (1 / 257))  # else `convert` cuts at 255
    picture = picture.convert("RGB")
    short = min(picture.size)
    if short > size:
        new_size = [max(1, round(side * size / short)) for side in picture.size]
        picture = picture.resize(new_size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
