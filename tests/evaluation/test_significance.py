import math
import subprocess
import sys

import numpy as np
import pytest

from keras_genre.evaluation import (
    bootstrap_intervals,
    intervals_of_means,
    paired_interval,
    paired_interval_of_means,
)
from keras_genre.evaluation.resampling import ResampledScores, draw_counts
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions, score

RATES = np.array([0.5, 0.3, 0.2])


def rule_for(predictions):
    return DecisionRule.fixed(predictions.vocabulary, 0.5)


@pytest.fixture
def predictions(sample_predictions):
    return sample_predictions(np.random.default_rng(0), 200, RATES)


def test_intervals_of_predictions_hold_the_score_of_the_films(predictions):
    intervals = bootstrap_intervals(predictions, rule_for(predictions), num_resamples=200)
    overall = score(predictions, rule_for(predictions)).overall
    assert set(intervals) == set(ResampledScores.names)
    for name, interval in intervals.items():
        assert interval.value == pytest.approx(overall[name], abs=1e-9)
        assert interval.low < interval.value < interval.high


def test_intervals_with_the_same_seed_are_the_same(predictions):
    rule = rule_for(predictions)
    first = bootstrap_intervals(predictions, rule, num_resamples=50, seed=1)
    assert bootstrap_intervals(predictions, rule, num_resamples=50, seed=1) == first
    assert bootstrap_intervals(predictions, rule, num_resamples=50, seed=2) != first


def test_intervals_of_known_spread_have_the_expected_ends(make_predictions):
    # One genre, all films positive, each selected with chance 0.8: F1 = 2 r / (1 + r), where
    # the recall r has the standard error sqrt(0.8 * 0.2 / 400) = 0.02.
    probabilities = np.where(np.arange(400) % 5 == 0, 0.1, 0.9)[:, None]
    predictions = make_predictions(np.ones((400, 1), int), probabilities)
    interval = bootstrap_intervals(predictions, rule_for(predictions), level=0.9)["macro_f1"]
    recalls = np.array([0.8 - 1.645 * 0.02, 0.8, 0.8 + 1.645 * 0.02])
    expected = 2 * recalls / (1 + recalls)
    np.testing.assert_allclose([interval.low, interval.value, interval.high], expected, atol=0.004)


def test_intervals_over_many_samples_cover_the_truth_as_often_as_they_say(sample_predictions):
    random = np.random.default_rng(0)
    world = sample_predictions(random, 100_000, RATES)
    truth = score(world, rule_for(world)).overall
    covered = dict.fromkeys(ResampledScores.names, 0)
    for _ in range(200):
        sample = sample_predictions(random, 200, RATES)
        intervals = bootstrap_intervals(sample, rule_for(sample), num_resamples=150, level=0.7)
        for name, interval in intervals.items():
            covered[name] += interval.low <= truth[name] <= interval.high
    for name, times in covered.items():  # 140 expected, standard error 6.5
        assert 115 < times < 165, (name, times)


def test_intervals_of_an_undefined_score_are_undefined(make_predictions):
    predictions = make_predictions(np.zeros((3, 2), int), np.full((3, 2), 0.9))
    intervals = bootstrap_intervals(predictions, rule_for(predictions), num_resamples=10)
    for name in ("macro_f1", "mean_average_precision"):
        interval = intervals[name]
        assert all(math.isnan(x) for x in (interval.value, interval.low, interval.high))
    assert intervals["micro_f1"].high == 0


def test_intervals_when_some_resamples_have_no_genre_use_the_others(make_predictions):
    predictions = make_predictions([[1], [0], [0]], [[0.9], [0.2], [0.1]])
    interval = bootstrap_intervals(predictions, rule_for(predictions), 100)["macro_f1"]
    assert (interval.value, interval.low, interval.high) == (1, 1, 1)


def test_paired_interval_of_one_model_with_itself_is_exactly_zero(predictions):
    rule = rule_for(predictions)
    for interval in paired_interval(predictions, rule, predictions, rule, 100).values():
        assert (interval.value, interval.low, interval.high) == (0, 0, 0)


