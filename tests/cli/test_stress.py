import json


def test_stress_scores_changed_films_and_leaves_the_run_as_it_is(run, tiny_run):
    before = sorted(tiny_run.folder.rglob("*"))
    options = ("--split", "validation", "--resamples", 20, "--json")
    code, out, err = run("stress", tiny_run.folder, *options)
    assert code == 0, err
    assert "posters shuffled ..." in err
    assert sorted(tiny_run.folder.rglob("*")) == before
    result = json.loads(out)
    rows = {row["change"]: row for row in result["rows"]}
    assert (result["run"], result["split"]) == (tiny_run.name, "validation")
    assert rows["posters shuffled"]["macro_f1_difference"] == 0
    assert rows["untouched"]["macro_f1_difference"] is None


def test_stress_of_a_baseline_says_what_takes_it(run, tmp_path):
    (tmp_path / "baseline.json").write_text("{}")
    code, out, err = run("stress", tmp_path)
    assert (code, out) == (1, "")
    assert "is a baseline: evaluate and compare take it" in err


def test_stress_of_what_is_no_run_says_so(run, tmp_path):
    code, out, err = run("stress", tmp_path / "nothing")
    assert (code, out) == (1, "")
    assert "is no run" in err
