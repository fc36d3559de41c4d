import json

import numpy as np
import pytest
from scipy.special import expit

from keras_genre.baselines import BaselineRun
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A baseline of invented answers: overconfident, of a frequent, a rare and an unseen genre."""
    vocabulary = GenreVocabulary(["Drama", "War", "Sport"])
    predictions = {}
    for seed, split in enumerate(("validation", "test")):
        random = np.random.default_rng(seed)
        logits = random.normal([1, -4, -6], 3, (1500, 3))
        labels = random.random(logits.shape) < expit([1.0, 1.0, -9.0] + logits / 2)
        labels[:, 2] = False
        ids = [f"{split} {number}" for number in range(len(labels))]
        predictions[split] = Predictions(ids, labels, expit(logits), vocabulary, split)
    data = {"folder": "", "data_hash": "", "base_rates": [0.6, 0.2, 0.0], "text": "plot"}
    rule = DecisionRule.fit(predictions["validation"])
    folder = tmp_path_factory.mktemp("runs") / "made"
    BaselineRun("made", "tfidf", {}, rule, predictions, data).save(folder)
    return folder


def evaluated(run, folder, *options):
    code, out, err = run("evaluate", folder, "--resamples", 5, "--no-report", *options)
    assert code == 0, err
    return out


@pytest.mark.parametrize(
    ("rule", "rows"),
    [
        ("per-genre", ["made, plain 0.5", "made"]),
        ("global", ["made, plain 0.5", "made, one threshold"]),
        ("fixed", ["made, plain 0.5"]),
        ("top-k", ["made, plain 0.5", "made, top-3 from 0.3", "made, top-{k} over {floor:.2f}"]),
        (
            "all",
            [
                "made, plain 0.5",
                "made, top-3 from 0.3",
                "made, top-{k} over {floor:.2f}",
                "made, one threshold",
                "made",
            ],
        ),
    ],
)
def test_evaluate_with_a_rule_prints_its_rows_beside_plain_half(run, folder, rule, rows):
    result = json.loads(evaluated(run, folder, "--rule", rule, "--json"))
    fitted = BaselineRun.load(folder).fit_rule("top_k")
    values = {"k": fitted.top_k, "floor": fitted.thresholds[0]}
    names = [row["name"] for row in result["scores"]]
    assert names[:3] == ["predict nothing", "top-3 genres", "every genre"]
    assert names[3:] == [row.format(**values) for row in rows]
    of_run = {row["name"]: row["threshold_method"] for row in result["scores"]}
    if rule == "all":
        assert of_run["made"] == "per_genre"
        assert of_run["made, one threshold"] == "global"
        assert of_run["made, top-3 from 0.3"] == "top_k"


def test_evaluate_shows_what_calibration_mends(run, folder):
    (row,) = json.loads(evaluated(run, folder, "--json"))["reliability"]
    assert row["calibration_error_after"] < row["calibration_error_before"] - 0.03
    assert row["brier_skill_after"] > row["brier_skill_before"]
    text = evaluated(run, folder)
    line = next(line for line in text.splitlines() if line.startswith("made") and "->" in line)
    assert f"{row['calibration_error_before']:.3f} -> {row['calibration_error_after']:.3f}" in line
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("kind", ["recall", "precision"])
def test_evaluate_with_a_guarantee_shows_its_check_on_test_films(run, folder, kind):
    option = ("--guarantee", f"{kind}=0.9")
    (result,) = json.loads(evaluated(run, folder, *option, "--json"))["guarantees"]
    assert (result["kind"], result["level"], result["split"]) == (kind, 0.9, "test")
    drama, _, sport = result["per_genre"]
    assert drama[kind] > 0.87
    assert sport["threshold"] is None
    assert "Sport" not in result["genres"]
    assert 0 < result["decisions"] < 1
    text = evaluated(run, folder, *option)
    assert f"made: {kind} of at least 0.9, chosen on validation, checked on" in text
    assert f"{drama[kind]:.3f}" in text
    assert max(map(len, text.splitlines())) <= 80
