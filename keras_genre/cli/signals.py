"""Ctrl-C and SIGTERM end a command by an exception, so that it cleans up after itself."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator

SIGNALS = {signal.SIGINT: "Interrupted.", signal.SIGTERM: "Terminated."}
_SECONDS_UNTIL_AGAIN = 1.0


@contextlib.contextmanager
def raising_signals() -> Iterator[list[int]]:
    """Raise KeyboardInterrupt in the block when a signal comes, until the block ends.

    Once is not always enough: Python's destructors swallow what is raised in them, and so does
    TensorFlow here and there, or it makes an error of its own out of it.

    Yields:
        The signals received so far.
    """
    received, timers = [], []
    repeating, over = threading.Lock(), threading.Event()

    def repeat(number):
        with repeating:
            if not over.is_set():
                signal.raise_signal(number)

    def end(number, _frame):
        cleaning_up = len(received) > 0 and sys.exc_info()[0] is not None
        received.append(number)
        timers.append(threading.Timer(_SECONDS_UNTIL_AGAIN, repeat, [number]))
        timers[-1].daemon = True
        timers[-1].start()
        if not cleaning_up:
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        for number, handler in before.items():
            if handler is not signal.SIG_IGN:  # nohup and a shell's & have their reasons
                signal.signal(number, end)
        yield received
    finally:
        with repeating:  # after the block a repeated signal would hit whoever comes next
            over.set()
        for number, handler in before.items():
            signal.signal(number, handler)
        for timer in timers:
            timer.cancel()
