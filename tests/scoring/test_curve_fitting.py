import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from keras_genre.scoring.curve_fitting import fit_isotonic, fit_platt, fit_temperature


def drawn(true_curve, films=4000, seed=0):
    """Logits of a model, and labels that `true_curve` of them tells the truth about."""
    random = np.random.default_rng(seed)
    logits = random.normal(-1, 2, films)
    return logits, random.random(films) < expit(true_curve(logits))


def test_fit_temperature_of_overconfident_logits_finds_the_stretch():
    curve = fit_temperature(*drawn(lambda x: 0.4 * x))
    assert curve.slope == pytest.approx(0.4, abs=0.03)
    assert curve.bias == 0


def test_fit_platt_of_many_films_agrees_with_logistic_regression():
    logits, labels = drawn(lambda x: 0.5 * x - 2)
    curve = fit_platt(logits, labels)
    reference = LogisticRegression(C=1e6).fit(logits[:, None], labels)
    assert curve.slope == pytest.approx(reference.coef_[0, 0], abs=0.01)
    assert curve.bias == pytest.approx(reference.intercept_[0], abs=0.01)


def test_fit_platt_of_separable_films_stays_finite():
    curve = fit_platt(np.array([-3.0, -2.0, 2.0]), np.array([False, False, True]))
    assert 1 <= curve.slope < 3
    assert abs(curve.bias) < 3


def test_fit_platt_of_contradicting_labels_still_rises_and_gives_the_rate():
    logits, labels = drawn(lambda x: -x)
    curve = fit_platt(logits, labels)
    assert curve.slope == 0.05
    assert expit(curve(logits)).mean() == pytest.approx(labels.mean(), abs=0.01)
    assert fit_temperature(logits, labels).slope == 0.05


def test_fit_isotonic_follows_a_curve_that_no_line_does():
    def bent(x):
        return np.where(x < 0, 0.1 * x - 1, 3 * x - 1)

    logits, labels = drawn(bent, films=20_000)
    grid = np.linspace(-3, 1.5, 40)

    def gap(curve):
        return np.abs(expit(curve(grid)) - expit(bent(grid))).mean()

    assert gap(fit_isotonic(logits, labels)) < 0.02 < gap(fit_platt(logits, labels))


films = st.lists(
    st.tuples(st.integers(-12, 6).map(float), st.booleans()), min_size=2, max_size=40
).filter(lambda films: len({label for _, label in films}) == 2)


@settings(max_examples=60, deadline=None)
@given(films)
def test_every_fit_of_any_films_rises_and_is_bounded(films):
    logits = np.array([logit for logit, _ in films])
    labels = np.array([label for _, label in films])
    grid = np.linspace(-14, 7, 200)
    for fit in (fit_temperature, fit_platt, fit_isotonic):
        answer = fit(logits, labels)(grid)
        assert np.isfinite(answer).all()
        assert (np.diff(answer) > 0).all()
