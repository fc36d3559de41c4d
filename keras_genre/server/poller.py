"""A thread that looks at something again and again."""

import logging
import threading
from collections.abc import Callable

from keras_genre.errors import ServerError
from keras_genre.server.statuses import StatusError

__all__ = ["Poller"]

_logger = logging.getLogger(__package__)


class Poller:
    """Looks every so often; what goes wrong is logged once, not at every look, and tried again.

    Args:
        subject: What is looked at, before what is wrong with it; the thread's name, too.
        look: What to do; it runs in the thread.
        seconds: Seconds between two looks. 0 = look once, and when woken.
    """

    def __init__(self, subject: str, look: Callable[[], None], seconds: float):
        self._subject = subject
        self._look = look
        self._seconds = seconds
        self._complaint = ""
        self._stopping = threading.Event()
        self._looked = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=subject, daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def wake(self) -> None:
        """Look again without waiting."""
        self._wake.set()

    def wait_until_looked(self) -> None:
        """Block until the first look, and all it led to, is over, or no more are wanted."""
        self._looked.wait()

    @property
    def is_stopping(self) -> bool:
        """Whether no more looks are wanted."""
        return self._stopping.is_set()

    def request_stop(self) -> None:
        """Ask the thread to end after the look it is at. Does not block."""
        self._stopping.set()
        self._looked.set()
        self._wake.set()

    def join(self, timeout: float) -> bool:
        """Wait for the thread to end; return whether it has."""
        if self._thread.ident is not None:
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            complaint = ""
            try:
                self._look()
            except (ServerError, StatusError) as error:
                complaint = str(error)
            except Exception as error:  # the thread must outlive any surprise
                complaint = f"{type(error).__name__}: {error}"
            if complaint not in ("", self._complaint):
                reason = complaint.removesuffix(".")
                _logger.warning("%s: %s. What is loaded goes on serving.", self._subject, reason)
            self._complaint = complaint
            self._looked.set()
            self._wake.wait(self._seconds or None)
            self._wake.clear()
