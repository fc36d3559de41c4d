"""What callers hand in as films, made into the strings that a model takes."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from keras_genre.errors import InvalidRequestError

Poster = str | Path | bytes | None

_FORMATS = ("JPEG", "PNG", "GIF", "BMP", "WEBP")


def film_batches(
    plots: Sequence[str | None] | None, posters: Sequence[Poster] | None, batch_size: int
) -> Iterator[tuple[list[bytes], list[bytes]]]:
    """Yield plots and posters as bytes, `batch_size` films at a time.

    Args:
        plots: Plots; None or empty for one that is missing. None: all are missing.
        posters: Paths or encoded bytes; None or empty for one that is missing. None: all are.
        batch_size: Most films a batch.

    Raises:
        ValueError: If both are None, a bare string is given, or their lengths differ.
        InvalidRequestError: If a poster cannot be read or is no picture.
    """
    for name, values in (("plots", plots), ("posters", posters)):
        if isinstance(values, str | bytes | Path):
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
        yield (
            [_plot_bytes(plot) for plot in plots[films]],
            [read_poster(poster) for poster in posters[films]],
        )


def _plot_bytes(plot: str | None) -> bytes:
    if not isinstance(plot, str | None):
        raise ValueError(
            f"Expected each plot as a string, or None where it is missing; received {plot!r:.100}."
        )
    # What came from a shell or a file in another encoding may hold lone surrogates.
    return (plot or "").encode("utf-8", "replace")


def read_poster(poster: Poster) -> bytes:
    """The bytes of a poster given as path or bytes; empty for None.

    Raises:
        InvalidRequestError: If there is no such file, it is cut, or no picture that models read.
    """
    if not isinstance(poster, str | bytes | Path | None):
        raise ValueError(
            f"Expected each poster as a path or bytes, or None where it is missing; received "
            f"{poster!r:.100}."
        )
    if poster is None or poster in ("", b""):
        return b""
    name = "The poster given as bytes" if isinstance(poster, bytes) else f"The poster {poster}"
    try:
        content = poster if isinstance(poster, bytes) else Path(poster).read_bytes()
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            image.load()  # a model would pass over a cut file without a word
        return content
    except FileNotFoundError as cause:
        raise InvalidRequestError(f"There is no poster file {poster}.") from cause
    except UnidentifiedImageError as cause:
        raise InvalidRequestError(
            f"{name} cannot be read as a picture. Expected JPEG, PNG, GIF, BMP or WebP."
        ) from cause
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as cause:
        raise InvalidRequestError(f"{name} cannot be read as a picture: {cause}.") from cause
