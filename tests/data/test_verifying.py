import json
import os
import shutil
import struct

import numpy as np
import pytest
import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.data.verifying import find_problems


@pytest.fixture
def data(sample_dataset, tmp_path):
    """A copy of the sample records that may be damaged."""
    return shutil.copytree(sample_dataset.folder, tmp_path / "data")


def flip(path, place):
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def offsets(path):
    """Where each record begins, and where the last one ends."""
    content, places = path.read_bytes(), [0]
    while places[-1] < len(content):
        (length,) = struct.unpack_from("<Q", content, places[-1])
        places.append(places[-1] + 16 + length)
    return places


def movie_ids(dataset, split):
    return [film["movie_id"].decode() for film in dataset.films(split).as_numpy_iterator()]


def test_find_problems_of_sound_records_is_empty(sample_dataset):
    assert find_problems(sample_dataset.folder) == []
    sample_dataset.verify()


@pytest.mark.parametrize("part", ["length", "its checksum", "content", "checksum"])
@pytest.mark.parametrize("number", [0, 7, 17])
def test_find_problems_of_a_flipped_byte_names_the_record(data, part, number):
    (path,) = data.glob("test-*")
    ids = movie_ids(MovieDataset(data), "test")
    start, stop = offsets(path)[number : number + 2]
    place = {"length": start, "its checksum": start + 9, "content": stop - 60, "checksum": stop - 1}
    flip(path, place[part])
    (problem,) = find_problems(data)
    assert (problem.file, problem.record) == (str(path), number)
    assert f"damaged in record {number}, counted from 0" in problem.reason
    if part in ("content", "checksum"):
        assert problem.movie_id == ids[number]


def test_find_problems_of_several_damaged_records_names_ten_and_counts_the_rest(data):
    (path,) = data.glob("train-*")
    starts = offsets(path)[:-1]
    for start in starts[3:20]:
        flip(path, start + 40)
    problems = find_problems(data)
    assert [problem.record for problem in problems] == [*range(3, 13), None]
    assert problems[-1].reason == "is damaged in 7 more records"


@pytest.mark.parametrize(("left", "record"), [(5, 0), (11, 0), (20, 0), (-1, 17), (-20, 17)])
def test_find_problems_of_a_cut_file_names_the_record_that_is_cut(data, left, record):
    (path,) = data.glob("test-*")
    path.write_bytes(path.read_bytes()[:left])
    first = find_problems(data)[0]
    assert (first.record, first.file) == (record, str(path))
    assert "is cut in" in first.reason


@pytest.mark.parametrize("left", [0, 1, 17])
def test_find_problems_of_a_file_cut_between_records_says_how_many_are_left(data, left):
    (path,) = data.glob("test-*")
    path.write_bytes(path.read_bytes()[: offsets(path)[left]])
    (problem,) = find_problems(data)
    assert problem.reason == f"holds {left} records where 18 were written"


def test_find_problems_of_a_record_that_stands_twice_says_how_many_there_are(data):
    (path,) = data.glob("test-*")
    content = path.read_bytes()
    path.write_bytes(content + content[: offsets(path)[1]])
    (problem,) = find_problems(data)
    assert problem.reason == "holds 19 records where 18 were written"


def test_find_problems_of_records_in_another_order_says_that_the_file_was_changed(data):
    (path,) = data.glob("test-*")
    content, place = path.read_bytes(), offsets(path)[4]
    path.write_bytes(content[place:] + content[:place])
    (problem,) = find_problems(data)
    assert "was changed after it was written" in problem.reason


def test_find_problems_of_swapped_shards_names_both(data):
    test, validation = next(data.glob("test-*")), next(data.glob("validation-*"))
    test.rename(data / "x")
    validation.rename(test)
    (data / "x").rename(validation)
    problems = {problem.file: problem.reason for problem in find_problems(data)}
    assert problems == {
        str(test): f"holds what belongs into {validation.name}",
        str(validation): f"holds what belongs into {test.name}",
    }


def test_find_problems_names_everything_at_once(data):
    train, test, validation = (
        next(data.glob(f"{split}-*")) for split in ("train", "test", "validation")
    )
    flip(train, 40)
    flip(train, -1)
    test.unlink()
    extra = data / "train-00001-of-00002.tfrecord"
    extra.write_bytes(b"")
    validation.write_bytes(validation.read_bytes()[:-1])
    problems = find_problems(data)
    assert [(os.path.basename(found.file), found.record) for found in problems] == [
        (train.name, 0),
        (train.name, 83),
        (validation.name, 17),
        (test.name, None),
        (extra.name, None),
    ]
    assert problems[3].reason == "is missing"
    assert problems[4].reason == "is not in the manifest"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content["splits"]["validation"].update(genre_counts=[1] * 8),
        lambda content: content["splits"]["validation"]["shards"][0].update(films=19),
    ],
)
def test_find_problems_of_counts_that_are_not_the_records_names_the_split(data, change):
    path = data / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["checksum"]  # as in records of older versions
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")
    (problem,) = find_problems(data)
    assert problem.file == str(path)
    assert "its counts of split 'validation' differ" in problem.reason


def test_find_problems_of_an_edited_manifest_says_so(data):
    path = data / "manifest.json"
    path.write_text(path.read_text().replace('"poster_size": 448', '"poster_size": 449'))
    (problem,) = find_problems(data)
    assert problem.file == str(path)
    assert "was changed by hand" in problem.reason


def test_verify_of_one_problem_says_it_in_one_line(data):
    (path,) = data.glob("train-*")
    dataset = MovieDataset(data)
    flip(path, 40)
    with pytest.raises(Exception, match="record 0, counted from 0") as caught:
        dataset.verify()
    assert str(caught.value).startswith(str(path))
    assert str(caught.value).endswith("Prepare the records again.")
    assert "\n" not in str(caught.value)


def test_verify_of_many_problems_names_twenty(data):
    dataset = MovieDataset(data)
    for path in data.glob("t*.tfrecord"):
        for start in offsets(path)[:-1]:
            flip(path, start + 40)
    with pytest.raises(Exception, match="has 22 problems") as caught:
        dataset.verify()
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "... and 2 more. Prepare the records again."


@pytest.mark.parametrize("seed", range(40))
def test_find_problems_of_any_damage_to_a_shard_finds_it(data, seed):
    random = np.random.default_rng(seed)
    (path,) = data.glob("test-*")
    content = bytearray(path.read_bytes())
    start = int(random.integers(len(content)))
    length = int(10 ** random.uniform(0, 4))
    match seed % 4:
        case 0:
            content[start : start + length] = random.bytes(length)
        case 1:
            del content[start : start + length]
        case 2:
            content[start:start] = random.bytes(length)
        case 3:
            content[start : start + length] = bytes(len(content[start : start + length]))
    path.write_bytes(content)
    problems = find_problems(data)
    assert problems
    assert {problem.file for problem in problems} == {str(path)}


def test_find_problems_reads_no_damaged_record_as_sound(data):
    """TensorFlow's own reader is the measure: what it refuses is what is named."""
    (path,) = data.glob("test-*")
    flip(path, offsets(path)[5] + 30)
    read = tf.data.TFRecordDataset(str(path)).as_numpy_iterator()
    for _ in range(5):
        next(read)
    with pytest.raises(tf.errors.DataLossError):
        next(read)
    assert [problem.record for problem in find_problems(data)] == [5]
