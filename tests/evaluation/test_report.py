import numpy as np
import pytest

from keras_genre.evaluation import (
    bootstrap_intervals,
    format_per_genre,
    format_table,
    score_table,
)
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions, score


def predictions_on(split, num_films=60, seed=0):
    random = np.random.default_rng(seed)
    labels = random.random((num_films, 23)) < 0.3
    labels[:, 22] = False
    labels[:, 0] = True
    return Predictions(
        [f"{split} {i}" for i in range(num_films)],
        labels,
        (labels * 0.4 + random.random(labels.shape)) / 1.4,
        GenreVocabulary(MM_IMDB_GENRES),
        split,
    )


@pytest.fixture(scope="module")
def entries():
    validation, test = predictions_on("validation"), predictions_on("test", seed=1)
    rule = DecisionRule.fit(validation)
    return [
        ("attention_fusion", test, rule),
        (
            "a name so long that no column of this table can hold it",
            test,
            DecisionRule.fixed(test.vocabulary),
        ),
        ("on validation", validation, rule),
    ]


@pytest.fixture(scope="module")
def table(entries):
    return score_table(entries, num_resamples=40, seed=5)


def test_score_table_has_the_scores_and_intervals_of_each_model(entries, table):
    assert table.index.tolist() == [name for name, _, _ in entries]
    for name, predictions, rule in entries:
        row = table.loc[name]
        assert row["split"] == predictions.split
        assert row["num_films"] == 60
        assert row["threshold_method"] == rule.method
        assert row["thresholds_fitted_on"] == rule.fitted_on
        assert row["undefined_genres"] == ("Film-Noir",)
        overall = score(predictions, rule).overall
        assert row[list(overall)].to_dict() == overall
        for score_name, interval in bootstrap_intervals(predictions, rule, 40, 5).items():
            assert row[f"{score_name}_low"] == interval.low
            assert row[f"{score_name}_high"] == interval.high


def test_score_table_with_a_name_twice_raises(entries):
    with pytest.raises(ValueError, match="'attention_fusion' twice"):
        score_table([entries[0], entries[0]], num_resamples=1)


def test_score_table_of_nothing_raises():
    with pytest.raises(ValueError, match="at least one"):
        score_table([])


def test_format_table_shows_every_number_under_its_split(table):
    text = format_table(table)
    on_test, on_validation = text.split("Scores on the validation split, 60 films")
    assert "Scores on the test split, 60 films" in on_test
    row = table.loc["attention_fusion"]
    macro = f"{row['macro_f1']:.3f} [{row['macro_f1_low']:.2f}, {row['macro_f1_high']:.2f}]"
    assert macro in on_test
    for name in ("weighted_f1", "samples_f1", "roc_auc", "hamming_loss", "subset_accuracy"):
        assert f"{row[name]:.3f}" in on_test
        assert f"{table.loc['on validation', name]:.3f}" in on_validation
    assert "attention_fusion" in on_test
    assert "attention_fusion" not in on_validation


def test_format_table_names_how_thresholds_were_found_and_what_is_undefined(table):
    text = format_table(table)
    assert "per genre, fitted on validation\n" in text
    assert "per genre, fitted on these very films: F1 is too high" in text
    assert "left out of the averages over genres (no film has them): Film-Noir." in " ".join(
        text.split()
    )


def test_format_table_with_a_long_name_keeps_80_plain_columns(table):
    text = format_table(table)
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    assert "can hold it" in " ".join(text.split())


def test_format_table_of_undefined_scores_shows_a_dash(make_predictions):
    predictions = make_predictions(np.zeros((2, 1), int), [[0.9], [0.8]], split="")
    rule = DecisionRule.fixed(predictions.vocabulary)
    text = format_table(score_table([("model", predictions, rule)], num_resamples=5))
    macro_line = next(line for line in text.splitlines() if line.startswith("model"))
    assert macro_line.split() == ["model", "-", "0.000", "[0.00,", "0.00]", "-"]
    assert "Scores on 2 films of no split" in text


def test_format_per_genre_shows_every_genre_within_80_columns():
    predictions = predictions_on("test")
    scores = score(predictions, DecisionRule.fixed(predictions.vocabulary, 0.5))
    text = format_per_genre(scores)
    lines = text.splitlines()
    assert lines[0] == "Scores on the test split, 60 films, genre by genre"
    header = "genre support predicted precision recall F1 AP AUC threshold"
    assert lines[2].split() == header.split()
    comedy = scores.per_genre.loc["Comedy"]
    numbers = [f"{value:.3f}" for value in comedy.iloc[2:]]
    expected = ["Comedy", f"{comedy['support']:.0f}", f"{comedy['predicted']:.0f}", *numbers]
    assert lines[4].split() == expected
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines[3:26]] == list(MM_IMDB_GENRES)


def test_format_per_genre_of_undefined_scores_shows_dashes_and_says_why():
    predictions = predictions_on("test")
    scores = score(predictions, DecisionRule.fixed(predictions.vocabulary, 1.0))
    text = format_per_genre(scores)
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line}
    assert rows["Film-Noir"] == ["Film-Noir", "0", "0", "-", "-", "-", "-", "-", "1.000"]
    assert rows["Drama"][1:6] == ["60", "0", "-", "0.000", "0.000"]
    flowing = " ".join(text.split())
    assert "left out of the averages over genres (no film has them): Film-Noir." in flowing
    assert "AUC undefined and left out of its average (all films have them): Drama." in flowing
