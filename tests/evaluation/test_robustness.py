import numpy as np
import pytest

from keras_genre.evaluation import (
    ChangedFilms,
    format_robustness,
    paired_interval,
    predict_changed,
    robustness_table,
)
from keras_genre.evaluation.film_subsets import of_films
from keras_genre.scoring import DecisionRule, Predictions

CHANGES = {
    "plot alone",
    "poster alone",
    "neither",
    "posters shuffled",
    "first 20 words",
    "10% of words mistyped",
}


@pytest.fixture
def predictions(sample_predictions):
    return sample_predictions(np.random.default_rng(0), 200, np.array([0.5, 0.3, 0.2]))


@pytest.fixture
def changed(predictions):
    """Half of the films, with probabilities that are worth less."""
    some = of_films(predictions, predictions.movie_ids[::2])
    noise = np.random.default_rng(1).random(some.labels.shape)
    return Predictions(
        some.movie_ids, some.labels, 0.3 * some.probabilities + 0.7 * noise, some.vocabulary, "test"
    )


def _rule(predictions):
    return DecisionRule.fixed(predictions.vocabulary)


def test_table_compares_with_the_same_films_untouched(predictions, changed):
    rule = _rule(predictions)
    rows = [ChangedFilms("noise", "half", changed), ChangedFilms("again", "half", changed)]
    table = robustness_table(predictions, rows, rule, num_resamples=100)
    assert table[["films", "change", "num_films"]].to_numpy().tolist() == [
        ["all films", "untouched", 200],
        ["half", "untouched", 100],
        ["half", "noise", 100],
        ["half", "again", 100],
    ]
    same = of_films(predictions, changed.movie_ids)
    expected = paired_interval(changed, rule, same, rule, num_resamples=100)["macro_f1"]
    noise = table.iloc[2]
    assert noise["macro_f1_difference"] == expected.value < 0
    assert noise["macro_f1_difference_low"] == expected.low
    assert noise["macro_f1_difference_high"] == expected.high < 0
    assert noise["macro_f1"] == pytest.approx(table.iloc[1]["macro_f1"] + expected.value)
    assert table["macro_f1_difference"].isna().tolist() == [True, True, False, False]


def test_table_of_changed_films_with_other_labels_raises(predictions, changed):
    wrong = Predictions(
        changed.movie_ids, 1 - changed.labels, changed.probabilities, changed.vocabulary, "test"
    )
    with pytest.raises(ValueError, match="Expected the same labels"):
        robustness_table(predictions, [ChangedFilms("noise", "half", wrong)], _rule(changed), 10)


def test_table_as_text_names_films_and_undefined_genres_in_80_columns(make_predictions):
    labels = np.array([[1, 0, 0], [0, 1, 0]] * 20)
    predictions = make_predictions(labels, labels * 0.8 + 0.1)
    worse = make_predictions(labels, (1 - labels) * 0.8 + 0.1)
    rows = [ChangedFilms("10% of words mistyped", "all films", worse)]
    text = format_robustness(robustness_table(predictions, rows, _rule(predictions), 50))
    assert max(map(len, text.splitlines())) <= 80
    assert "All films of the test split: 40" in text
    assert "left out of the averages over genres (no film has them): genre 2." in text
    assert "macro F1 0.000 [0.00, 0.00] -1.000 [-1.000, -1.000] *" in text


def test_table_as_text_warns_where_thresholds_come_from_these_films(predictions, changed):
    fitted = DecisionRule(predictions.vocabulary, [0.5] * 3, "per_genre", "validation")
    rows = [ChangedFilms("noise", "half", changed)]
    text = format_robustness(robustness_table(predictions, rows, fitted, 10))
    assert "Thresholds: per genre, fitted on validation" in text
    assert "too high" not in text
    here, there = (
        Predictions(p.movie_ids, p.labels, p.probabilities, p.vocabulary, "validation")
        for p in (predictions, changed)
    )
    rows = [ChangedFilms("noise", "half", there)]
    text = format_robustness(robustness_table(here, rows, fitted, 10))
    assert "their F1 is too high" in text
    assert max(map(len, text.splitlines())) <= 80


