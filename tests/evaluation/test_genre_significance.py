import numpy as np
import pytest

from keras_genre.evaluation.genre_significance import genre_intervals
from keras_genre.scoring import DecisionRule, score

RATES = np.array([0.5, 0.2, 0.05])


def test_genre_intervals_hold_the_scores_themselves(sample_predictions):
    predictions = sample_predictions(np.random.default_rng(0), 500, RATES)
    rule = DecisionRule.fixed(predictions.vocabulary)
    table = genre_intervals(predictions, rule, num_resamples=400)
    scores = score(predictions, rule).per_genre
    for name in ("precision", "recall", "f1", "average_precision"):
        assert (table[f"{name}_low"] <= scores[name]).all()
        assert (scores[name] <= table[f"{name}_high"]).all()
    widths = table["f1_high"] - table["f1_low"]
    assert widths.iloc[2] > 2 * widths.iloc[0]  # of few films one knows little


def test_genre_intervals_hold_the_true_f1_about_as_often_as_they_say(sample_predictions):
    random = np.random.default_rng(1)
    rates = RATES[:2]
    world = sample_predictions(random, 200_000, rates)
    rule = DecisionRule.fixed(world.vocabulary)
    truth = score(world, rule).per_genre[["f1", "recall"]]
    held = []
    for seed in range(60):
        films = sample_predictions(random, 400, rates)
        table = genre_intervals(films, rule, num_resamples=200, seed=seed)
        for name in truth:
            low, high = table[f"{name}_low"], table[f"{name}_high"]
            held += [*((low <= truth[name]) & (truth[name] <= high))]
    assert 0.89 < np.mean(held) <= 0.99


def test_genre_intervals_of_a_genre_that_no_film_has_are_undefined(make_predictions):
    predictions = make_predictions([[1, 0], [0, 0]], [[0.9, 0.9], [0.1, 0.1]])
    table = genre_intervals(predictions, DecisionRule.fixed(predictions.vocabulary), 20)
    assert table.loc["genre 1"].isna().all()
    assert table.loc["genre 0"].notna().all()


@pytest.mark.parametrize("wrong", [{"num_resamples": 0}, {"level": 1.0}])
def test_genre_intervals_of_unsound_numbers_raise(make_predictions, wrong):
    predictions = make_predictions([[1]], [[0.9]])
    with pytest.raises(ValueError, match="Expected 0 < level < 1"):
        genre_intervals(predictions, DecisionRule.fixed(predictions.vocabulary), **wrong)
