"""Running asynchronous work from code that is not, wherever this stands."""

import asyncio
import contextlib
import queue
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any


def run_to_end(work: Coroutine) -> Any:
    """Run a coroutine and return its result.

    Where an event loop is running already, as it is in notebooks, the work gets a loop and a
    thread of its own; an interrupt ends it there.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    begun = queue.SimpleQueue()

    async def begin():
        begun.put((asyncio.get_running_loop(), asyncio.current_task()))
        return await work

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(asyncio.run, begin())
        loop, task = begun.get()
        try:
            return future.result()
        except BaseException:
            with contextlib.suppress(RuntimeError):  # it has ended, and closed its loop
                loop.call_soon_threadsafe(task.cancel)
            raise
