import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, score


def at_half(predictions):
    return score(predictions, DecisionRule.fixed(predictions.vocabulary, 0.5))


@settings(max_examples=40, deadline=None)
@given(
    num_films=st.integers(2, 30),
    num_genres=st.integers(2, 5),
    num_values=st.integers(1, 40),
    seed=st.integers(0, 2**32 - 1),
)
def test_score_of_random_predictions_equals_sklearn(
    make_predictions, num_films, num_genres, num_values, seed
):
    random = np.random.default_rng(seed)
    y = (random.random((num_films, num_genres)) < 0.4).astype(int)
    y[0], y[1] = 1, 0  # every genre has a film that has it and one that has not
    p = random.integers(0, num_values + 1, size=y.shape) / np.float32(num_values)
    z = (p > 0.5).astype(int)
    scores = at_half(make_predictions(y, p))

    keep = (y | z).any(axis=1)  # F1 of the other films is 0/0
    expected = {
        "macro_f1": metrics.f1_score(y, z, average="macro", zero_division=0),
        "micro_f1": metrics.f1_score(y, z, average="micro"),
        "weighted_f1": metrics.f1_score(y, z, average="weighted", zero_division=0),
        "samples_f1": metrics.f1_score(y[keep], z[keep], average="samples", zero_division=0),
        "mean_average_precision": metrics.average_precision_score(y, p, average="macro"),
        "roc_auc": metrics.roc_auc_score(y, p, average="macro"),
        "hamming_loss": metrics.hamming_loss(y, z),
        "subset_accuracy": metrics.accuracy_score(y, z),
    }
    assert scores.overall == pytest.approx(expected, abs=1e-6)
    assert list(scores.overall) == list(expected)
    assert scores.num_undefined_films == (~keep).sum()
    assert scores.undefined_genres == ()

    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        y, z, average=None, zero_division=np.nan
    )
    table = scores.per_genre
    columns = {"precision": precision, "recall": recall, "f1": f1, "support": support}
    columns["average_precision"] = metrics.average_precision_score(y, p, average=None)
    columns["roc_auc"] = metrics.roc_auc_score(y, p, average=None)
    columns["predicted"] = z.sum(axis=0)
    for name, values in columns.items():
        np.testing.assert_allclose(table[name], values, atol=1e-6, err_msg=name)


def test_score_of_a_genre_without_films_is_undefined_and_left_out(make_predictions):
    predictions = make_predictions([[1, 0], [0, 0]], [[0.9, 0.9], [0.1, 0.2]])
    scores = at_half(predictions)
    assert scores.undefined_genres == ("genre 1",)
    row = scores.per_genre.loc["genre 1"]
    assert row[["precision", "recall", "f1", "average_precision", "roc_auc"]].isna().all()
    assert (row["support"], row["predicted"]) == (0, 1)
    for name in ("macro_f1", "weighted_f1", "mean_average_precision", "roc_auc"):
        assert scores.overall[name] == 1.0, name
    assert scores.overall["micro_f1"] == pytest.approx(2 / 3)  # its false positive counts here


def test_score_of_a_genre_of_all_films_leaves_only_auc_undefined(make_predictions):
    scores = at_half(make_predictions([[1, 1], [1, 0]], [[0.9, 0.4], [0.8, 0.6]]))
    assert np.isnan(scores.per_genre.loc["genre 0", "roc_auc"])
    assert scores.overall["roc_auc"] == 0.0  # of genre 1 alone, which is ranked upside down
    assert scores.per_genre.loc["genre 0", "f1"] == 1.0
    assert scores.undefined_genres == ()


def test_score_when_nothing_is_predicted_has_undefined_precision_and_zero_f1(make_predictions):
    scores = at_half(make_predictions([[1, 0], [0, 1], [0, 0]], np.full((3, 2), 0.2)))
    assert scores.per_genre["precision"].isna().all()
    assert scores.per_genre["f1"].tolist() == [0, 0]
    assert scores.per_genre["recall"].tolist() == [0, 0]
    for name in ("macro_f1", "micro_f1", "weighted_f1", "samples_f1"):
        assert scores.overall[name] == 0, name
    assert scores.overall["subset_accuracy"] == pytest.approx(1 / 3)
    assert scores.num_undefined_films == 1


def test_score_when_nothing_is_true_or_predicted_is_undefined(make_predictions):
    scores = at_half(make_predictions(np.zeros((2, 2), int), np.full((2, 2), 0.2)))
    undefined = {name for name, value in scores.overall.items() if np.isnan(value)}
    assert undefined == set(scores.overall) - {"hamming_loss", "subset_accuracy"}
    assert scores.overall["hamming_loss"] == 0
    assert scores.undefined_genres == ("genre 0", "genre 1")
    assert scores.num_undefined_films == 2


def test_score_of_one_genre_counts_only_the_films_that_have_it(make_predictions):
    y, p = [[1], [0], [0], [1]], [[0.9], [0.8], [0.1], [0.2]]
    scores = at_half(make_predictions(y, p))
    for name in ("macro_f1", "micro_f1", "weighted_f1"):
        assert scores.overall[name] == 0.5, name
    assert scores.overall["samples_f1"] == pytest.approx(1 / 3)
    assert scores.overall["hamming_loss"] == 0.5
    assert scores.overall["subset_accuracy"] == 0.5
    assert len(scores.per_genre) == 1


def test_score_of_one_film_is_defined_for_its_genres(make_predictions):
    scores = at_half(make_predictions([[1, 0, 1]], [[0.9, 0.8, 0.1]], split="test"))
    assert scores.overall["macro_f1"] == 0.5  # genre 0 right, genre 2 missed
    assert scores.overall["micro_f1"] == 0.5
    assert scores.overall["samples_f1"] == 0.5
    assert np.isnan(scores.overall["roc_auc"])
    assert scores.undefined_genres == ("genre 1",)
    assert (scores.num_films, scores.split) == (1, "test")


def test_score_with_a_rule_uses_its_thresholds(make_predictions):
    predictions = make_predictions([[1, 0], [0, 1]], [[0.3, 0.6], [0.2, 0.7]])
    rule = DecisionRule(predictions.vocabulary, [0.25, 0.65], "per_genre", "validation")
    scores = score(predictions, rule)
    assert scores.overall["subset_accuracy"] == 1
    assert scores.per_genre["threshold"].tolist() == rule.thresholds.tolist()
    assert scores.per_genre.index.tolist() == ["genre 0", "genre 1"]


def test_score_with_a_rule_for_other_genres_raises(make_predictions):
    predictions = make_predictions([[1, 0]], [[0.3, 0.6]])
    other = GenreVocabulary(["genre 1", "genre 0"])
    with pytest.raises(ValueError, match="decision rule for the genres of the predictions"):
        score(predictions, DecisionRule.fixed(other))
