"""Interrupted, terminated or killed at many instants: the target is whole, or is not there."""

import signal

import pytest

from keras_genre.client import InProcessPredictor
from keras_genre.data import MovieDataset

_CODES = {"SIGINT": 130, "SIGTERM": 143, "SIGKILL": -signal.SIGKILL}


def _instants(seconds, count):
    """Moments spread over a command's duration; when exactly is left to the machine."""
    return [seconds * (number + 0.5) / count for number in range(count)]


@pytest.mark.parametrize("name", _CODES)
def test_prepare_ended_at_any_instant_leaves_whole_records_or_none(
    command, sample_csv, tmp_path, name
):
    target = tmp_path / "data"
    line = ["prepare", "poster-csv", sample_csv, "--out", target]
    seconds = command(*line[:-1], tmp_path / "first").seconds
    codes = set()
    for instant in _instants(seconds, 10):
        codes.add(command(*line, kill=name, delay=instant).code)
        if target.exists():
            MovieDataset(target).verify()
            target.rename(tmp_path / f"whole at {instant}")
    assert _CODES[name] in codes
    assert codes <= {_CODES[name], 0}
    assert command(*line).code == 0
    MovieDataset(target).verify()
    assert not list(tmp_path.glob(".*"))  # what the others left, to be gone on with


@pytest.mark.parametrize("name", _CODES)
def test_export_ended_at_any_instant_leaves_whole_versions(command, tiny_run, tmp_path, name):
    line = ["export", tiny_run.folder, "--to", tmp_path]
    model = tmp_path / tiny_run.name
    seconds = command(*line).seconds
    first = {path: path.read_bytes() for path in (model / "1").rglob("*") if path.is_file()}
    codes = set()
    for instant in _instants(seconds, 6):
        codes.add(command(*line, kill=name, delay=instant).code)
        if name != "SIGKILL":
            assert not list(model.glob(".*"))
    assert _CODES[name] in codes
    assert codes <= {_CODES[name], 0}
    assert command(*line).code == 0
    assert not list(model.glob(".*"))
    answers = [_answer(version) for version in model.iterdir()]
    assert len(answers) >= 2
    assert all(answer == answers[0] for answer in answers)
    assert {path: path.read_bytes() for path in first} == first


def _answer(version):
    predictor = InProcessPredictor(version)
    return predictor.predict(["A heist goes wrong."], [None])[0].probabilities
