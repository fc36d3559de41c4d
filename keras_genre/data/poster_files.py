"""Poster files as they go into records: proven to decode, and no larger than needed."""

import io
from pathlib import Path

from PIL import Image

from keras_genre.pictures import is_upright, open_picture, upright_rgb
from keras_genre.remote_files import read_file

_JPEG_QUALITY = 90


def read_poster(path: str | Path, size: int) -> bytes:
    """Read a poster as JPEG bytes whose short side has at most `size` pixels.

    A JPEG that is small enough keeps its bytes. Anything else is turned upright, made RGB,
    reduced with an antialiasing filter and encoded once at quality 90; nothing is enlarged.

    Args:
        path: A JPEG, PNG, GIF (first frame), BMP or WebP file, here or at a store (`gs://...`).
        size: Most pixels on the short side.

    Raises:
        ValueError: If the file is no such picture, is truncated, or claims more than 50
            megapixels (refused before decoding).
        MissingPackageError: If the package that reads from a store is not installed.
    """
    try:
        content = read_file(path)
        with open_picture(content) as image:
            return _fitted(image, content, size)
    except (OSError, ValueError) as cause:
        raise ValueError(f"{path} is no readable picture: {cause}.") from cause


def poster_or_reason(path: str, size: int) -> tuple[bytes, str]:
    """Read a poster for a record, which does without it where that is not possible.

    Args:
        path: As in `MovieCatalog.frame`; empty = missing.
        size: As `read_poster` takes it.

    Returns:
        The poster and nothing; or nothing and the reason, empty where there is no path.
    """
    if not path:
        return b"", ""
    try:
        return read_poster(path, size), ""
    except ValueError as cause:
        return b"", str(cause)


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
        # Decodes at a half where that leaves `size`, at less where it leaves twice as much: the
        # filter then sees fewer pixels. Reduced further by the decoder, thin lines suffer.
        enough = min(2 * size, max(size, min(image.size) // 2))
        image.draft("RGB", (enough, enough))
    picture = upright_rgb(image)
    short = min(picture.size)
    if short > size:
        new_size = [max(1, round(side * size / short)) for side in picture.size]
        picture = picture.resize(new_size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
