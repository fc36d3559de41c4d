"""A server that ends as its process is told to."""

import signal
import threading
from collections.abc import Callable

from keras_genre.server.development_server import DevelopmentServer

__all__ = ["serve_until_signalled"]

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve_until_signalled(
    server: DevelopmentServer,
    grace: float = 5.0,
    on_started: Callable[[DevelopmentServer], None] | None = None,
) -> bool:
    """Start `server` and serve until SIGTERM or SIGINT, then drain and return.

    A signal while the models are still loading stops the server too. A second signal ends the
    process at once. Call it from the main thread.

    Args:
        server: A server that was not started yet.
        grace: How many seconds requests and loads at work have to finish.
        on_started: Called with the server when its first loads are over, to say where it is.

    Returns:
        What `DevelopmentServer.stop` returns: False if a thread is still inside TensorFlow, so
        that only `os._exit` would end the process without waiting for it.

    Raises:
        ServerError: If the server cannot start.
    """

    def drain(*_) -> None:
        for number in _SIGNALS:
            signal.signal(number, signal.SIG_DFL)  # so that the second signal kills
        # In a thread, because the main thread may be anywhere, also inside `server.start`.
        threading.Thread(target=server.stop, args=(grace,), name="drain").start()

    before = {number: signal.signal(number, drain) for number in _SIGNALS}
    try:
        server.start()
        if on_started is not None:
            on_started(server)
        server.wait()
    finally:
        drained = server.stop(grace)  # after a signal only its answer is of interest
        for number, handler in before.items():
            signal.signal(number, handler)
    return drained
