"""Several requests at once over an endless list, in order, holding a few of them at a time."""

import asyncio
import collections
import itertools
from collections.abc import (
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Sequence,
)
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from keras_genre.client.films import FilmBatch, Poster, read_pairs
from keras_genre.client.genre_prediction import GenrePrediction

__all__ = ["check_stream", "each", "each_async", "numbered_batches_async", "predict_each"]

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def check_stream(batch_size: int, concurrency: int) -> None:
    """Raise a ValueError if one of them is below 1."""
    for name, value in (("batch_size", batch_size), ("concurrency", concurrency)):
        if value < 1:
            raise ValueError(f"Expected {name} of at least 1, received {value}.")


def predict_each(
    predict_batch: Callable[[FilmBatch], list[GenrePrediction]],
    films: Iterable[tuple[str | None, Poster]],
    batch_size: int,
    concurrency: int,
) -> Iterator[GenrePrediction]:
    """What the `predict_stream` of a client does with its `predict_batch`.

    Raises:
        ValueError: At once, if `batch_size` or `concurrency` is below 1.
    """
    check_stream(batch_size, concurrency)

    def predict(numbered):
        first, pairs = numbered
        return predict_batch(read_pairs(pairs, first))

    def predictions():
        for answered in each(predict, _numbered_batches(films, batch_size), concurrency):
            yield from answered

    return predictions()


def _numbered_batches(items: Iterable[_Item], size: int) -> Iterator[tuple[int, list[_Item]]]:
    """Yield up to `size` items at a time, with the number of the first, counted from 0."""
    items = iter(items)
    for first in itertools.count(0, size):
        batch = list(itertools.islice(items, size))
        if not batch:
            return
        yield first, batch


async def numbered_batches_async(
    items: Iterable[_Item] | AsyncIterable[_Item], size: int
) -> AsyncIterator[tuple[int, list[_Item]]]:
    """The same from items that may have to be waited for."""
    if not isinstance(items, AsyncIterable):
        for numbered in _numbered_batches(items, size):
            yield numbered
        return
    first, batch = 0, []
    async for item in items:
        batch.append(item)
        if len(batch) == size:
            yield first, batch
            first, batch = first + size, []
    if batch:
        yield first, batch


def each(
    function: Callable[[_Item], _Result], items: Iterable[_Item], concurrency: int
) -> Iterator[_Result]:
    """Yield `function` of each item in order, worked out by `concurrency` threads.

    An item is taken when a thread is free for it, so that no more than `concurrency` are held. When
    the caller stops, or an item fails, those under way are waited for and the others dropped.
    """
    pending = collections.deque()
    with ThreadPoolExecutor(concurrency, "keras_genre-stream") as threads:
        try:
            for item in items:
                pending.append(threads.submit(function, item))
                if len(pending) == concurrency:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


async def each_async(
    function: Callable[[_Item], Awaitable[_Result]],
    items: AsyncIterator[_Item],
    concurrency: int,
) -> AsyncIterator[_Result]:
    """The same in the tasks of an event loop; those under way are cancelled."""
    pending: Sequence[asyncio.Task] = collections.deque()
    try:
        async for item in items:
            pending.append(asyncio.create_task(function(item)))
            if len(pending) == concurrency:
                yield await pending.popleft()
        while pending:
            yield await pending.popleft()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
