import asyncio
import socket
import time

import grpc
import pytest
from fake_model import FakeModel, serving

from keras_genre.client import AsyncGenreClient, GenreClient
from keras_genre.errors import (
    DeadlineExceededError,
    InvalidRequestError,
    ModelNotFoundError,
    PredictorError,
    ServerUnavailableError,
)


@pytest.fixture
def model():
    return FakeModel()


@pytest.fixture
def port(model):
    with serving(model) as port:
        yield port


async def ask_async(port, *films, **options):
    async with AsyncGenreClient(f"127.0.0.1:{port}", "m", **options) as client:
        return await client.predict(*films)


def ask(port, *films, **options):
    with GenreClient(f"127.0.0.1:{port}", "m", **options) as client:
        return client.predict(*films)


@pytest.fixture(params=["sync", "asyncio"])
def asking(request):
    """`ask`, or the same with asyncio."""
    if request.param == "sync":
        return ask
    return lambda *args, **options: asyncio.run(ask_async(*args, **options))


def test_metadata_goes_with_every_request(model, port, asking):
    asking(port, ["a", "b", "c"], batch_size=2, metadata={"Authorization": "Bearer x"})
    assert [given["authorization"] for given in model.metadata] == ["Bearer x"] * 2


def test_metadata_that_is_renewed_is_read_anew(model, port):
    metadata = {"authorization": "old"}
    with GenreClient(f"127.0.0.1:{port}", "m", metadata=metadata) as client:
        client.predict(["a"])
        metadata["authorization"] = "new"
        client.version_states()
    assert [given["authorization"] for given in model.metadata] == ["old", "new"]


def test_version_or_label_is_asked_for(model, port, asking):
    asking(port, ["a"], version=7)
    asking(port, ["a"], label="canary")
    asking(port, ["a"])
    version, label, neither = model.specs
    assert (version.version.value, version.version_label) == (7, "")
    assert (label.HasField("version"), label.version_label) == (False, "canary")
    assert neither.WhichOneof("version_choice") is None


@pytest.mark.parametrize("kind", [GenreClient, AsyncGenreClient])
def test_version_and_label_together_raise(kind):
    with pytest.raises(ValueError, match="version or a label, not both"):
        kind("localhost:8500", "m", version=1, label="canary")


def test_asynchronous_client_unavailable_is_tried_again(model, port):
    model.failures = 2
    assert len(asyncio.run(ask_async(port, ["a"]))) == 1
    assert len(model.calls) == 3


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (grpc.StatusCode.UNAVAILABLE, ServerUnavailableError),
        (grpc.StatusCode.NOT_FOUND, ModelNotFoundError),
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequestError),
        (grpc.StatusCode.UNAUTHENTICATED, PredictorError),
    ],
    ids=str,
)
def test_status_is_told_as_the_error_it_means(model, port, asking, code, error):
    model.failures, model.code = 99, code
    with pytest.raises(error, match="not now"):
        asking(port, ["a"], retries=0)


def test_deadline_that_passes_is_told(model, port, asking):
    model.delay = 0.5
    with pytest.raises(DeadlineExceededError, match=r"0\.1 seconds"):
        asking(port, ["a"], timeout=0.1)


def test_asynchronous_client_keeps_the_event_loop_free(model, port):
    model.delay = 0.3

    async def main():
        ticks = 0
        answer = asyncio.create_task(ask_async(port, ["a"]))
        while not answer.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks

    assert asyncio.run(main()) > 5


def test_asynchronous_client_waits_until_ready_or_gives_up(port):
    async def main():
        async with AsyncGenreClient(f"127.0.0.1:{port}", "m") as client:
            await client.wait_until_ready(timeout=10.0)
            assert await client.version_states() == {1: "AVAILABLE"}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{probe.getsockname()[1]}"
        async with AsyncGenreClient(address, "m", timeout=1.0) as client:
            started = time.monotonic()
            with pytest.raises(ServerUnavailableError, match="not ready after"):
                await client.wait_until_ready(timeout=0.3)
            assert time.monotonic() - started < 5

    asyncio.run(main())


def test_asynchronous_client_with_poster_that_is_no_picture_refuses_it(model, port, tmp_path):
    (tmp_path / "page.jpg").write_bytes(b"<html>")
    with pytest.raises(InvalidRequestError, match=r"page\.jpg"):
        asyncio.run(ask_async(port, None, [tmp_path / "page.jpg"]))
    assert model.calls == []
