import json
import shutil

import numpy as np
import pytest

from keras_genre.baselines import BaselineRun, make_tfidf, open_run, tfidf_beside
from keras_genre.catalog import MovieCatalog
from keras_genre.data import MovieDataset, write_records
from keras_genre.errors import DatasetError, RunError
from keras_genre.runs import Run
from keras_genre.scoring import DecisionRule


@pytest.fixture(scope="module")
def tfidf(sample_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("baselines") / "words"
    return make_tfidf(sample_dataset).save(folder), folder


@pytest.fixture
def copied(tfidf, tmp_path):
    shutil.copytree(tfidf[1], tmp_path / "words")
    return tmp_path / "words"


def test_baseline_read_again_is_the_same(tfidf, sample_dataset):
    baseline, folder = tfidf
    again = open_run(folder)
    assert (again.name, again.kind) == ("words", "tfidf")
    assert again.choices == baseline.choices
    assert again.data_hash == sample_dataset.manifest.data_hash
    np.testing.assert_array_equal(again.base_rates, sample_dataset.base_rates())
    for split in sample_dataset.splits:
        received, expected = again.predict(split), baseline.predict(split)
        received.check_same_films(expected)
        np.testing.assert_array_equal(received.probabilities, expected.probabilities)
        assert received.split == split


def test_baseline_thresholds_are_chosen_on_validation(tfidf):
    baseline, _ = tfidf
    expected = DecisionRule.fit(baseline.predict("validation"))
    np.testing.assert_array_equal(baseline.rule.thresholds, expected.thresholds)
    assert baseline.rule.fitted_on == "validation"


def test_baseline_predicts_the_films_of_a_run_on_the_same_records(tfidf, tiny_run):
    tfidf[0].predict("validation").check_same_films(tiny_run.predict("validation"))


def test_open_run_of_a_training_gives_the_run(tiny_run):
    assert isinstance(open_run(tiny_run.folder), Run)


@pytest.mark.parametrize("name", ["baseline.json", "rule.json", "data.json"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"[]"])
def test_baseline_with_a_damaged_file_names_it(copied, name, content):
    (copied / name).write_bytes(content)
    with pytest.raises(RunError, match=name.replace(".", r"\.")):
        open_run(copied)


@pytest.mark.parametrize("name", ["rule.json", "data.json", "predictions/test.npz"])
def test_baseline_with_a_missing_file_names_it(copied, name):
    (copied / name).unlink()
    with pytest.raises(RunError, match=name.replace(".", r"\.")):
        open_run(copied)


def test_baseline_with_predictions_of_another_split_is_refused(copied):
    shutil.copy(copied / "predictions/train.npz", copied / "predictions/test.npz")
    with pytest.raises(RunError, match="it is of train"):
        open_run(copied)


def test_baseline_into_a_folder_that_exists_raises(tfidf):
    with pytest.raises(RunError, match="exists already"):
        tfidf[0].save(tfidf[1])


def test_baseline_asked_for_another_split_raises(tfidf):
    with pytest.raises(ValueError, match="Unknown split 'dev'"):
        tfidf[0].predict("dev")


def test_baseline_of_records_without_test_films_says_so(sample_films, tmp_path):
    catalog, _ = sample_films
    frame = catalog.frame[catalog.frame["split"] != "test"]
    dataset = write_records(MovieCatalog(frame, catalog.vocabulary), tmp_path / "data")
    with pytest.raises(RunError, match="without test films"):
        make_tfidf(dataset).predict("test")


def test_baseline_of_records_without_validation_films_raises(sample_films, tmp_path):
    catalog, _ = sample_films
    frame = catalog.frame[catalog.frame["split"] != "validation"]
    dataset = write_records(MovieCatalog(frame, catalog.vocabulary), tmp_path / "data")
    with pytest.raises(DatasetError, match="no validation films"):
        make_tfidf(dataset)


@pytest.fixture
def run(tiny_run, tmp_path):
    shutil.copytree(tiny_run.folder, tmp_path / "runs" / "tiny")
    return Run(tmp_path / "runs" / "tiny")


def test_tfidf_beside_a_run_is_made_once_for_all_runs_there(run, tfidf, monkeypatch):
    lines = []
    first = tfidf_beside(run, lines.append)
    assert lines[0] == "Training TF-IDF on the records of tiny."
    assert lines[1].startswith("TF-IDF trained on the records of tiny in ")
    (kept,) = run.folder.parent.glob(".tfidf-*")
    monkeypatch.setattr(MovieDataset, "plots", None)  # nothing is read again
    again = tfidf_beside(run, lines.append)
    assert len(lines) == 2
    assert again.name == first.name == "TF-IDF"
    expected = tfidf[0].predict("test").probabilities
    np.testing.assert_array_equal(again.predict("test").probabilities, expected)
    assert isinstance(BaselineRun.load(kept), BaselineRun)


def test_tfidf_beside_a_run_that_is_damaged_is_made_again(run):
    tfidf_beside(run, print)
    (kept,) = run.folder.parent.glob(".tfidf-*")
    (kept / "rule.json").write_text("{")
    lines = []
    assert tfidf_beside(run, lines.append)
    assert "rule.json" in lines[0]
    assert "made again" in lines[0]
    assert "kept in" in lines[-1]


def test_tfidf_beside_a_run_whose_records_are_gone_says_so(run):
    data = json.loads((run.folder / "data.json").read_text())
    (run.folder / "data.json").write_text(json.dumps({**data, "folder": "/nowhere"}))
    lines = []
    assert tfidf_beside(Run(run.folder), lines.append) is None
    (line,) = lines
    assert line.startswith("No TF-IDF row: ")
    assert "/nowhere" in line
