import json
import shutil

import pytest
from reduced_presets import REDUCED_PRESETS

from keras_genre.presets import PRESETS


@pytest.fixture
def deep(tiny_run, tmp_path):
    shutil.copytree(tiny_run.folder, tmp_path / "runs" / "tiny")
    return tmp_path / "runs" / "tiny"


def rows_of(run, *args):
    code, out, err = run("evaluate", *args, "--resamples", 20, "--no-report", "--json")
    assert code == 0, err
    return [row["name"] for row in json.loads(out)["scores"]], err


def test_baseline_tfidf_is_scored_beside_a_deep_model_in_one_table(
    run, sample_dataset, deep, tmp_path
):
    out = tmp_path / "runs" / "words"
    code, shown, err = run("baseline", "tfidf", sample_dataset.folder, "--out", out, "--json")
    assert code == 0, err
    made = json.loads(shown)
    assert made["run"] == str(out)
    assert made["choices"]["c"] > 0
    names, err = rows_of(run, out, deep)
    assert names[:3] == ["predict nothing", "top-3 genres", "every genre"]
    assert names[5::3] == ["words", "tiny"]
    assert "Training TF-IDF" not in err  # it was given
    code, shown, _ = run("evaluate", out, deep, "--resamples", 20, "--no-report")
    assert code == 0
    assert "Differences to words" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert rows_of(run, out)[0][3:] == ["words, plain 0.5", "words, one threshold", "words"]


def test_evaluate_of_a_deep_model_adds_tfidf_once_and_says_so(run, deep):
    names, err = rows_of(run, deep)
    assert names[5::3] == ["TF-IDF", "tiny"]
    assert "\nTraining TF-IDF on the records of tiny.\nTF-IDF trained on " in f"\n{err}"
    names, err = rows_of(run, deep, "--split", "validation")
    assert names[5::3] == ["TF-IDF", "tiny"]
    assert "Training TF-IDF" not in err


def test_evaluate_without_tfidf_leaves_it_out(run, deep):
    names, err = rows_of(run, deep, "--no-tfidf")
    assert names[5::3] == ["tiny"]
    assert "TF-IDF" not in err
    assert not list(deep.parent.glob(".tfidf-*"))


def test_evaluate_where_the_records_are_gone_says_why_tfidf_is_missing(run, deep):
    data = json.loads((deep / "data.json").read_text())
    (deep / "data.json").write_text(json.dumps({**data, "folder": "/nowhere"}))
    names, err = rows_of(run, deep, "--split", "validation")
    assert names[5::3] == ["tiny"]
    line = err.splitlines()[0]
    assert line.startswith("No TF-IDF row: ")


def test_baseline_into_a_folder_that_exists_fails_before_any_work(run, tmp_path):
    (tmp_path / "mine").touch()
    code, out, err = run("baseline", "tfidf", tmp_path / "nothing", "--out", tmp_path)
    assert (code, out) == (1, "")
    assert "exists already. Choose another place (--out)" in err


def test_baseline_of_no_records_says_so(run, tmp_path):
    code, _, err = run("baseline", "tfidf", tmp_path / "nothing", "--out", tmp_path / "out")
    assert code == 1
    assert "no manifest.json" in err
    assert list(tmp_path.iterdir()) == []


def test_baseline_of_another_kind_is_refused(run):
    code, _, err = run("baseline", "tfidff")
    assert code == 2
    assert "No such command 'tfidff'" in err


@pytest.mark.parametrize("kind", ["boosted", "stacked"])
def test_baseline_of_frozen_encoders_is_scored_beside_tfidf(
    run, sample_dataset, tmp_path, monkeypatch, kind
):
    for part in ("minilm", "mobilenet"):
        monkeypatch.setitem(PRESETS, part, REDUCED_PRESETS[part])
    data, out = sample_dataset.folder, tmp_path / "runs" / kind
    code, _, err = run("baseline", kind, data, "--out", out)
    assert code == 1
    assert "Expected text_weights (--text-weights)" in err
    assert not out.parent.exists()
    random = ["--text-weights", "random", "--poster-weights", "random"]
    code, shown, err = run("baseline", kind, data, "--out", out, *random, "--json")
    assert code == 0, err
    choices = json.loads(shown)["choices"]
    assert choices["preset"] == "minilm+mobilenet+concat"
    assert choices["poster_weights"] == "random"
    assert "text features of train films" in err
    words = out.with_name("words")
    assert run("baseline", "tfidf", data, "--out", words)[0] == 0
    assert rows_of(run, words, out)[0][5::3] == ["words", kind]
