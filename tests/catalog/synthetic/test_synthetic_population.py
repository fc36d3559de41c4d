import itertools

import numpy as np
import pytest

from keras_genre.catalog.synthetic.film_model import CUES, PRESENCE, genre_odds
from keras_genre.catalog.synthetic.population import (
    VIEWS,
    _best_threshold,
    best_thresholds,
    film_probabilities,
    population,
    population_f1,
)

SIZES = [len(values) for values in CUES.values()]
ALL_CUES = list(itertools.product(*map(range, SIZES)))


@pytest.mark.parametrize(("plot", "poster"), VIEWS.values())
def test_film_probabilities_of_unseen_cues_average_over_all_that_could_be(plot, poster):
    film = (4, 1, 3, 2)
    alike = [
        cues
        for cues in ALL_CUES
        if (not plot or cues[:2] == film[:2]) and (not poster or cues[2:] == film[2:])
    ]
    expected = np.mean([genre_odds()[cues] for cues in alike], axis=0)
    found = film_probabilities(np.array([film]), np.array([plot]), np.array([poster]))
    np.testing.assert_allclose(found[0], expected, rtol=1e-12)


@pytest.mark.parametrize("given", VIEWS)
def test_population_of_every_view_is_a_law_with_the_same_mean(given):
    odds, weights = population(given)
    assert weights.sum() == pytest.approx(1.0)
    everyone = genre_odds().reshape(-1, odds.shape[1]).mean(axis=0)
    np.testing.assert_allclose(weights @ odds, everyone, rtol=1e-12)


def test_population_given_plot_sees_no_more_than_themes_and_tones():
    odds, weights = population("plot")
    values = np.unique(odds[:, 0].round(12))
    assert len(values) == SIZES[0] * SIZES[1] + 1  # and one for the films without a plot
    blind = np.isclose(odds[:, 0], genre_odds()[..., 0].mean())
    assert weights[blind].sum() == pytest.approx(PRESENCE[False, True])


@pytest.mark.parametrize("given", VIEWS)
def test_best_thresholds_beat_every_threshold_of_a_fine_grid(given):
    best = population_f1(given, best_thresholds(given))
    grid = np.array([population_f1(given, np.full(8, at)) for at in np.linspace(0, 1, 1001)])
    assert (grid <= best + 1e-12).all()
    np.testing.assert_allclose(grid.max(axis=0), best, atol=2e-3)


@pytest.mark.parametrize("given", VIEWS)
def test_best_thresholds_lie_midway_between_attainable_probabilities(given):
    odds, _ = population(given)
    for column, threshold in zip(odds.T, best_thresholds(given), strict=True):
        above = column[column > threshold].min()
        below = max(column[column <= threshold], default=0.0)
        assert threshold == pytest.approx((above + below) / 2.0)
        assert above - below > 1e-9


def test_best_threshold_never_parts_equal_probabilities():
    # F1 is 0.6 after the first film and after all; rounding alone would favor a cut between.
    share = 0.9 / 3.5
    odds = np.array([0.8, 0.3 + 4e-13, 0.3 - 4e-13])
    threshold = _best_threshold(odds, np.array([share, (1 - share) / 2, (1 - share) / 2]))
    assert min(abs(threshold - 0.55), abs(threshold - 0.15)) < 1e-9


def test_population_f1_by_hand_equals_twice_hits_over_predicted_and_positive():
    odds, weights = population("both")
    chosen = odds[:, 2] > 0.4
    hits = sum(w * p for w, p, on in zip(weights, odds[:, 2], chosen, strict=True) if on)
    expected = 2.0 * hits / (weights[chosen].sum() + (weights * odds[:, 2]).sum())
    assert population_f1("both", np.full(8, 0.4))[2] == pytest.approx(expected)


def test_population_f1_of_views_leaves_room_between_constant_single_and_both():
    f1 = {given: population_f1(given, best_thresholds(given)) for given in VIEWS}
    macro = {given: float(each.mean()) for given, each in f1.items()}
    print(macro)
    assert 0.35 < macro["neither"] < 0.5
    assert macro["plot"] - macro["neither"] >= 0.12
    assert macro["poster"] - macro["neither"] >= 0.12
    assert macro["both"] - max(macro["plot"], macro["poster"]) >= 0.08
    for genre in range(8):  # and so for each genre: neither modality alone will do
        single = max(f1["plot"][genre], f1["poster"][genre])
        assert f1["neither"][genre] < min(f1["plot"][genre], f1["poster"][genre])
        assert f1["both"][genre] > single + 0.05
