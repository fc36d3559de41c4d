"""Rules of films that lack a plot or a poster."""

import dataclasses

import numpy as np
import pytest
from scipy.special import expit

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import DecisionRule, Predictions, reliability_table, score

VOCABULARY = GenreVocabulary(["Drama", "War", "Sport"])


def simulated(split, films=2000, seed=0, lacking=""):
    """Plots say much and posters little; a model of both knows how much, but is not calibrated.

    What it says of a film without a plot lies far lower than it ought to.
    """
    random = np.random.default_rng(seed)
    truth = random.normal([0, -2, -3], 2.5, (films, 3))
    labels = random.random(truth.shape) < expit(truth)
    said = {
        "": truth,
        "plot": 0.3 * truth - [2, 2.5, 3] + random.normal(0, 0.5, truth.shape),
        "poster": 1.5 * truth + 1,
    }[lacking]
    has = np.full(films, True)
    return Predictions(
        [f"tt{number}" for number in range(films)], labels, expit(said), VOCABULARY, split,
        has_plot=has & (lacking != "plot"), has_poster=has & (lacking != "poster"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def rules():
    """A rule that knows what films lack, and one that does not."""
    parts = {name: simulated("validation", lacking=name) for name in ("", "plot", "poster")}
    knowing = DecisionRule.fit(
        parts[""], without_plot=parts["plot"], without_poster=parts["poster"]
    )
    return knowing, DecisionRule.fit(parts[""])


def test_rule_that_knows_what_films_lack_scores_higher_on_them(rules):
    knowing, plain = rules
    for lacking, least_gain in (("plot", 0.1), ("poster", 0.001)):
        films = simulated("test", seed=1, lacking=lacking)
        gain = score(films, knowing).overall["macro_f1"] - score(films, plain).overall["macro_f1"]
        assert gain > least_gain
        errors = [reliability_table(films, rule)["calibration_error"].mean() for rule in rules]
        assert errors[0] < 0.03 < errors[1]


def test_rule_that_knows_what_films_lack_is_the_plain_one_for_whole_films(rules):
    films = simulated("test", seed=1)
    knowing, plain = (rule.select(films.probabilities) for rule in rules)
    np.testing.assert_array_equal(knowing, plain)
    given = rules[0].select(films.probabilities, films.has_plot, films.has_poster)
    np.testing.assert_array_equal(given, plain)


def test_select_goes_film_by_film(rules):
    knowing, _ = rules
    probabilities = np.full((4, 3), 0.3, "float32")
    has_plot, has_poster = np.array([[1, 0, 1, 0], [1, 1, 0, 0]], bool)
    calibrated = knowing.calibrated(probabilities, has_plot, has_poster)
    expected = [
        knowing.calibrated(probabilities[0]),
        knowing.without_plot.calibrated(probabilities[0]),
        knowing.without_poster.calibrated(probabilities[0]),
        knowing.without_plot.calibrated(probabilities[0]),
    ]
    np.testing.assert_array_equal(calibrated, expected)
    for film in range(4):
        one = knowing.select(probabilities[film], has_plot[film], has_poster[film])
        many = knowing.select(probabilities, has_plot, has_poster)[film]
        np.testing.assert_array_equal(one, many)


@pytest.mark.parametrize("has", [[True], [1, 0], [[True, False]], True])
def test_select_with_presence_of_another_shape_raises(rules, has):
    with pytest.raises(ValueError, match=r"has_plot as booleans of shape \(2,\)"):
        rules[0].select(np.zeros((2, 3)), has_plot=has)


def test_rule_of_lacking_films_through_a_file_is_exactly_equal(rules, tmp_path):
    knowing, _ = rules
    loaded = DecisionRule.load(knowing.save(tmp_path / "rule.json"))
    assert loaded.to_dict() == knowing.to_dict()
    assert isinstance(loaded.without_plot, DecisionRule)
    films = simulated("test", lacking="plot")
    np.testing.assert_array_equal(
        loaded.select(films.probabilities, films.has_plot, films.has_poster),
        knowing.select(films.probabilities, films.has_plot, films.has_poster),
    )


def test_fit_with_films_lacking_something_leaves_them_out_of_the_rule_of_whole_films():
    whole, lacking = simulated("validation", 500), simulated("validation", 500, lacking="plot")
    mixed = Predictions(
        [f"tt{number}" for number in range(1000)],
        np.concatenate([whole.labels, lacking.labels]),
        np.concatenate([whole.probabilities, lacking.probabilities]),
        VOCABULARY, "validation",
        has_plot=np.concatenate([whole.has_plot, lacking.has_plot]),
        has_poster=np.full(1000, True),
    )  # fmt: skip
    knowing = DecisionRule.fit(mixed, without_plot=lacking)
    np.testing.assert_array_equal(knowing.thresholds, DecisionRule.fit(whole).thresholds)
    # Without a rule for them they are films like others.
    assert (DecisionRule.fit(mixed).thresholds != knowing.thresholds).any()
    # Where no film is whole, all count.
    none = DecisionRule.fit(lacking, without_plot=lacking)
    np.testing.assert_array_equal(none.thresholds, none.without_plot.thresholds)


def test_fit_on_lacking_films_of_the_test_split_or_of_other_genres_raises():
    whole = simulated("validation", 50)
    with pytest.raises(ValueError, match="test split"):
        DecisionRule.fit(whole, without_plot=simulated("test", 50, lacking="plot"))
    other = dataclasses.replace(whole, vocabulary=GenreVocabulary(["War", "Drama", "Sport"]))
    with pytest.raises(ValueError, match="without_poster for the genres"):
        DecisionRule.fit(whole, without_poster=other)
