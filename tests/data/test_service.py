"""Films prepared by a tf.data service, with real servers, one of which is killed."""

import functools
import os
import signal
import subprocess
import sys

import pytest
import tensorflow as tf

from keras_genre.data import shard_plan, write_records
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


@pytest.fixture(scope="module")
def dispatcher():
    service = tf.data.experimental.service
    return service.DispatchServer(service.DispatcherConfig(worker_timeout_ms=2000))


@pytest.fixture(scope="module")
def worker(dispatcher):
    service = tf.data.experimental.service
    return service.WorkerServer(service.WorkerConfig(dispatcher.target.split("://")[1]))


def ids_of(batches):
    return [movie_id for batch in batches for movie_id in batch[-1].numpy().tolist()]


def test_films_from_a_service_come_once_an_epoch_as_they_are_here(
    dataset, preprocessor, dispatcher, worker
):
    service = tf.data.experimental.service
    second = service.WorkerServer(service.WorkerConfig(dispatcher.target.split("://")[1]))
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
    del second


# Slow, for TensorFlow's reader has once waited for ever here: it would hold up all other tests.
@pytest.mark.slow
def test_worker_killed_in_an_epoch_loses_films_of_that_epoch_and_no_other(
    dataset, preprocessor, dispatcher, worker
):
    address = dispatcher.target.split("://")[1]
    other = subprocess.Popen(
        [*_DATA_SERVICE, "worker", "--dispatcher", address],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert any("Preparing films" in line for line in other.stderr)
        batches = dataset.load(
            "train", preprocessor, 4, with_ids=True, shuffle=False, service=dispatcher.target
        )
        films = dataset.num_films("train")
        epoch = iter(batches)
        received = ids_of([next(epoch)])
        other.send_signal(signal.SIGKILL)
        received += ids_of(epoch)
    finally:
        other.kill()
        other.communicate()
    # An epoch is as long as ever. The service gives no film twice: what was lost is made up for by
    # a second pass, which begins when the first one has ended.
    assert len(received) == films
    lost = films - len(set(received))
    first_pass = received[: films - lost]
    assert len(set(first_pass)) == len(first_pass)
    assert lost < films / 2 + 32
    assert len(set(ids_of(batches))) == films


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