def test_paired_interval_of_a_planted_difference_finds_it(predictions, make_predictions):
    noise = np.random.default_rng(1).random(predictions.labels.shape)
    worse = make_predictions(predictions.labels, 0.6 * predictions.probabilities + 0.4 * noise)
    rule = rule_for(predictions)
    better_first = paired_interval(predictions, rule, worse, rule, 300)
    worse_first = paired_interval(worse, rule, predictions, rule, 300)
    for name, interval in better_first.items():
        assert 0 < interval.low < interval.value < interval.high, name
        assert worse_first[name].value == -interval.value
        assert worse_first[name].low == pytest.approx(-interval.high)


def test_paired_interval_of_two_like_models_is_narrower_than_either(predictions, make_predictions):
    noise = np.random.default_rng(1).normal(scale=0.02, size=predictions.labels.shape)
    other = make_predictions(predictions.labels, np.clip(predictions.probabilities + noise, 0, 1))
    rule = rule_for(predictions)
    paired = paired_interval(predictions, rule, other, rule, 300)
    single = bootstrap_intervals(predictions, rule, 300)
    for name in ResampledScores.names:
        width = paired[name].high - paired[name].low
        assert 0 < width < (single[name].high - single[name].low) / 2


def test_paired_interval_on_other_films_raises(predictions):
    rule = rule_for(predictions)
    other = Predictions(
        [f"other {i}" for i in range(len(predictions))],
        predictions.labels,
        predictions.probabilities,
        predictions.vocabulary,
    )
    with pytest.raises(ValueError, match="Expected predictions on the same films"):
        paired_interval(predictions, rule, other, rule)


def test_paired_interval_of_means_is_of_the_mean_over_trainings(predictions, make_predictions):
    """Written out: each resample scored by the class that scores one training."""
    random = np.random.default_rng(3)
    trainings = []
    for _ in range(5):
        noise = random.normal(scale=0.1, size=predictions.labels.shape)
        other = make_predictions(
            predictions.labels, np.clip(predictions.probabilities + noise, 0, 1)
        )
        trainings.append((other, rule_for(other)))
    a, b = trainings[:3], trainings[3:]
    received = paired_interval_of_means(a, b, num_resamples=200, seed=7)
    counts = np.concatenate(list(draw_counts(len(predictions), 200, 7)))
    means = [
        sum(ResampledScores(*training)(counts) for training in group) / len(group)
        for group in (a, b)
    ]
    low, high = np.quantile(means[0] - means[1], [0.025, 0.975], axis=0)
    for number, name in enumerate(ResampledScores.names):
        assert received[name].low == pytest.approx(low[number])
        assert received[name].high == pytest.approx(high[number])
        assert received[name].low < received[name].value < received[name].high
    alone = intervals_of_means(a, 200, 7)
    low = np.quantile(means[0], 0.025, axis=0)
    assert [alone[name].low for name in ResampledScores.names] == pytest.approx(list(low))
    one = paired_interval_of_means(a[:1], b[:1], 200, 7)
    assert one == paired_interval(*a[0], *b[0], 200, 7)


def test_paired_interval_of_no_training_raises(predictions):
    with pytest.raises(ValueError, match="at least one training of each model"):
        paired_interval_of_means([(predictions, rule_for(predictions))], [])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"num_resamples": 0}, "num_resamples of at least 1, received 0"),
        ({"level": 95}, "level between 0 and 1"),
        ({"rule": DecisionRule.fixed(GenreVocabulary(["War"]))}, "for the genres of the"),
    ],
)
def test_intervals_with_unsound_arguments_raise(predictions, changes, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_intervals(
            **{"predictions": predictions, "rule": rule_for(predictions), **changes}
        )


def test_evaluation_imported_leaves_pandas_and_sklearn_alone():
    code = (
        "import sys, keras_genre.evaluation as e; e.bootstrap_intervals;"
        "print({'pandas', 'sklearn', 'tensorflow', 'keras'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_evaluation_has_every_public_name_and_no_other():
    import keras_genre.evaluation as room

    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'scroe'"):
        _ = room.scroe
