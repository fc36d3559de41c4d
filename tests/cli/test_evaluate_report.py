import json
import re
import shutil

import pytest


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_evaluate_writes_a_page_and_replaces_its_own_last_one(run, tiny_run, in_folder):
    options = ("--split", "validation", "--resamples", 5, "--no-tfidf", "--json")
    old = in_folder / "reports" / f"{tiny_run.name}-validation"
    old.mkdir(parents=True)
    (old / "old.png").write_bytes(b"old")
    code, out, err = run("evaluate", tiny_run.folder, *options)
    assert code == 0, err
    page = in_folder / json.loads(out)["report"]
    assert page.parent == old
    text = page.read_text(encoding="utf-8")
    assert "Surest mistakes" in text  # which shows films
    assert not (old / "old.png").exists()
    assert [path.name for path in (in_folder / "reports").iterdir()] == [old.name]


def test_evaluate_of_a_run_whose_records_are_gone_reports_without_films(run, tiny_run, in_folder):
    tiny_run.predict("validation")
    moved = in_folder / "moved"
    shutil.copytree(tiny_run.folder, moved)
    data = json.loads((moved / "data.json").read_text())
    (moved / "data.json").write_text(json.dumps({**data, "folder": str(in_folder / "gone")}))
    options = ("--split", "validation", "--resamples", 5, "--no-tfidf", "--out", "page")
    code, out, err = run("evaluate", moved, *options)
    assert code == 0, err
    assert "The report shows no films." in err
    assert "The page with plots: page/index.html" in out
    assert "Surest mistakes" not in (in_folder / "page" / "index.html").read_text("utf-8")


def test_evaluate_says_on_standard_error_what_it_does(run, tiny_run, in_folder):
    folder = in_folder / "lstm"
    shutil.copytree(tiny_run.folder, folder)
    (folder / "predictions" / "test.npz").unlink(missing_ok=True)  # of another test
    code, out, err = run("evaluate", folder, "--resamples", 5, "--json")
    assert code == 0, err
    json.loads(out)
    films, few = (len(tiny_run.predict(split)) for split in ("test", "validation"))
    expected = [
        rf"Predicting test films by lstm: {films} in \d+ s",
        r"Training TF-IDF on the records of lstm\.",
        r"TF-IDF trained on the records of lstm in \d+ s, kept in .*",
        rf"Only {few} validation, {films} test films: what is .*\n  .*",
        rf"Scoring {films} test films, redrawn 5 times for the intervals\.",
        r"Drawing the report: 9 in \d+ s",
    ]
    assert re.fullmatch("\n".join(expected), err.strip()), err
    code, _, err = run("evaluate", folder, "--resamples", 5, "--no-report")
    assert err.splitlines()[-1:] == [
        f"Scoring {films} test films, redrawn 5 times for the intervals."
    ]


def test_evaluate_into_a_folder_that_exists_is_refused_before_any_work(run, tiny_run, in_folder):
    (in_folder / "mine" / "notes").mkdir(parents=True)
    code, out, err = run("evaluate", tiny_run.folder, "--out", "mine")
    assert (code, out) == (1, "")
    assert "mine exists already. Choose another place (--out)" in err
