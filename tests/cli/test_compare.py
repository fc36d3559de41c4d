import json
import re
import shutil

import numpy as np
import pytest

from keras_genre.baselines import make_tfidf
from keras_genre.scoring import DecisionRule, Predictions


@pytest.fixture(scope="module")
def words(sample_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("baselines") / "words"
    make_tfidf(sample_dataset).save(folder)
    return folder


@pytest.fixture
def runs(tiny_run, words, tmp_path):
    """A deep run with another seed of it, and TF-IDF on the same records."""
    folders = [tmp_path / "runs" / name for name in ("lstm-0", "lstm-1", "words")]
    for seed, folder in enumerate(folders[:2]):
        shutil.copytree(tiny_run.folder, folder)
        recipe = json.loads((folder / "recipe.json").read_text())
        (folder / "recipe.json").write_text(json.dumps({**recipe, "seed": seed}))
    for split in ("validation", "test"):
        said = tiny_run.predict(split)
        noise = np.random.default_rng(1).normal(scale=0.05, size=said.probabilities.shape)
        _save(folders[0], said, said.probabilities)
        _save(folders[1], said, np.clip(said.probabilities + noise, 0, 1))
    shutil.copytree(words, folders[2])
    return folders


def _save(folder, films, probabilities):
    said = Predictions(films.movie_ids, films.labels, probabilities, films.vocabulary, films.split)
    said.save(folder / "predictions" / f"{films.split}.npz")


def test_compare_prints_tables_of_80_columns_and_sentences(run, runs):
    code, out, err = run("compare", *runs, "--resamples", 50)
    assert code == 0, err
    assert max(map(len, out.splitlines())) <= 80
    for expected in (
        "Scores on the test split",
        "words",
        "Ranks",
        "predict nothing",
        "Which fusion?",
    ):
        assert expected in out
    assert "one system: lstm (lstm-0, lstm-1)" in out
    assert "very films" not in out
    assert re.fullmatch(r"Comparing 2 systems on \d+ test films.\n", err)


def test_compare_on_validation_says_that_thresholds_were_chosen_there(run, runs):
    code, out, _ = run("compare", *runs[1:], "--split", "validation", "--resamples", 20)
    assert code == 0
    assert "Scores on the validation split" in out
    assert "chosen on these very films" in out


def test_compare_for_a_machine_prints_one_object_and_writes_the_tables(run, runs, tmp_path):
    out_folder = tmp_path / "out"
    code, out, err = run("compare", *runs, "--resamples", 20, "--json", "--out", out_folder)
    assert code == 0, err
    found = json.loads(out)
    assert {row["name"]: row["trainings"] for row in found["scores"]} == {"lstm": 2, "words": 1}
    assert len(found["differences"]) == 3
    assert len(found["answers"]) == 4
    assert found["notes"][0].startswith("Runs that differ in their seed")
    assert sorted(path.name for path in out_folder.iterdir()) == [
        "comparison.md", "differences.csv", "genres.csv", "index.html", "scores.csv",
    ]  # fmt: skip
    assert str(out_folder) in err


def test_compare_of_rules_chosen_otherwise_chooses_them_anew_and_says_so(run, runs):
    said = Predictions.load(runs[1] / "predictions" / "validation.npz")
    DecisionRule.fit(said, "global").save(runs[1] / "rule.json")
    code, out, err = run("compare", *runs[1:], "--resamples", 20)
    assert code == 0, err
    assert "lstm-1: one for all genres" in out
    assert "Thresholds: one a genre, chosen on validation." in out


def test_compare_used_wrongly_exits_with_two(run, runs):
    for args, message in (
        (runs[:1], "two runs or more, received one"),
        ([runs[0], runs[2], runs[0]], "was given twice"),
        ([runs[0], runs[2], "--split", "train"], "train"),
        ([], "Missing argument"),
    ):
        code, out, err = run("compare", *args)
        assert (code, out) == (2, "")
        assert message in err


def test_compare_of_runs_with_the_same_name_is_refused(run, runs, tmp_path):
    shutil.copytree(runs[0], tmp_path / runs[0].name)
    code, _, err = run("compare", runs[0], tmp_path / runs[0].name)
    assert code == 2
    assert "have the same name" in err


def test_compare_of_a_copy_names_both(run, runs, tmp_path):
    shutil.copytree(runs[0], tmp_path / "copy")
    code, _, err = run("compare", runs[0], tmp_path / "copy")
    assert code == 1
    assert "lstm-0 and copy say exactly the same" in err


def test_compare_of_seeds_of_one_system_alone_says_so(run, runs):
    code, _, err = run("compare", *runs[:2])
    assert code == 1
    assert "at least two systems to compare, received 1: lstm" in err


def test_compare_of_other_films_names_the_runs(run, runs):
    said = Predictions.load(runs[1] / "predictions" / "test.npz")
    half = [values[::2] for values in (said.movie_ids, said.labels, said.probabilities)]
    Predictions(*half, said.vocabulary, "test").save(runs[1] / "predictions" / "test.npz")
    code, _, err = run("compare", runs[2], runs[1])
    assert code == 1
    assert "words and lstm-1 cannot be compared" in err
    assert "Traceback" not in err


def test_compare_into_a_folder_that_exists_fails_before_any_work(run, runs, tmp_path):
    code, out, err = run("compare", tmp_path / "no", tmp_path / "run", "--out", tmp_path)
    assert (code, out) == (1, "")
    assert "exists already. Choose another place (--out)" in err
