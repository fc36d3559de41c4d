import numpy as np
import pytest

from keras_genre.evaluation import confident_mistakes
from keras_genre.scoring import DecisionRule


def rule_for(predictions):
    return DecisionRule.fixed(predictions.vocabulary, 0.5)


@pytest.fixture
def predictions(make_predictions):
    labels = [[1, 0], [0, 0], [0, 1], [1, 1], [0, 0]]
    probabilities = [[0.9, 0.6], [0.95, 0.99], [0.1, 0.05], [0.8, 0.3], [0.1, 0.2]]
    return make_predictions(labels, probabilities)


def test_mistakes_stand_surest_first_by_kind(predictions):
    table = confident_mistakes(predictions, rule_for(predictions))
    assert table[["kind", "movie_id", "genre"]].to_numpy().tolist() == [
        ["given", "tt1", "genre 1"],  # and not genre 0 too: one row a film
        ["given", "tt0", "genre 1"],
        ["missed", "tt2", "genre 1"],
        ["missed", "tt3", "genre 1"],
    ]
    assert table["probability"].tolist() == pytest.approx([0.99, 0.6, 0.05, 0.3])
    assert table["threshold"].tolist() == [0.5] * 4


def test_mistakes_tell_all_true_and_predicted_genres(predictions):
    table = confident_mistakes(predictions, rule_for(predictions)).set_index("movie_id")
    assert table.loc["tt1", "true_genres"] == ()
    assert table.loc["tt1", "predicted_genres"] == ("genre 0", "genre 1")
    assert table.loc["tt3", "true_genres"] == ("genre 0", "genre 1")
    assert table.loc["tt3", "predicted_genres"] == ("genre 0",)


def test_mistakes_are_at_most_so_many_of_each_kind(predictions):
    table = confident_mistakes(predictions, rule_for(predictions), num_films=1)
    assert table["movie_id"].tolist() == ["tt1", "tt2"]


def test_mistakes_of_a_perfect_model_are_none(make_predictions):
    predictions = make_predictions(np.eye(2, dtype=int), np.eye(2))
    table = confident_mistakes(predictions, rule_for(predictions))
    assert len(table) == 0
    assert "true_genres" in table


def test_mistakes_of_no_film_raises(predictions):
    with pytest.raises(ValueError, match="num_films of at least 1, received 0"):
        confident_mistakes(predictions, rule_for(predictions), num_films=0)
