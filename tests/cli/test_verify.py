import json
import shutil

import pytest
from click.testing import CliRunner

from keras_genre.cli.verify import command
from keras_genre.errors import DatasetError


@pytest.fixture
def data(sample_dataset, tmp_path):
    """A copy of the sample records that may be damaged."""
    return shutil.copytree(sample_dataset.folder, tmp_path / "data")


def run(*args):
    return CliRunner().invoke(command, [str(arg) for arg in args])


def test_verify_of_sound_records_says_so(data):
    assert "120 films in 3 shards, all whole" in run(data).stdout
    said = json.loads(run(data, "--json").stdout)
    assert said == {
        "folder": str(data),
        "films": {"train": 84, "validation": 18, "test": 18},
        "shards": 3,
        "whole": True,
        "problems": [],
    }


def test_verify_of_damaged_records_names_all_problems_and_fails(data):
    path, missing = next(data.glob("test-*")), next(data.glob("train-*"))
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    missing.unlink()
    for args in ([data], [data, "--json"]):
        done = run(*args)
        assert isinstance(done.exception, DatasetError)
        assert "has 2 problems" in str(done.exception)
        assert str(path) in str(done.exception)
    said = json.loads(done.stdout)
    assert said["whole"] is False
    assert [(found["file"], found["record"]) for found in said["problems"]] == [
        (str(missing), None),
        (str(path), 17),
    ]
    assert run(data).stdout == ""
