"""Poster files as they go into records: proven to decode, and no larger than needed."""

import io
from pathlib import Path

from PIL import Image

from keras_genre.pictures import is_upright, open_picture, upright_rgb

_JPEG_QUALITY = 90


def read_poster(path: str | Path, size: int) -> bytes:
    """Read a poster as JPEG bytes whose short side has at most `size` pixels.

    A JPEG that is small enough keeps its bytes. Anything else is turned upright, made RGB,
    reduced with an antialiasing filter and encoded once at quality 90; nothing is enlarged.

    Args:
        path: A JPEG, PNG, GIF (first frame), BMP or WebP file.
        size: Most pixels on the short side.

    Raises:
        ValueError: If the file is no such picture, is truncated, or claims more than 50
            megapixels (refused before decoding).
    """
    try:
        content = Path(path).read_bytes()
        with open_picture(content) as image:
            return _fitted(image, content, size)
    except (OSError, ValueError) as cause:
        raise ValueError(f"{path} is no readable picture: {cause}.") from cause


def _fitted(image: Image.Image, content: bytes, size: int) -> bytes:
    if (
        image.format == "JPEG"
        and image.mode in ("RGB", "L")
        and is_upright(image)
        and min(image.size) <= size
    ):
        image.load()  # proves that it decodes to its last byte
        return content
    if image.format == "JPEG":
        image.draft("RGB", (2 * size, 2 * size))  # decodes at a reduced scale, never below this
    picture = upright_rgb(image)
    short = min(picture.size)
    if short > size:
        new_size = [max(1, round(side * size / short)) for side in picture.size]
        picture = picture.resize(new_size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
