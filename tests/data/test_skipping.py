import os
import shutil

import numpy as np
import pytest
import tensorflow as tf
from test_verifying import flip, movie_ids, offsets

from keras_genre.data import MovieDataset
from keras_genre.errors import DatasetError


@pytest.fixture
def data(sample_dataset, tmp_path):
    """A copy of the sample records that may be damaged."""
    return shutil.copytree(sample_dataset.folder, tmp_path / "data")


def raw(batch):
    """A preprocessor that leaves out posters and keeps plots."""
    return {"plot": batch["plot"]}


def opened(data, message):
    with pytest.warns(UserWarning, match=message) as caught:
        dataset = MovieDataset(data, skip_damaged=True)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    return dataset


def test_skip_damaged_of_sound_records_changes_nothing(sample_dataset):
    dataset = MovieDataset(sample_dataset.folder, skip_damaged=True)
    assert dataset.skipped == {"train": 0, "validation": 0, "test": 0}
    for split in dataset.splits:
        assert movie_ids(dataset, split) == movie_ids(sample_dataset, split)


@pytest.mark.parametrize("place", [0, 9, 40, -1])
@pytest.mark.parametrize("number", [0, 7, 17])
def test_skip_damaged_leaves_out_the_damaged_film_and_keeps_the_order(
    data, sample_dataset, number, place
):
    (path,) = data.glob("test-*")
    start, stop = offsets(path)[number : number + 2]
    flip(path, (stop if place < 0 else start) + place)
    dataset = opened(data, rf"1 of 120 films of .* are left out.*: {path.name} 1\.")
    expected = movie_ids(sample_dataset, "test")
    del expected[number]
    assert movie_ids(dataset, "test") == expected
    assert dataset.num_films("test") == 17
    assert dataset.skipped == {"train": 0, "validation": 0, "test": 1}
    assert movie_ids(dataset, "train") == movie_ids(sample_dataset, "train")


def test_skip_damaged_counts_films_that_are_cut_off(data, sample_dataset):
    (path,) = data.glob("test-*")
    path.write_bytes(path.read_bytes()[: offsets(path)[11] + 5])
    flip(path, 40)
    dataset = opened(data, "8 of 120 films")
    assert movie_ids(dataset, "test") == movie_ids(sample_dataset, "test")[1:11]


def test_skip_damaged_loads_trains_and_weighs_what_is_left(data, sample_dataset):
    (path,) = data.glob("train-*")
    for number in (3, 4, 50):
        flip(path, offsets(path)[number] + 40)
    dataset = opened(data, "3 of 120 films")
    kept = [n for n in range(84) if n not in (3, 4, 50)]
    load = {"shuffle": False, "bucketed": False, "with_ids": True, "batch_size": 16}
    labels = np.concatenate([labels for _, labels, _ in sample_dataset.load("train", raw, **load)])
    read = list(dataset.load("train", raw, **load))
    np.testing.assert_array_equal(np.concatenate([batch[1] for batch in read]), labels[kept])
    np.testing.assert_allclose(dataset.base_rates(), labels[kept].mean(axis=0), rtol=1e-6)
    assert sum(len(batch) for batch in dataset.plots("train")) == 81
    shuffled = dataset.load("train", raw, batch_size=16)
    assert shuffled.cardinality() == 6
    for epoch in range(2):
        assert sum(len(labels) for _, labels in shuffled) == 81, epoch
    balanced = dataset.load("train", raw, batch_size=16, balanced=True, bucketed=False)
    assert sum(len(labels) for _, labels in balanced) == 81


def test_without_skip_damaged_a_damaged_record_raises(data):
    (path,) = data.glob("test-*")
    flip(path, 40)
    dataset = MovieDataset(data)
    with pytest.raises(tf.errors.DataLossError):
        movie_ids(dataset, "test")


def test_skip_damaged_of_a_missing_shard_is_refused(data):
    (path,) = data.glob("test-*")
    path.unlink()
    with pytest.raises(DatasetError, match=f"{path.name} is missing"):
        MovieDataset(data, skip_damaged=True)


def test_skip_damaged_of_swapped_shards_is_refused(data):
    os.replace(next(data.glob("validation-*")), data / "x")
    shutil.copy(next(data.glob("test-*")), data / "validation-00000-of-00001.tfrecord")
    with pytest.raises(DatasetError, match="not those of the manifest"):
        MovieDataset(data, skip_damaged=True)


def test_skip_damaged_of_a_split_without_a_sound_record_is_refused(data):
    (path,) = data.glob("test-*")
    path.write_bytes(b"\0" * path.stat().st_size)
    with pytest.raises(DatasetError, match="No film of split 'test'"):
        MovieDataset(data, skip_damaged=True)


def test_skip_damaged_of_a_test_shard_in_the_place_of_a_train_shard_is_refused(data):
    (train,), (test,) = data.glob("train-*"), data.glob("test-*")
    shutil.copy(test, train)
    with pytest.raises(DatasetError, match="not those of the manifest"):
        MovieDataset(data, skip_damaged=True)


@pytest.mark.parametrize("place", [40, -1])
def test_skip_damaged_of_a_damaged_shard_of_another_split_is_refused(data, place):
    (train,), (test,) = data.glob("train-*"), data.glob("test-*")
    shutil.copy(test, train)
    flip(train, place)
    with pytest.raises(DatasetError, match=f"{train.name} was changed .* is in {test.name} too"):
        MovieDataset(data, skip_damaged=True)


def test_skip_damaged_of_a_shard_with_a_film_twice_is_refused(data):
    (path,) = data.glob("train-*")
    content, places = path.read_bytes(), offsets(path)
    path.write_bytes(content[: places[9]] + content[: places[1]] + content[places[10] : -1])
    with pytest.raises(DatasetError, match=f"{path.name} was changed .* is in {path.name} too"):
        MovieDataset(data, skip_damaged=True)
