"""Pace: when the next request may go, for all workers together."""

import asyncio
import time

_CATCH_UP_SECONDS = 0.05  # a sleep that ended late may be made up for, but by no burst


class Pace:
    """Spaces requests evenly, and lets all of them wait when the server asks for it.

    Args:
        requests_per_second: The mean rate that is never exceeded.
    """

    def __init__(self, requests_per_second: float):
        self._interval = 1 / requests_per_second
        self._next = self._paused_until = 0.0
        self._queue = asyncio.Lock()

    async def turn(self) -> None:
        """Wait until a request may go; first come, first served."""
        async with self._queue:
            # Asked again after each sleep: meanwhile the server may have asked for a pause.
            while (wait := max(self._next, self._paused_until) - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            earliest = time.monotonic() - _CATCH_UP_SECONDS
            self._next = max(self._next, earliest) + self._interval

    def pause(self, seconds: float) -> None:
        """Let no request go for so long."""
        self._paused_until = max(self._paused_until, time.monotonic() + seconds)
