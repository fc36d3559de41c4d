import asyncio
import itertools
import threading
import time

import pytest
from fake_model import FakeModel, serving

from keras_genre.client import AsyncGenreClient, GenreClient
from keras_genre.client.streaming import each, each_async
from keras_genre.errors import InvalidRequestError, ServerUnavailableError


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def port(model):
    with serving(model) as port:
        yield port


def films(count):
    return [("x" * (number % 90), None) for number in range(count)]


def lengths(predictions):
    return [round(100 * prediction.probabilities["Drama"]) for prediction in predictions]


def ask(port, given, **options):
    with GenreClient(f"127.0.0.1:{port}", "m") as client:
        return lengths(client.predict_stream(given, **options))


async def ask_async(port, given, **options):
    async with AsyncGenreClient(f"127.0.0.1:{port}", "m") as client:
        return lengths([one async for one in client.predict_stream(given, **options)])


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("count", [0, 1, 7, 64])
def test_stream_gives_every_film_in_order(port, count, asynchronous):
    given = films(count)
    options = {"batch_size": 3, "concurrency": 4}
    found = (
        asyncio.run(ask_async(port, given, **options))
        if asynchronous
        else ask(port, given, **options)
    )
    assert found == [len(plot) for plot, _ in given]


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("concurrency", [1, 3])
def test_stream_asks_as_many_at_a_time_as_told(model, port, concurrency, asynchronous):
    model.delay = 0.05
    options = {"batch_size": 1, "concurrency": concurrency}
    if asynchronous:
        asyncio.run(ask_async(port, films(9), **options))
    else:
        ask(port, films(9), **options)
    assert model.most_at_work == concurrency


def test_stream_takes_films_only_as_it_needs_them(port):
    taken = []

    def endless():
        for number in itertools.count():
            taken.append(number)
            yield ("x" * (number % 90), None)

    with GenreClient(f"127.0.0.1:{port}", "m") as client:
        stream = client.predict_stream(endless(), batch_size=2, concurrency=3)
        assert lengths(itertools.islice(stream, 20)) == list(range(20))
        assert len(taken) <= 20 + 2 * 3
        stream.close()
    assert len(taken) <= 20 + 2 * 3


def test_stream_over_an_asynchronous_generator_is_in_order(port):
    async def given():
        for film in films(11):
            await asyncio.sleep(0)
            yield film

    found = asyncio.run(ask_async(port, given(), batch_size=3, concurrency=2))
    assert found == list(range(11))


def test_stream_with_a_poster_that_is_no_picture_names_the_film(model, port):
    given = [*films(5), ("plot", b"<html>404</html>")]
    with pytest.raises(InvalidRequestError, match=r"Film number 5, counted from 0: .*picture"):
        ask(port, given, batch_size=2)
    with pytest.raises(InvalidRequestError, match="Film number 5"):
        asyncio.run(ask_async(port, given, batch_size=2))


@pytest.mark.parametrize("film", ["ab", ("plot",), None, {"plot": 1, "poster": 2}])
def test_stream_of_what_is_no_pair_says_what_is_expected(port, film):
    with pytest.raises(ValueError, match=r"\(plot, poster\).*film number 1"):
        ask(port, [("plot", None), film])


@pytest.mark.parametrize("options", [{"batch_size": 0}, {"concurrency": 0}])
def test_stream_with_a_number_below_one_raises_at_once(port, options):
    with (
        GenreClient(f"127.0.0.1:{port}", "m") as client,
        pytest.raises(ValueError, match=next(iter(options))),
    ):
        client.predict_stream([], **options)


@pytest.mark.parametrize("asynchronous", [False, True])
def test_stream_whose_server_fails_raises_and_stops_asking(model, port, asynchronous):
    model.failures = 10**6
    options = {"batch_size": 1, "concurrency": 2}
    asking = (lambda *a, **o: asyncio.run(ask_async(*a, **o))) if asynchronous else ask
    with pytest.raises(ServerUnavailableError):
        asking(port, films(100), **options)
    assert len(model.calls) <= 2 * 4 + 4  # each with its retries, and one begun meanwhile


def test_each_uses_several_threads_and_keeps_order():
    together = threading.Barrier(3, timeout=10)

    def wait(item):
        together.wait()
        return item

    assert list(each(wait, range(9), 3)) == list(range(9))


def test_each_async_abandoned_early_cancels_what_is_under_way():
    cancelled = []

    async def slow(item):
        try:
            await asyncio.sleep(0 if item == 0 else 30)
        except asyncio.CancelledError:
            cancelled.append(item)
            raise
        return item

    async def items():
        for item in range(10):
            yield item

    async def main():
        results = each_async(slow, items(), 3)
        assert await anext(results) == 0
        await results.aclose()

    started = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - started < 10
    assert cancelled == [1, 2]
