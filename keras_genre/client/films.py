"""What callers hand in as films, made into the strings that a model takes."""

import contextlib
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from keras_genre.errors import InvalidRequestError, MissingPackageError
from keras_genre.pictures import check_size, open_picture, upright_rgb
from keras_genre.remote_files import read_file

Poster = str | Path | bytes | Image.Image | None
"""A path or a URL (`gs://...`), the bytes of a file, a Pillow image, or None (or empty) where it is
missing."""

_READ_ALIKE = ("JPEG", "PNG", "WEBP")
_JPEG_END = b"\xff\xd9"


class FilmBatch(NamedTuple):
    """Films as a model takes them, checked; empty where a plot or poster is missing."""

    plots: list[bytes]
    posters: list[bytes]


def film_batches(
    plots: Sequence[str | None] | None, posters: Sequence[Poster] | None, batch_size: int
) -> Iterator[FilmBatch]:
    """Yield plots and posters as bytes, `batch_size` films at a time.

    Args:
        plots: Plots; None or empty for one that is missing. None: all are missing.
        posters: Paths, encoded bytes or Pillow images; None or empty for one that is missing.
            None: all are.
        batch_size: Most films a batch.

    Raises:
        ValueError: If both are None, a bare string is given, or their lengths differ.
        InvalidRequestError: If a poster cannot be read, is no picture, or has more than 50
            megapixels.
    """
    for name, values in (("plots", plots), ("posters", posters)):
        if isinstance(values, str | bytes | Path | Image.Image):
            raise ValueError(f"Expected a list of {name}, one a film; received a single one.")
    if plots is None and posters is None:
        raise ValueError("Expected plots, posters, or both; received neither.")
    if batch_size < 1:
        raise ValueError(f"Expected batch_size of at least 1, received {batch_size}.")
    posters = None if posters is None else list(posters)
    plots = [None] * len(posters) if plots is None else list(plots)
    posters = [None] * len(plots) if posters is None else posters
    if len(plots) != len(posters):
        raise ValueError(
            f"Expected as many plots as posters; received {len(plots)} and {len(posters)}. "
            f"Give None for one that is missing."
        )
    for start in range(0, len(plots), batch_size):
        films = slice(start, start + batch_size)
        yield FilmBatch(
            [plot_bytes(plot) for plot in plots[films]],
            [read_poster(poster) for poster in posters[films]],
        )


def read_pairs(films: Sequence[tuple[str | None, Poster]], first: int) -> FilmBatch:
    """Return a batch of pairs (plot, poster) as bytes.

    Args:
        films: Plot and poster of each film; None or empty for one that is missing.
        first: The number of the first of them, for messages.

    Raises:
        ValueError: If one is no pair, or holds something else.
        InvalidRequestError: If a poster cannot be read. The message says of which film.
    """
    batch = FilmBatch([], [])
    for number, film in enumerate(films, start=first):
        if not isinstance(film, tuple | list) or len(film) != 2:
            raise ValueError(
                f"Expected each film as (plot, poster), with None for one that is missing; film "
                f"number {number}, counted from 0, is {film!r:.100}."
            )
        plot, poster = film
        batch.plots.append(plot_bytes(plot))
        try:
            batch.posters.append(read_poster(poster))
        except InvalidRequestError as cause:
            raise InvalidRequestError(f"Film number {number}, counted from 0: {cause}") from cause
    return batch


def plot_bytes(plot: str | None) -> bytes:
    """The plot as a model is to get it; empty where it is missing.

    Raises:
        ValueError: If it is something else.
    """
    if not isinstance(plot, str | None):
        raise ValueError(
            f"Expected each plot as a string, or None where it is missing; received {plot!r:.100}."
        )
    # What came from a shell or a file in another encoding may hold lone surrogates.
    return (plot or "").encode("utf-8", "replace")


def read_poster(poster: Poster) -> bytes:
    """The bytes of a poster as a model is to get them; empty where it is missing.

    A file keeps its bytes, unless models may read it otherwise than Pillow does: GIF, BMP and
    animations are sent as PNG of their first frame. So is a Pillow image, which loses nothing.

    Raises:
        InvalidRequestError: If there is no such file, it is cut, it is no picture that models
            read, or has more than 50 megapixels or 50 progressive scans (refused before decoding).
    """
    if isinstance(poster, Image.Image):
        with _refusing("The poster given as a Pillow image"):
            check_size(poster)
            return _png(poster)
    if not isinstance(poster, str | bytes | Path | None):
        raise ValueError(
            f"Expected each poster as a path or bytes or a Pillow image, or None where it is "
            f"missing; received {poster!r:.100}."
        )
    if poster is None or poster in ("", b""):
        return b""
    with _refusing(
        "The poster given as bytes" if isinstance(poster, bytes) else f"The poster {poster}"
    ):
        content = poster if isinstance(poster, bytes) else read_file(poster)
        with open_picture(content) as image:
            if image.format not in _READ_ALIKE or getattr(image, "n_frames", 1) > 1:
                return _png(image)
            # A model would pass over a cut file without a word. A JPEG that has its end marker is
            # not cut, and decoding it would cost a third of what a small model does with it.
            if image.format != "JPEG" or not content.endswith(_JPEG_END):
                image.load()
        return content


@contextlib.contextmanager
def _refusing(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as cause:
        raise InvalidRequestError(f"There is no poster file {cause.filename}.") from cause
    except MissingPackageError:  # that reads from a store
        raise
    except Exception as cause:  # damaged files make Pillow raise nearly anything
        raise InvalidRequestError(f"{name} cannot be read as a picture: {cause}.") from cause


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    upright_rgb(image).save(content, "PNG", compress_level=1)
    return content.getvalue()
