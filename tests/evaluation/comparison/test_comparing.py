import dataclasses
import math

import numpy as np
import pytest

from keras_genre.evaluation import compare, intervals_of_means
from keras_genre.evaluation.comparison import System
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions


@pytest.fixture(scope="module")
def systems(sample_systems):
    return sample_systems(np.random.default_rng(0), 600, [1.0, 2.0, 2.0], trainings=2)


@pytest.fixture(scope="module")
def comparison(systems):
    return compare(systems, num_resamples=200)


def test_comparison_puts_the_best_first_and_lets_equals_share_a_rank(comparison):
    scores = comparison.scores
    assert list(scores.index)[-1] == "system 0"
    assert list(scores["macro_f1_rank"]) == [1, 1, 3]
    assert [system.name for system in comparison.systems] == list(scores.index)
    assert list(comparison.genre_f1.columns) == list(scores.index)
    assert scores["macro_f1"].is_monotonic_decreasing


def test_comparison_scores_are_means_over_trainings_with_their_spread(comparison, systems):
    row = comparison.scores.loc["system 0"]
    expected = intervals_of_means(systems[0].trainings, 200)
    alone = [
        intervals_of_means([training], 1)["macro_f1"].value for training in systems[0].trainings
    ]
    assert row["trainings"] == 2
    assert row["macro_f1"] == pytest.approx(expected["macro_f1"].value)
    assert row["macro_f1_low"] == pytest.approx(expected["macro_f1"].low)
    assert row["micro_f1_high"] == pytest.approx(expected["micro_f1"].high)
    assert row["macro_f1_spread"] == pytest.approx(np.std(alone, ddof=1))


def test_comparison_of_single_trainings_has_no_spread(systems):
    single = [dataclasses.replace(s, trainings=s.trainings[:1]) for s in systems]
    assert compare(single, 20).scores["macro_f1_spread"].isna().all()


def test_comparison_with_the_same_seed_is_the_same(systems, comparison):
    again = compare(systems, num_resamples=200)
    assert again.differences.equals(comparison.differences)
    other = compare(systems, num_resamples=200, seed=1)
    assert not other.differences.equals(comparison.differences)


def test_comparison_does_not_depend_on_the_order_given(systems, comparison):
    again = compare(systems[::-1], num_resamples=200)
    assert list(again.scores.index) == list(comparison.scores.index)
    assert again.differences.equals(comparison.differences)


def test_comparison_leaves_out_a_genre_that_no_film_has_and_names_it(make_system):
    labels = np.array([[1, 0], [0, 0]] * 20)
    good, bad = labels * 0.8 + 0.1, np.full(labels.shape, 0.9)
    comparison = compare([make_system("good", labels, good), make_system("bad", labels, bad)], 50)
    assert comparison.undefined_genres == ("genre 1",)
    assert comparison.scores.loc["good", "macro_f1"] == 1
    assert comparison.scores.loc["bad", "macro_f1"] == pytest.approx(2 / 3)
    assert comparison.genre_f1.loc["genre 1"].isna().all()


def test_comparison_as_plain_values_holds_every_table(comparison):
    values = comparison.to_dict()
    assert [row["name"] for row in values["scores"]] == list(comparison.scores.index)
    assert len(values["differences"]) == 3 * 3
    assert len(values["genres"]) == 3 * 4
    assert values["answers"][0]["question"] == "Does fusion beat one modality?"
    assert not any(isinstance(v, np.generic) for row in values["scores"] for v in row.values())


def test_comparison_on_the_films_of_the_thresholds_says_so(make_predictions):
    labels = np.array([[1], [0]] * 20)
    systems = []
    for number, name in enumerate(("a", "b")):
        noise = np.random.default_rng(number).random(labels.shape)
        said = make_predictions(labels, 0.5 * labels + 0.5 * noise, "validation")
        systems.append(System(name, [(said, DecisionRule.fit(said))]))
    comparison = compare(systems, 20)
    assert comparison.fitted_here
    assert comparison.thresholds == "one a genre, chosen on validation"


def changed(system, **changes):
    films, rule = system.trainings[0]
    fields = {
        field.name: changes.get(field.name, getattr(films, field.name))
        for field in dataclasses.fields(Predictions)
    }
    rule = changes.get("rule") or DecisionRule.fixed(fields["vocabulary"])
    return System("changed", [(Predictions(**fields), rule)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"movie_ids": [f"other {i}" for i in range(600)]}, "'system 0' and 'changed'.*same films"),
        ({"movie_ids": [f"tt{i}" for i in range(600)][::-1]}, "in another order"),
        ({"labels": np.ones((600, 4))}, "Expected the same labels"),
        ({"vocabulary": GenreVocabulary([f"genre {3 - i}" for i in range(4)])}, "the same order"),
        (
            {"rule": DecisionRule.fixed(GenreVocabulary(["War"]))},
            "rule of 'changed' for the genres",
        ),
        (
            {"rule": DecisionRule.fixed(GenreVocabulary([f"genre {i}" for i in range(4)]), 0.3)},
            "chosen the same way.*'system 0': fixed at 0.5; 'changed': fixed at 0.3",
        ),
    ],
)
def test_compare_of_what_cannot_be_compared_names_it(systems, changes, message):
    with pytest.raises(ValueError, match=message):
        compare([systems[0], changed(systems[0], **changes)])


def test_compare_of_one_system_or_one_name_twice_raises(systems):
    with pytest.raises(ValueError, match="at least two systems to compare, received 1: system 0"):
        compare(systems[:1])
    with pytest.raises(ValueError, match="each system once, received 'system 0' 2 times"):
        compare([systems[0], *systems])


def test_compare_of_films_without_genres_raises(make_system):
    nothing = np.zeros((3, 1), int)
    with pytest.raises(ValueError, match="Expected films with genres"):
        compare([make_system(name, nothing, nothing) for name in "ab"])


@pytest.mark.parametrize("numbers", [{"num_resamples": 1}, {"level": 95}])
def test_compare_with_a_number_out_of_range_raises(systems, numbers):
    with pytest.raises(ValueError, match=next(iter(numbers))):
        compare(systems, **numbers)


def test_system_without_a_training_raises():
    with pytest.raises(ValueError, match="at least one training of 'empty'"):
        System("empty", [])


def test_compare_of_a_single_film_names_no_winner(make_system):
    systems = [make_system("right", [[1]], [[0.9]]), make_system("wrong", [[1]], [[0.1]])]
    comparison = compare(systems, 20)
    assert list(comparison.scores["macro_f1_rank"]) == [1, 1]
    assert not math.isnan(comparison.scores.loc["right", "macro_f1"])
