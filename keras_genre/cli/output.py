"""What commands share: results to standard output, progress to standard error."""

import contextlib
import json
import math
import sys
import time
from collections.abc import Callable, Iterator

import click

json_option = click.option("as_json", "--json", is_flag=True, help="Print the result as JSON.")


def emit(result: dict, text: str, as_json: bool) -> None:
    """Print a result: `text` for people, or `result` as JSON."""
    click.echo(json.dumps(_finite(result), indent=2, allow_nan=False) if as_json else text)


def _finite(value):
    """The same with None for what is undefined: JSON has no NaN."""
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def say(message: str) -> None:
    """Tell the user on standard error."""
    click.echo(message, err=True)


@contextlib.contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a callback `(done, total)` that draws a bar on a terminal, and one line elsewhere."""
    started = time.monotonic()
    terminal = sys.stderr.isatty()
    last, drawn = 0, 0.0

    def update(done: int, total: int) -> None:
        nonlocal last, drawn
        last = done
        if terminal and (done == total or time.monotonic() - drawn > 0.1):
            drawn = time.monotonic()
            filled = 30 * done // max(total, 1)
            bar = bar_text(filled, 30, sys.stderr)
            click.echo(f"\r{label}  {bar} {done}/{total}", nl=False, err=True)

    try:
        yield update
    except BaseException:
        if terminal:
            say("")  # what is said next begins on a line of its own
        raise
    end = "\r\033[K" if terminal else ""
    say(f"{end}{label}: {last} in {time.monotonic() - started:.0f} s")


def bar_text(filled: int, width: int, stream=None) -> str:
    """A bar of `filled` of `width` cells, in what `stream` (standard output) can show."""
    encoding = ((stream or sys.stdout).encoding or "ascii").lower().replace("-", "")
    full, empty = ("█", "·") if encoding in ("utf8", "utf16") else ("#", ".")
    return full * filled + empty * (width - filled)
