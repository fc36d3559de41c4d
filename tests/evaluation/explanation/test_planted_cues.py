"""Explanations of a model that has learned planted words and a planted shape."""

import types

import numpy as np
import pytest
from scipy.stats import spearmanr

from keras_genre.client import InProcessPredictor
from keras_genre.evaluation.explanation import (
    RunPredictor,
    explain_by_gradients,
    explain_by_occlusion,
)
from keras_genre.models import GenreClassifier


def by_occlusion(system, film):
    return explain_by_occlusion(RunPredictor(system), *film)


def by_gradients(system, film):
    return explain_by_gradients(system, *film, genres=system.model.vocabulary.names, steps=32)


@pytest.fixture(scope="module", params=[by_occlusion, by_gradients])
def explained(request, planted_system, planted_film):
    """The method, and its explanation of the planted film."""
    return request.param, request.param(planted_system, planted_film[0])


def test_planted_words_and_shape_are_found(explained, planted_film):
    _, explanation = explained
    _, (x, y) = planted_film
    assert (explanation.probabilities > 0.8).all()
    assert explanation.top_words("Crime", 1)[0][0] == "heist"
    assert explanation.top_words("Romance", 1)[0][0] == "kiss"
    heat = explanation.heat_map("Western")
    hottest = np.unravel_index(heat.argmax(), heat.shape)
    assert np.hypot(hottest[0] - y - 10, hottest[1] - x - 10) < 12
    disc = np.zeros_like(heat, bool)
    disc[y : y + 20, x : x + 20] = True
    assert heat[disc].mean() > 5 * np.abs(heat[~disc]).mean()
    plot, poster = explanation.contributions
    assert (plot > poster).tolist() == [True, True, False]


def test_explanation_of_randomised_weights_is_another(explained, planted_system, planted_film):
    """The sanity check of Adebayo et al. 2018, arXiv:1810.03292."""
    explain, trained = explained
    model = GenreClassifier.from_config(planted_system.model.get_config())
    shuffled = types.SimpleNamespace(model=model, preprocessor=planted_system.preprocessor)
    rng = np.random.default_rng(0)
    of_words, of_poster = [], []
    for _ in range(3):
        weights = planted_system.model.get_weights()
        model.set_weights([rng.permuted(each.ravel()).reshape(each.shape) for each in weights])
        random = explain(shuffled, planted_film[0])
        for ranks, name in ((of_words, "word_scores"), (of_poster, "poster_scores")):
            values = (getattr(each, name).ravel() for each in (trained, random))
            ranks.append(spearmanr(*values).statistic)
    assert abs(np.mean(of_words)) < 0.4
    assert abs(np.mean(of_poster)) < 0.4


def test_contributions_lead_from_nothing_to_the_film(explained):
    _, explanation = explained
    total = explanation.base + explanation.contributions.sum(axis=0)
    np.testing.assert_allclose(1 / (1 + np.exp(-total)), explanation.probabilities, atol=1e-5)


def test_both_methods_agree_on_what_modalities_contributed(planted_system, planted_film):
    film, _ = planted_film
    gradients = explain_by_gradients(planted_system, *film, genres=["Western"], steps=1)
    served = RunPredictor(planted_system).predict([film[0], ""], [film[1], b""])
    odds = [np.log(p / (1 - p)) for p in (each.probabilities["Western"] for each in served)]
    both, neither = odds
    assert gradients.contributions.sum() == pytest.approx(both - neither, abs=1e-3)
    assert gradients.base == pytest.approx(neither, abs=1e-3)


def test_gradients_add_up_to_the_difference_of_logits(planted_system, planted_film):
    film, _ = planted_film
    fine, coarse = (
        explain_by_gradients(planted_system, *film, genres=["Crime"], steps=steps)
        for steps in (256, 1)
    )
    total = fine.word_scores.sum() + fine.poster_scores.sum()
    assert total > 5
    assert abs(fine.completeness_error[0]) < 0.05 * total
    assert abs(coarse.completeness_error[0]) > 5 * abs(fine.completeness_error[0])


@pytest.mark.parametrize("film", [("heist man", None), (None, "poster"), ("!!", "poster")])
def test_gradients_of_a_film_that_lacks_a_part_are_zero_there(planted_system, planted_film, film):
    plot, poster = film
    poster = planted_film[0][1] if poster else None
    explanation = explain_by_gradients(planted_system, plot, poster, genres=1)
    assert len(explanation.genres) == 1
    plot_score, poster_score = np.abs(explanation.contributions[:, 0])
    if poster is None:
        assert poster_score == 0
        assert explanation.poster_scores is None
        assert np.abs(explanation.word_scores).sum() > 0.1
    else:
        assert plot_score == 0
        assert (explanation.word_scores == 0).all()
        assert np.abs(explanation.poster_scores).sum() > 0.1


class OneByOne:
    """A predictor that hands on a film at a time."""

    def __init__(self, predictor):
        self._predictor = predictor

    def predict(self, plots, posters):
        films = zip(plots, posters, strict=True)
        return [self._predictor.predict([plot], [poster])[0] for plot, poster in films]


def test_occlusion_through_a_saved_model_does_not_depend_on_batches(exported_model, planted_film):
    (plot, _), _ = planted_film
    served = InProcessPredictor(exported_model)
    together, apart = (explain_by_occlusion(each, plot) for each in (served, OneByOne(served)))
    assert np.abs(together.word_scores).max() > 1e-5
    for name in ("word_scores", "contributions", "base", "probabilities"):
        np.testing.assert_allclose(getattr(together, name), getattr(apart, name), atol=1e-5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"plot": "x", "genres": ["Westen"]}, "Did you mean 'Western'"),
        ({"plot": "x", "steps": 0}, "steps of at least 1"),
        ({"plot": "x", "genres": 0}, "genres of at least 1"),
        ({"plot": " "}, "received neither"),
    ],
)
def test_gradients_of_bad_arguments_are_refused(planted_system, arguments, message):
    with pytest.raises(ValueError, match=message):
        explain_by_gradients(planted_system, **arguments)
