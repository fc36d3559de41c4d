import json

import pytest


def test_transfer_scores_films_beside_the_trivial_baselines(run, tiny_run, sample_dataset):
    line = ("transfer", tiny_run.folder, sample_dataset.folder, "--resamples", 20)
    code, out, err = run(*line)
    assert code == 0, err
    assert f"{len(sample_dataset.vocabulary)} shared genres" in out
    assert "predict nothing" in out
    assert "per genre, fitted on its own validation films" in out
    assert max(map(len, out.splitlines()[1:])) <= 80  # the first names the folder
    _, out, _ = run(*line, "--json")
    result = json.loads(out)
    assert result["genres"] == list(sample_dataset.vocabulary)
    assert result["scores"][-1]["name"] == tiny_run.name


@pytest.mark.filterwarnings("always:The run knows")
def test_transfer_to_its_own_training_films_is_refused(run, tiny_run, sample_dataset):
    line = ("transfer", tiny_run.folder, sample_dataset.folder, "--split", "train")
    code, out, err = run(*line)
    assert (code, out) == (1, "")
    assert err.startswith("Warning: The run knows")
    assert "Expected films that are new to the run" in err
