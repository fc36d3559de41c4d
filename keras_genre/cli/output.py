"""What commands share: results to standard output, progress to standard error."""

import contextlib
import json
import math
import shutil
import sys
import textwrap
import time
from collections.abc import Callable, Iterator

import click

from keras_genre.errors import KerasGenreError

json_option = click.option("as_json", "--json", is_flag=True, help="Print the result as JSON.")

_BAR_WIDTH = 30


def emit(result: dict, text: str, as_json: bool) -> None:
    """Print a result: `text` for people, or `result` as JSON."""
    show(json.dumps(_finite(result), indent=2, allow_nan=False) if as_json else text)


def show(text: str) -> None:
    """Print a result, or a part of one, to standard output."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise  # whoever read the output has seen enough: click exits without a word
    except OSError as cause:
        raise KerasGenreError(f"Cannot write the result to standard output: {cause}.") from cause


def _finite(value):
    """The same with None for what is undefined: JSON has no NaN."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def folded(line: str) -> str:
    """A line in as many of 80 columns as it takes; a path or name stays whole."""
    return textwrap.fill(
        line, 80, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )


def say(message: str) -> None:
    """Tell the user on standard error."""
    click.echo(message, err=True)


@contextlib.contextmanager
def passing_line(text: str) -> Iterator[Callable[[str], None]]:
    """Show a line on a terminal while the block runs, and erase it; elsewhere show nothing.

    Yields:
        What draws another text in its place.
    """
    terminal = sys.stderr is not None and sys.stderr.isatty()
    drawn = 0

    def draw(text: str) -> None:
        nonlocal drawn
        if terminal:
            text = text[: shutil.get_terminal_size().columns - 1]  # a wrapped line would stay
            click.echo(f"\r{' ' * drawn}\r{text}", nl=False, err=True)
            drawn = len(text)

    draw(text)
    try:
        yield draw
    finally:
        draw("")


@contextlib.contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback `(done, total)` that draws a bar on a terminal; say at the end how many.

    Where it is never called, there was nothing to do, and nothing is said.
    """
    started = time.monotonic()
    last, drawn = None, 0.0
    with passing_line(label) as draw:

        def update(done: int, total: int) -> None:
            nonlocal last, drawn
            last = done
            if time.monotonic() - drawn > 0.1:
                drawn = time.monotonic()
                bar = bar_text(_BAR_WIDTH * done // max(total, 1), _BAR_WIDTH, sys.stderr)
                draw(f"{label}  {done}/{total}  {bar}")  # a narrow terminal cuts the bar

        yield update
    if last is not None:
        say(f"{label}: {last} in {time.monotonic() - started:.0f} s")


def bar_text(filled: int, width: int, stream=None) -> str:
    """A bar of `filled` of `width` cells, in what `stream` (standard output) can show."""
    encoding = ((stream or sys.stdout).encoding or "ascii").lower().replace("-", "")
    full, empty = ("█", "·") if encoding in ("utf8", "utf16") else ("#", ".")
    return full * filled + empty * (width - filled)
