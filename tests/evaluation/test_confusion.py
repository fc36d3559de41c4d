import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import multilabel_confusion_matrix

from keras_genre.evaluation import confused_pairs, genre_confusion, pair_confusion
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, score

RATES = np.array([0.5, 0.3, 0.2, 0.1])


def rule_for(predictions):
    return DecisionRule.fixed(predictions.vocabulary, 0.5)


@pytest.fixture
def predictions(sample_predictions):
    return sample_predictions(np.random.default_rng(0), 300, RATES)


def test_genre_confusion_equals_scikit_learn(predictions):
    table = genre_confusion(predictions, rule_for(predictions))
    expected = multilabel_confusion_matrix(predictions.labels, predictions.probabilities > 0.5)
    columns = ["true_negatives", "false_positives", "false_negatives", "true_positives"]
    np.testing.assert_array_equal(table[columns].to_numpy("int64"), expected.reshape(4, 4))
    assert table.index.tolist() == list(predictions.vocabulary)


def test_genre_confusion_agrees_with_the_scores(predictions):
    table = genre_confusion(predictions, rule_for(predictions)).astype(float)
    scores = score(predictions, rule_for(predictions)).per_genre
    np.testing.assert_array_equal(table["support"], scores["support"])
    np.testing.assert_array_equal(table["predicted"], scores["predicted"])
    recall = table["true_positives"] / table["support"]
    np.testing.assert_allclose(recall, scores["recall"])


def test_genre_confusion_of_one_genre_counts_its_films(make_predictions):
    predictions = make_predictions([[1], [1], [0], [0]], [[0.9], [0.1], [0.8], [0.2]])
    row = genre_confusion(predictions, rule_for(predictions)).iloc[0]
    assert row.tolist() == [2, 2, 1, 1, 1, 1]


def test_confusion_of_a_genre_without_films_is_undefined(make_predictions):
    predictions = make_predictions([[1, 0], [1, 0]], [[0.9, 0.9], [0.1, 0.8]])
    row = genre_confusion(predictions, rule_for(predictions)).loc["genre 1"]
    assert pd.isna(row["true_positives"])
    assert pd.isna(row["false_negatives"])
    assert (row["support"], row["predicted"], row["false_positives"]) == (0, 2, 2)
    pairs = pair_confusion(predictions, rule_for(predictions))
    assert pairs.loc["genre 1"].isna().all()
    assert pairs.loc["genre 0", "genre 1"] == 1
    assert confused_pairs(predictions, rule_for(predictions))["missed"].tolist() == ["genre 0"]


def test_confused_pairs_find_a_planted_confusion(make_predictions):
    random = np.random.default_rng(1)
    labels = (random.random((600, 4)) < 0.25).astype(int)
    probabilities = np.where(random.random(labels.shape) < 0.05, 1 - labels, labels) * 0.8 + 0.1
    crimes = np.flatnonzero((labels[:, 2] == 1) & (labels[:, 3] == 0))[:40]
    probabilities[crimes, 2], probabilities[crimes, 3] = 0.1, 0.9  # 3 instead of 2
    predictions = make_predictions(labels, probabilities)
    pairs = confused_pairs(predictions, rule_for(predictions))
    first = pairs.iloc[0]
    assert (first["missed"], first["given"]) == ("genre 2", "genre 3")
    assert first["films"] >= 40
    assert first["share"] == first["films"] / first["films_missed"]
    assert first["share"] > 3 * first["share_of_all"]
    assert pairs["films"].iloc[1] < 10


def test_pair_confusion_needs_two_mistakes(make_predictions):
    labels = [[1, 1], [1, 0], [1, 0]]
    probabilities = [[0.1, 0.9], [0.1, 0.9], [0.9, 0.9]]
    predictions = make_predictions(labels, probabilities)
    pairs = pair_confusion(predictions, rule_for(predictions))
    # Film 0 has genre 1, film 2 was given genre 0 as well: neither was called 1 instead of 0.
    assert pairs.to_numpy("int64").tolist() == [[0, 1], [0, 0]]


def test_confused_pairs_of_a_perfect_model_are_none(make_predictions):
    labels = np.eye(3, dtype=int)
    predictions = make_predictions(labels, labels * 0.9)
    pairs = confused_pairs(predictions, rule_for(predictions))
    assert len(pairs) == 0
    assert list(pairs) == ["missed", "given", "films", "films_missed", "share", "share_of_all"]


@pytest.mark.parametrize("function", [genre_confusion, pair_confusion, confused_pairs])
def test_confusion_by_a_rule_for_permuted_genres_raises(predictions, function):
    permuted = GenreVocabulary(predictions.vocabulary.names[::-1])
    with pytest.raises(ValueError, match="Expected a decision rule for the genres"):
        function(predictions, DecisionRule.fixed(permuted))
