"""Films prepared by a tf.data service, with real servers, one of which is killed."""

import functools
import os
import shutil
import signal
import socket
import subprocess
import sys

import pytest
import tensorflow as tf

from keras_genre.data import MovieDataset, shard_plan, write_records
from keras_genre.data.service import service_errors
from keras_genre.errors import DatasetError
from keras_genre.preprocessing import MoviePreprocessor

_DATA_SERVICE = [sys.executable, "-m", "keras_genre.cli.main", "data-service"]


@pytest.fixture(scope="module")
def dataset(sample_films, tmp_path_factory):
    """The sample films in shards of 8: the service deals out shards."""
    catalog, _ = sample_films
    small = functools.partial(shard_plan.plan_shards, films_per_shard=8)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("keras_genre.data.records.plan_shards", small)
        return write_records(catalog, tmp_path_factory.mktemp("shards") / "data")


@pytest.fixture(scope="module")
def preprocessor(dataset):
    made = MoviePreprocessor.from_preset("concat_fusion_small")
    made.adapt(dataset.plots("train"))
    return made


def new_dispatcher():
    return tf.data.experimental.service.DispatchServer()


def new_worker(dispatcher):
    service = tf.data.experimental.service
    return service.WorkerServer(service.WorkerConfig(dispatcher.target.split("://")[1]))


def ids_of(batches):
    return [movie_id for batch in batches for movie_id in batch[-1].numpy().tolist()]


def test_films_from_a_service_come_once_an_epoch_as_they_are_here(dataset, preprocessor):
    dispatcher = new_dispatcher()
    workers = [new_worker(dispatcher) for _ in range(2)]
    options = {"batch_size": 8, "with_ids": True}
    batches = dataset.load("train", preprocessor, service=dispatcher.target, **options)
    here = dataset.load("train", preprocessor, **options)
    assert batches.cardinality() == here.cardinality()
    assert batches.element_spec == here.element_spec

    expected = {
        movie_id: (labels, image)
        for tensors, labels, ids in here
        for movie_id, labels, image in zip(
            ids.numpy(), labels.numpy().tolist(), tensors["poster_image"].numpy(), strict=True
        )
    }
    orders = []
    for _ in range(2):
        epoch = list(batches)
        orders.append(ids_of(epoch))
        assert sorted(orders[-1]) == sorted(expected)  # each of them, and none twice
        for tensors, labels, ids in epoch:
            for row, movie_id in enumerate(ids.numpy()):
                assert labels[row].numpy().tolist() == expected[movie_id][0]
                assert (tensors["poster_image"][row].numpy() == expected[movie_id][1]).all()
    assert orders[0] != orders[1]
    del workers


@pytest.fixture
def victim():
    """A worker in a process of its own, the only one of a dispatcher of its own."""
    alone = new_dispatcher()
    process = subprocess.Popen(
        [*_DATA_SERVICE, "worker", "--dispatcher", alone.target.split("://")[1]],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert any("Preparing films" in line for line in process.stderr)
        yield alone, process
    finally:
        process.kill()
        process.communicate()


def test_worker_killed_in_an_epoch_takes_no_film_with_it(
    dataset, preprocessor, victim, monkeypatch
):
    monkeypatch.setattr("keras_genre.data.service._PATIENCE", 5)
    monkeypatch.setattr("keras_genre.data.preparation._FILMS_AT_ONCE", 2)
    dispatcher, process = victim
    batches = dataset.load(
        "train", preprocessor, 4, with_ids=True, shuffle=False, service=dispatcher.target
    )
    films = dataset.num_films("train")
    epoch = iter(batches)
    received = ids_of([next(epoch)])
    other = new_worker(dispatcher)
    process.send_signal(signal.SIGKILL)
    # The rest of the victim's shard comes from the other worker when the victim has been silent.
    with pytest.warns(UserWarning, match=rf"of {films} films of an epoch, and then none for 5 sec"):
        received += ids_of(epoch)
    assert len(received) == len(set(received)) == films
    assert len(set(ids_of(batches))) == films
    del other


def test_damaged_record_read_by_a_service_is_told_of(dataset, preprocessor, tmp_path):
    folder = shutil.copytree(dataset.folder, tmp_path / "data")
    shard = folder / dataset.manifest.splits["train"].shards[-1].file
    content = bytearray(shard.read_bytes())
    content[len(content) // 2] ^= 1
    shard.write_bytes(content)
    dispatcher = new_dispatcher()
    worker = new_worker(dispatcher)
    batches = MovieDataset(folder).load("train", preprocessor, service=dispatcher.target)
    with pytest.raises(tf.errors.DataLossError, match="corrupted record"), service_errors():
        list(batches)
    del worker


def test_service_that_is_not_there_is_told_of_at_once(dataset, preprocessor):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(DatasetError, match=f"grpc://127.0.0.1:{port} cannot be reached.*refused"):
        dataset.load("train", preprocessor, service=f"grpc://127.0.0.1:{port}")


def test_service_without_workers_is_not_waited_for_for_ever(dataset, preprocessor, monkeypatch):
    monkeypatch.setattr("keras_genre.data.service._PATIENCE", 1)
    dispatcher = new_dispatcher()
    batches = dataset.load("train", preprocessor, service=dispatcher.target)
    told = "has given no film for 1 seconds.* at least one worker: start what has ended"
    with pytest.raises(DatasetError, match=told), service_errors():
        next(iter(batches))


@pytest.mark.parametrize(
    ("split", "options", "told"),
    [
        ("train", {"service": "localhost:5000"}, "grpc://host:port"),
        ("validation", {"service": "grpc://a:1"}, "'validation'"),
        ("train", {"service": "grpc://a:1", "balanced": True}, "balanced=False"),
        ("train", {"service": "grpc://a:1", "share": (0, 2)}, "share=None"),
    ],
)
def test_service_for_what_it_cannot_do_is_refused(dataset, preprocessor, split, options, told):
    with pytest.raises(ValueError, match=told):
        dataset.load(split, preprocessor, **options)
