import numpy as np
import pytest
from scipy.special import expit

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import (
    DecisionRule,
    brier_skills,
    expected_calibration_errors,
    reliability_table,
)


def test_calibration_error_of_true_probabilities_is_near_zero():
    random = np.random.default_rng(0)
    probabilities = random.random((20_000, 2))
    labels = random.random((20_000, 2)) < probabilities
    assert expected_calibration_errors(labels, probabilities).max() < 0.015
    shifted = np.clip(probabilities + 0.1, 0, 1)
    assert expected_calibration_errors(labels, shifted) == pytest.approx([0.095] * 2, abs=0.01)


def test_calibration_error_by_hand():
    labels = [[1], [0], [0], [1]]
    # Two bins: (0.1, 0.3) with no film of the genre and one, (0.6, 0.8) likewise.
    errors = expected_calibration_errors(labels, [[0.3], [0.1], [0.6], [0.8]], num_bins=2)
    assert errors == pytest.approx([abs(0.2 - 0.5) / 2 + abs(0.7 - 0.5) / 2])


def test_calibration_error_of_a_constant_is_its_distance_to_the_rate_in_any_order():
    labels = np.arange(90)[:, None] < 30
    for order in (np.arange(90), np.random.default_rng(0).permutation(90)):
        errors = expected_calibration_errors(labels[order], np.full((90, 1), 0.5))
        assert errors == pytest.approx([0.5 - 1 / 3])


def test_brier_skill_of_base_rates_is_zero_and_of_the_truth_one():
    labels = np.array([[1, 0], [0, 0], [0, 1], [0, 1]])
    rates = np.tile(labels.mean(axis=0), (4, 1))
    assert brier_skills(labels, rates) == pytest.approx([0, 0])
    assert brier_skills(labels, labels).tolist() == [1, 1]
    assert brier_skills(labels, 1 - labels).max() < 0


def test_reliability_table_of_a_genre_without_films_is_undefined(make_predictions):
    predictions = make_predictions([[0, 1], [0, 0]], [[0.2, 0.8], [0.1, 0.3]])
    table = reliability_table(predictions)
    assert table["support"].tolist() == [0, 1]
    assert table.loc["genre 0"].isna().tolist() == [False, True, True]
    assert table.loc["genre 1"].notna().all()


def test_reliability_table_with_a_rule_takes_calibrated_probabilities(make_predictions):
    random = np.random.default_rng(0)
    logits = random.normal(0, 2, (3000, 2))
    predictions = make_predictions(random.random(logits.shape) < expit(logits / 3), expit(logits))
    rule = DecisionRule.fit(predictions)
    before, after = reliability_table(predictions), reliability_table(predictions, rule)
    assert after["calibration_error"].max() < 0.03 < 0.1 < before["calibration_error"].min()
    assert (after["brier_skill"] > before["brier_skill"] + 0.05).all()


def test_reliability_table_with_a_rule_of_another_genre_order_raises(make_predictions):
    predictions = make_predictions([[0, 1]], [[0.2, 0.8]])
    rule = DecisionRule.fixed(GenreVocabulary(["genre 1", "genre 0"]))
    with pytest.raises(ValueError, match=r"received one for \['genre 1', 'genre 0'\]"):
        reliability_table(predictions, rule)
