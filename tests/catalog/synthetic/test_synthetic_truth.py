import dataclasses

import numpy as np
import pytest

from keras_genre.catalog.synthetic.population import VIEWS, population_f1
from keras_genre.genres import GenreVocabulary


def taken(truth, rows):
    """The same truth about some of its films, all of them for training."""
    return dataclasses.replace(
        truth,
        movie_ids=tuple(truth.movie_ids[row] for row in rows),
        splits=("train",) * len(rows),
        cues=truth.cues[rows],
        has_plot=truth.has_plot[rows],
        has_poster=truth.has_poster[rows],
        labels=truth.labels[rows],
    )


@pytest.mark.parametrize("given", VIEWS)
def test_probabilities_of_many_films_are_calibrated(many_films, given):
    odds = many_films.probabilities(given)
    for genre in range(8):
        for low in (0.0, 0.2, 0.4, 0.6, 0.8):
            rows = (odds[:, genre] > low) & (odds[:, genre] <= low + 0.2)
            if rows.sum() > 200:
                p = odds[rows, genre]
                error = np.sqrt((p * (1 - p)).sum()) / rows.sum()
                assert abs(many_films.labels[rows, genre].mean() - p.mean()) < 4.5 * error


def test_probabilities_of_films_that_lack_a_plot_are_calibrated(many_films):
    rows = ~many_films.has_plot
    odds = many_films.probabilities("both")[rows]
    error = np.sqrt((odds * (1 - odds)).sum(axis=0)) / rows.sum()
    assert (np.abs(many_films.labels[rows].mean(axis=0) - odds.mean(axis=0)) < 4.5 * error).all()


def test_probabilities_of_a_film_without_poster_are_those_of_its_plot(many_films):
    rows = ~many_films.has_poster
    both, plot = many_films.probabilities("both"), many_films.probabilities("plot")
    np.testing.assert_array_equal(both[rows], plot[rows])
    assert not np.allclose(both[~rows], plot[~rows])


@pytest.mark.parametrize("given", VIEWS)
def test_ceiling_of_many_films_is_near_the_population_f1(many_films, given):
    expected = population_f1(given, many_films.thresholds(given)).mean()
    assert many_films.ceiling(given) == pytest.approx(expected, abs=0.008)


@pytest.mark.parametrize("shift", [-0.08, 0.08])
def test_thresholds_shifted_score_lower_on_many_films(many_films, shift):
    labels, odds = many_films.labels, many_films.probabilities("both")

    def f1(thresholds):
        chosen = odds > thresholds
        return 2 * (labels & chosen).sum(axis=0) / (labels.sum(axis=0) + chosen.sum(axis=0))

    thresholds = many_films.thresholds("both")
    assert f1(thresholds).mean() > f1(thresholds + shift).mean() + 0.002


def test_ceiling_given_neither_is_the_best_constant(many_films):
    assert many_films.ceiling("neither") == many_films.best_constant()
    assert np.isnan(many_films.share(0.5, "neither"))


def test_best_constant_is_twice_p_over_one_plus_p(many_films):
    p = many_films.labels.mean(axis=0)
    assert many_films.best_constant() == pytest.approx((2 * p / (1 + p)).mean())


def test_best_constant_of_genre_without_film_leaves_it_out(many_films):
    rows = np.flatnonzero(~many_films.labels[:, 0])[:500]
    truth = taken(many_films, rows)
    p = truth.labels.mean(axis=0)[1:]
    assert truth.best_constant() == pytest.approx((2 * p / (1 + p)).mean())


def test_ceiling_of_split_counts_its_films_alone(many_films):
    rows = np.flatnonzero(np.array(many_films.splits) == "test")
    assert len(rows) == 100
    assert many_films.ceiling("both", "test") == taken(many_films, rows).ceiling("both")
    assert many_films.best_constant("test") == taken(many_films, rows).best_constant()
    assert many_films.ceiling("both", "test") != many_films.ceiling("both")


@pytest.mark.parametrize("given", ["both", "plot", "poster"])
def test_share_runs_from_best_constant_to_ceiling(many_films, given):
    constant, ceiling = many_films.best_constant(), many_films.ceiling(given)
    assert many_films.share(constant, given) == 0.0
    assert many_films.share(ceiling, given) == 1.0
    assert many_films.share((constant + ceiling) / 2, given) == pytest.approx(0.5)


def test_share_of_a_split_uses_that_split(many_films):
    ceiling = many_films.ceiling("both", "test")
    assert many_films.share(ceiling, "both", "test") == 1.0
    assert many_films.share(ceiling, "both") != 1.0


@pytest.mark.parametrize("method", ["probabilities", "thresholds", "ceiling"])
def test_truth_of_unknown_view_is_refused(many_films, method):
    with pytest.raises(ValueError, match=r"`given` as one of .*'both'.*Did you mean 'poster'"):
        getattr(many_films, method)("posters")


def test_truth_of_unknown_or_empty_split_is_refused(many_films):
    with pytest.raises(ValueError, match=r"Did you mean 'validation'"):
        many_films.ceiling("both", "valid")
    with pytest.raises(ValueError, match=r"validation split has no film"):
        many_films.best_constant("validation")


def test_truth_of_other_genres_is_refused(many_films):
    with pytest.raises(ValueError, match=r"in this order; received \('Drama',\)"):
        dataclasses.replace(many_films, vocabulary=GenreVocabulary(["Drama"]))
