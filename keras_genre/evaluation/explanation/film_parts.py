"""What of a film can be pointed at: the words of its plot, the pixels of its poster."""

import dataclasses
import io
import re
from pathlib import Path

from PIL import Image

from keras_genre.errors import InvalidRequestError
from keras_genre.pictures import check_size, open_picture, upright_rgb
from keras_genre.remote_files import read_file

Poster = str | Path | bytes | Image.Image | None
"""A path, the bytes of a file, a Pillow image, or None (or empty) where it is missing."""

_LONGEST_SIDE = 512  # pixels; no encoder of the package looks at more


@dataclasses.dataclass(frozen=True)
class Word:
    """A word of a plot: what stands between white space, punctuation included.

    Args:
        text: The word.
        start: Where it begins in the plot, in characters.
        end: Where it ends: `plot[start:end] == text`.
    """

    text: str
    start: int
    end: int


def split_words(plot: str) -> tuple[Word, ...]:
    """Find the words of a plot.

    Example:
        >>> split_words("A duel.")[1]
        Word(text='duel.', start=2, end=7)
    """
    return tuple(Word(match.group(), *match.span()) for match in re.finditer(r"\S+", plot))


@dataclasses.dataclass(frozen=True)
class FilmPoster:
    """A poster as a model gets it and as people see it.

    Args:
        content: Bytes for the model; empty where there is none. Those of the file where it is a
            JPEG, else a PNG of its first frame, which loses nothing.
        picture: Upright, in RGB, its longer side at most 512 pixels; None where there is none.
    """

    content: bytes
    picture: Image.Image | None

    @classmethod
    def read(cls, poster: Poster) -> "FilmPoster":
        """Read a poster in any of the forms that clients take.

        Raises:
            ValueError: If it is of another type.
            InvalidRequestError: If there is no such file, or it cannot be read as a picture.
        """
        if not isinstance(poster, str | Path | bytes | Image.Image | None):
            raise ValueError(
                f"Expected the poster as a path, bytes or a Pillow image, or None where it is "
                f"missing; received {poster!r:.100}."
            )
        if poster is None or poster in ("", b""):
            return cls(b"", None)
        try:
            return cls._read(poster)
        except FileNotFoundError as cause:
            raise InvalidRequestError(f"There is no poster file {poster}.") from cause
        except (OSError, ValueError) as cause:
            name = poster if isinstance(poster, str | Path) else f"({type(poster).__name__})"
            raise InvalidRequestError(
                f"The poster {name} cannot be read as a picture: {cause}."
            ) from cause

    @classmethod
    def _read(cls, poster: Poster) -> "FilmPoster":
        if isinstance(poster, Image.Image):
            check_size(poster)
            picture = upright_rgb(poster)
            return cls(as_png(picture), _shrunk(picture))
        content = poster if isinstance(poster, bytes) else read_file(poster)
        with open_picture(content) as image:
            picture = upright_rgb(image)
            kept = content if image.format == "JPEG" else as_png(picture)
        return cls(kept, _shrunk(picture))


def as_png(picture: Image.Image) -> bytes:
    """The bytes of a PNG, which loses nothing."""
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=1)
    return content.getvalue()


def _shrunk(picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    picture.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    return picture


def check_film(plot: str | None, poster: Poster) -> tuple[str, FilmPoster]:
    """Return the plot, empty where it is missing, and the poster as it was read.

    Raises:
        ValueError: If the plot is no string, or both are missing.
        InvalidRequestError: See `FilmPoster.read`.
    """
    if not isinstance(plot, str | None):
        raise ValueError(
            f"Expected the plot as a string, or None where it is missing; received {plot!r:.100}."
        )
    read = FilmPoster.read(poster)
    if not (plot or "").strip() and read.picture is None:
        raise ValueError(
            "Expected a plot, a poster, or both; received neither. There is nothing to explain."
        )
    return plot or "", read
