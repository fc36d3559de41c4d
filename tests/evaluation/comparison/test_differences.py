import numpy as np
import pandas as pd
import pytest

from keras_genre.evaluation import paired_interval_of_means
from keras_genre.evaluation.comparison.differences import (
    difference_table,
    ranks,
    resampled_scores,
    training_scores,
)
from keras_genre.evaluation.resampling import ResampledScores

_SCORES = list(ResampledScores.names)


def differences_of(systems, num_resamples=200, seed=0, level=0.95):
    names = [system.name for system in systems]
    resampled = resampled_scores(systems, num_resamples, seed)
    return difference_table(names, training_scores(systems), resampled, level)


@pytest.fixture(scope="module")
def truth(sample_systems):
    """True macro F1, micro F1 and mAP by skill, from very many films."""

    def of(*skills):
        world = sample_systems(np.random.default_rng(99), 200_000, skills)
        return np.array([scores.mean(axis=0) for scores in training_scores(world)])

    return of


def test_differences_of_two_systems_are_those_of_the_paired_bootstrap(sample_systems):
    systems = sample_systems(np.random.default_rng(0), 300, [2.0, 1.5], trainings=3)
    table = differences_of(systems).set_index("score")
    expected = paired_interval_of_means(systems[0].trainings, systems[1].trainings, 200)
    for score in _SCORES:
        row, paired = table.loc[score], expected[score]
        assert row["difference"] == pytest.approx(paired.value)
        # Symmetric here, by percentiles there: nearly as wide.
        assert row["high"] - row["low"] == pytest.approx(paired.high - paired.low, rel=0.2)


def test_differences_intervals_reach_as_far_as_the_largest_deviation(sample_systems):
    """Written out, for one score."""
    systems = sample_systems(np.random.default_rng(0), 200, [2.0, 1.9, 1.8])
    table = differences_of(systems, level=0.9)
    table = table[table["score"] == "micro_f1"]
    drawn = resampled_scores(systems, 200, 0)[:, :, 1]
    moved = np.stack([drawn[:, i] - drawn[:, j] for i, j in ((0, 1), (0, 2), (1, 2))], axis=1)
    errors = moved.std(axis=0, ddof=1)
    largest = np.abs((moved - moved.mean(axis=0)) / errors).max(axis=1)
    reach = np.quantile(largest, 0.9) * errors
    np.testing.assert_allclose(table["high"] - table["difference"], reach)
    np.testing.assert_allclose(table["difference"] - table["low"], reach)
    further = [
        (largest >= abs(d) / e).sum() for d, e in zip(table["difference"], errors, strict=True)
    ]
    np.testing.assert_allclose(table["p"], (1 + np.array(further)) / 201)


def test_differences_among_more_systems_have_wider_intervals(sample_systems):
    systems = sample_systems(np.random.default_rng(0), 200, [2.0] * 6)
    few, many = differences_of(systems[:2]), differences_of(systems)
    many = many[(many["a"] == "system 0") & (many["b"] == "system 1")]
    assert ((many["high"] - many["low"]).to_numpy() > (few["high"] - few["low"]).to_numpy()).all()


def test_differences_planted_three_points_are_found(sample_systems, truth):
    gap = np.subtract(*truth(2.16, 2.0))
    assert gap[0] == pytest.approx(0.03, abs=0.004)
    found = 0
    for seed in range(10):
        systems = sample_systems(np.random.default_rng(seed), 4000, [2.16, 2.0])
        table = differences_of(systems, num_resamples=100).set_index("score")
        found += table.loc["macro_f1", "told_apart"] and table.loc["macro_f1", "difference"] > 0
    assert found >= 8


def test_differences_planted_tie_is_called_a_tie_about_as_often_as_promised(sample_systems):
    """Four equal systems, six pairs: without a correction one time in five or so is wrong."""
    wrong = pd.Series(0, index=_SCORES)
    for seed in range(80):
        systems = sample_systems(np.random.default_rng(seed), 250, [2.0] * 4)
        table = differences_of(systems, num_resamples=150, seed=seed)
        wrong += table.groupby("score")["told_apart"].any()
    assert (wrong <= 10).all(), wrong  # 4 expected, standard error 2


def test_differences_intervals_hold_all_true_differences_as_often_as_they_say(
    sample_systems, truth
):
    skills = [2.3, 2.0, 1.7]
    true = truth(*skills)
    held = pd.Series(0, index=_SCORES)
    for seed in range(80):
        systems = sample_systems(np.random.default_rng(seed), 300, skills)
        table = differences_of(systems, num_resamples=150, seed=seed, level=0.7)
        for column, score in enumerate(_SCORES):
            rows = table[table["score"] == score]
            expected = [true[i, column] - true[j, column] for i, j in ((0, 1), (0, 2), (1, 2))]
            held[score] += bool(((rows["low"] <= expected) & (expected <= rows["high"])).all())
    assert held.between(44, 68).all(), held  # 56 expected, standard error 4.1


def test_differences_of_the_same_decisions_are_zero_and_a_tie(sample_systems, make_system):
    (system,) = sample_systems(np.random.default_rng(0), 100, [2.0])
    films = system.trainings[0][0]
    twin = make_system("twin", films.labels, films.probabilities)
    for row in differences_of([system, twin]).itertuples():
        assert (row.difference, row.low, row.high, row.p) == (0, 0, 0, 1)
        assert not row.told_apart


def test_differences_on_one_film_name_no_winner(make_system):
    right, wrong = make_system("right", [[1]], [[0.9]]), make_system("wrong", [[1]], [[0.1]])
    table = differences_of([right, wrong])
    assert not table["told_apart"].any()


def test_differences_ahead_is_the_share_of_pairs_of_trainings(make_system):
    labels = np.ones((4, 1), int)
    said = np.array([[0.9], [0.9], [0.9], [0.1]])
    better = make_system("better", labels, said, np.full((4, 1), 0.9))
    worse = make_system("worse", labels, said, 1 - said)
    table = differences_of([better, worse]).set_index("score")
    assert table.loc["micro_f1", "ahead"] == 0.75  # one of four pairs is equal


def test_ranks_count_who_is_told_apart_above_and_share_ties():
    rows = [("a", "b", False), ("b", "c", False), ("a", "c", True)]
    table = pd.DataFrame(
        [
            {"score": score, "a": a, "b": b, "difference": 0.1, "told_apart": apart}
            for score in _SCORES
            for a, b, apart in rows
        ]
    )
    table.loc[table["score"] == "micro_f1", "difference"] = -0.1
    received = ranks(["a", "b", "c"], table)
    assert received["macro_f1"].to_dict() == {"a": 1, "b": 1, "c": 2}
    assert received["micro_f1"].to_dict() == {"a": 2, "b": 1, "c": 1}


def test_ranks_of_nobody_told_apart_are_all_first():
    table = pd.DataFrame(
        {"score": _SCORES, "a": "a", "b": "b", "difference": 0.1, "told_apart": False}
    )
    assert (ranks(["a", "b"], table) == 1).all().all()
