"""What callers hand in as films, made into the strings that a model takes."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from keras_genre.errors import InvalidRequestError

Poster = str | Path | bytes | None


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
    plots = [""] * len(posters) if plots is None else list(plots)
    posters = [None] * len(plots) if posters is None else list(posters)
    if len(plots) != len(posters):
        raise ValueError(
            f"Expected as many plots as posters; received {len(plots)} and {len(posters)}. "
            f"Give None for one that is missing."
        )
    for start in range(0, len(plots), batch_size):
        films = slice(start, start + batch_size)
        yield (
            [(plot or "").encode() for plot in plots[films]],
            [read_poster(poster) for poster in posters[films]],
        )


def read_poster(poster: Poster) -> bytes:
    """The bytes of a poster given as path or bytes; empty for None.

    Raises:
        InvalidRequestError: If there is no such file, or it does not begin like a picture.
    """
    if poster is None or poster in ("", b""):
        return b""
    name = "The poster given as bytes" if isinstance(poster, bytes) else f"The poster {poster}"
    try:
        content = poster if isinstance(poster, bytes) else Path(poster).read_bytes()
        with Image.open(io.BytesIO(content)):  # reads the header alone
            return content
    except FileNotFoundError as cause:
        raise InvalidRequestError(f"There is no poster file {poster}.") from cause
    except OSError as cause:
        raise InvalidRequestError(
            f"{name} cannot be read as a picture: {cause}. Expected JPEG, PNG, GIF, BMP or WebP."
        ) from cause