def test_subset_of_films_keeps_each_films_row(predictions):
    some = of_films(predictions, ["tt7", "tt3"])
    np.testing.assert_array_equal(some.labels, predictions.labels[[7, 3]])
    np.testing.assert_array_equal(some.probabilities, predictions.probabilities[[7, 3]])
    with pytest.raises(ValueError, match="received 1 others, for example 'tt999'"):
        of_films(predictions, ["tt7", "tt999"])


def test_run_that_ignores_posters_shows_no_difference_without_or_with_others(
    tiny_run, sample_dataset
):
    said = []
    untouched, changed = predict_changed(tiny_run, "validation", say=said.append)
    assert len(said) == 7
    table = robustness_table(untouched, changed, tiny_run.rule, 50).set_index("change")
    assert set(table.index) == {"untouched", *CHANGES}
    for change in ("plot alone", "posters shuffled"):
        row = table.loc[change].filter(like="difference")
        assert (row == 0).all(), row
    both = {each.change: each.predictions for each in changed}
    np.testing.assert_array_equal(both["poster alone"].probabilities, both["neither"].probabilities)
    assert len(both["posters shuffled"]) < len(both["first 20 words"]) <= len(untouched)


class _Reader:
    """Stands for a run that reads both: its logits say how long plot and poster are."""

    def __init__(self, dataset):
        self.dataset = dataset

    def predict(self, split, transform):
        from keras_genre.runs import predict

        return predict(self, lambda raw: raw, self.dataset, split, transform=transform)

    def predict_on_batch(self, raw):
        lengths = [
            len(plot) + len(poster)
            for plot, poster in zip(raw["plot"].numpy(), raw["poster"].numpy(), strict=True)
        ]
        num_genres = len(self.dataset.vocabulary)
        return 1e-5 * np.tile(np.array(lengths, "float32")[:, None], (1, num_genres))


def test_run_is_asked_about_what_the_rows_say(sample_dataset):
    films = {
        film["movie_id"].decode(): (len(film["plot"]), len(film["poster"]))
        for film in sample_dataset.films("validation").as_numpy_iterator()
    }
    _, changed = predict_changed(_Reader(sample_dataset), "validation")
    assert {each.change for each in changed} == CHANGES
    for each in changed:
        odds = each.predictions.probabilities[:, 0] / (1 - each.predictions.probabilities[:, 0])
        read = 1e5 * np.log(odds)  # bytes
        plot, poster = np.array([films[name] for name in each.predictions.movie_ids.tolist()]).T
        assert plot.all()
        if each.films == "films with plot and poster":
            assert poster.all()
        expected = {"plot alone": plot, "poster alone": poster, "neither": 0 * plot}
        if each.change in expected:
            np.testing.assert_allclose(read, expected[each.change], atol=0.5)
        elif each.change == "first 20 words":
            assert (read < plot + poster + 0.5).all()
            assert (read < plot + poster - 0.5).any()
        else:
            assert (np.abs(read - plot - poster) > 0.5).any()


def test_split_without_posters_leaves_rows_out_and_warns(monkeypatch, sample_dataset):
    from keras_genre.evaluation import film_lookup

    contents = film_lookup.film_contents

    def without_posters(dataset, split):
        return contents(dataset, split).assign(has_poster=False)

    monkeypatch.setattr(film_lookup, "film_contents", without_posters)
    message = "The validation split has no films with plot and poster: no row"
    with pytest.warns(UserWarning, match=message) as warned:
        _, changed = predict_changed(_Reader(sample_dataset), "validation")
    assert [each.change for each in changed] == ["first 20 words", "10% of words mistyped"]
    assert len(warned) == 4
