"""AsyncGenreClient: a model behind TensorFlow Serving, over gRPC, for an event loop."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Sequence

import grpc
import grpc.aio

from keras_genre.client.films import FilmBatch, Poster, film_batches, read_pairs
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.grpc_connection import GrpcConnection
from keras_genre.client.grpc_messages import read_predictions, read_states
from keras_genre.client.readiness import NOT_YET, PAUSE, is_available, not_ready
from keras_genre.client.streaming import check_stream, each_async, numbered_batches_async


class AsyncGenreClient(GrpcConnection):
    """`GenreClient` for asyncio: the same arguments, methods and errors.

    Posters are read in threads, so that the event loop goes on meanwhile. It belongs to the event
    loop in which it is made.

    Example:
        >>> async with AsyncGenreClient("localhost:8500", "lstm") as client:  # doctest: +SKIP
        ...     print((await client.predict(["A heist goes wrong."]))[0].genres)
        ('Crime',)
    """

    _library = grpc.aio

    async def predict(
        self,
        plots: Sequence[str | None] | None = None,
        posters: Sequence[Poster] | None = None,
    ) -> list[GenrePrediction]:
        """Say the genres of films, in their order. See `GenreClient.predict`."""
        batches = film_batches(plots, posters, self._batch_size)
        predictions = []
        while batch := await asyncio.to_thread(next, batches, None):
            predictions += await self.predict_batch(batch)
        return predictions

    async def predict_stream(
        self,
        films: Iterable[tuple[str | None, Poster]] | AsyncIterable[tuple[str | None, Poster]],
        batch_size: int | None = None,
        concurrency: int = 4,
    ) -> AsyncIterator[GenrePrediction]:
        """Say the genres of any number of films, in their order. See `GenreClient.predict_stream`.

        Args:
            films: Pairs (plot, poster), from a generator or an asynchronous one.
            batch_size: Films a request; by default the client's own.
            concurrency: Requests under way at a time.
        """
        size = self._batch_size if batch_size is None else batch_size
        check_stream(size, concurrency)
        batches = numbered_batches_async(films, size)
        async for answered in each_async(self._predict_pairs, batches, concurrency):
            for prediction in answered:
                yield prediction

    async def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already, in one request."""
        request = self._asked.predict_request(batch)
        return read_predictions(await self._call(self._predictions.Predict, request))

    async def version_states(self) -> dict[int, str]:
        """The state of each version that the server knows, for example `{1: "AVAILABLE"}`."""
        return await self._version_states()

    async def wait_until_ready(self, timeout: float = 60.0) -> None:
        """Return as soon as a version of the model is available.

        Raises:
            ServerUnavailableError: If that takes longer than `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while True:
            cause = None
            remaining = max(0.0, deadline - time.monotonic())
            try:
                longest = min(self._timeout, remaining)
                if is_available(await self._version_states(timeout=longest, wait_for_ready=True)):
                    return
            except NOT_YET as error:
                cause = error
            if time.monotonic() >= deadline:
                raise not_ready(self._asked.name, self._address, timeout) from cause
            await asyncio.sleep(PAUSE)

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def __aenter__(self) -> "AsyncGenreClient":
        return self

    async def __aexit__(self, *_) -> None:
        await self.close()

    async def _predict_pairs(self, numbered) -> list[GenrePrediction]:
        first, films = numbered
        return await self.predict_batch(await asyncio.to_thread(read_pairs, films, first))

    async def _version_states(self, **options) -> dict[int, str]:
        request = self._asked.status_request()
        return read_states(await self._call(self._models.GetModelStatus, request, **options))

    async def _call(self, method, request, **options):
        try:
            return await method(request, **{**self._call_options(), **options})
        except grpc.RpcError as cause:
            raise self._error(cause) from cause
