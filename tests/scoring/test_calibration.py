import json

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import log_loss

from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Calibration
from keras_genre.scoring.calibration_curves import IDENTITY, Curve
from keras_genre.scoring.logits import from_logits

VOCABULARY = GenreVocabulary(["Drama", "War"])


def simulated(make_predictions, films, true_curves, rates, seed=0, split="validation"):
    """Predictions that would be true after `true_curves` of the logits."""
    random = np.random.default_rng(seed)
    logits = random.normal(rates, 1.5, (films, len(true_curves)))
    truth = [curve(column) for curve, column in zip(true_curves, logits.T, strict=True)]
    labels = random.random(logits.shape) < expit(np.transpose(truth))
    return make_predictions(labels, from_logits(logits), split)


@pytest.fixture
def predictions(make_predictions):
    """Four genres: true, overconfident, weighted (as a weighted loss makes it), never seen."""
    curves = [
        lambda x: x,
        lambda x: 0.4 * x,
        lambda x: x - 3,
        lambda x: np.full_like(x, -99),
    ]
    return simulated(make_predictions, 3000, curves, [0, 0, 1, -3])


def test_fit_gives_each_genre_what_it_needs(predictions):
    calibration = Calibration.fit(predictions)
    assert calibration.methods == ("identity", "temperature", "platt", "identity")
    assert calibration.curves[1].slope == pytest.approx(0.4, abs=0.05)
    assert calibration.curves[2].bias == pytest.approx(-3, abs=0.3)


def test_fit_with_many_films_and_a_bend_takes_isotonic(make_predictions):
    bent = simulated(
        make_predictions, 8000, [lambda x: np.where(x < 0, 0.1 * x - 1, 3 * x - 1)], [0]
    )
    assert Calibration.fit(bent).methods == ("isotonic",)


def test_calibration_lowers_the_log_loss_of_new_films(predictions, make_predictions):
    curves = [lambda x: x, lambda x: 0.4 * x, lambda x: x - 3]
    calibration = Calibration.fit(predictions)
    new = simulated(
        make_predictions, 3000, [*curves, lambda x: x], [0, 0, 1, -3], seed=1, split="test"
    )
    calibrated = calibration.apply(new.probabilities)
    np.testing.assert_array_equal(calibrated[:, [0, 3]], new.probabilities[:, [0, 3]])
    for genre in (1, 2):
        before, after = (
            log_loss(new.labels[:, genre], probabilities[:, genre].astype("float64"))
            for probabilities in (new.probabilities, calibrated)
        )
        assert after < before - 0.05


def test_calibration_of_rare_true_genres_does_no_harm_to_new_films(make_predictions):
    """Five films of a genre: chance must not bend what is right already."""
    harms = []
    for seed in range(30):
        few = simulated(make_predictions, 400, [lambda x: x], [-5.5], seed)
        new = simulated(make_predictions, 4000, [lambda x: x], [-5.5], seed + 100)
        calibrated = Calibration.fit(few).apply(new.probabilities).astype("float64")
        before = log_loss(new.labels[:, 0], new.probabilities[:, 0].astype("float64"))
        harms.append(log_loss(new.labels[:, 0], calibrated[:, 0]) - before)
    assert np.mean(harms) < 0.001  # of about 0.05


@pytest.mark.parametrize("labels", [[[0]], [[1]], [[0], [0]], [[1], [0]], [[1]] * 3])
def test_fit_of_too_few_films_leaves_probabilities_alone(make_predictions, labels):
    probabilities = np.full((len(labels), 1), 0.3, "float32")
    calibration = Calibration.fit(make_predictions(labels, probabilities))
    assert calibration.methods == ("identity",)
    grid = np.array([[0.0], [1.0], [0.3]], "float32")
    np.testing.assert_array_equal(calibration.apply(grid), grid)


def test_fit_of_a_constant_predictor_gives_the_rate(make_predictions):
    labels = np.arange(1000)[:, None] % 10 == 0
    predictions = make_predictions(labels, np.full((1000, 1), 0.5))
    calibrated = Calibration.fit(predictions).apply(predictions.probabilities)
    assert calibrated[0, 0] == pytest.approx(0.1, abs=0.01)


def test_apply_keeps_the_order_of_films(predictions):
    calibration = Calibration.fit(predictions)
    grid = np.tile(np.linspace(0.001, 0.998, 500), (4, 1)).T
    assert (np.diff(calibration.apply(grid), axis=0) > 0).all()


def test_apply_of_one_film_is_that_of_many(predictions):
    calibration = Calibration.fit(predictions)
    one = calibration.apply(predictions.probabilities[7])
    np.testing.assert_array_equal(one, calibration.apply(predictions.probabilities)[7])
    with pytest.raises(ValueError, match=r"shape \(films, 4\), received \(2, 3\)"):
        calibration.apply(np.zeros((2, 3)))


def test_fit_on_the_test_split_raises(make_predictions):
    with pytest.raises(ValueError, match="cannot be fitted on 'test'"):
        Calibration.fit(make_predictions([[1]], [[0.9]], split="test"))


def test_calibration_through_json_is_exactly_equal(make_predictions):
    bent = simulated(
        make_predictions,
        8000,
        [lambda x: np.where(x < 0, 0.1 * x - 1, 3 * x - 1), lambda x: x - 2],
        [0, 1],
    )
    calibration = Calibration.fit(bent)
    assert set(calibration.methods) == {"isotonic", "platt"}
    values = json.loads(json.dumps(calibration.to_list()))
    again = Calibration.from_list(values, "validation")
    assert again.to_list() == calibration.to_list()
    assert again.vocabulary == calibration.vocabulary
    np.testing.assert_array_equal(
        again.apply(bent.probabilities), calibration.apply(bent.probabilities)
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"methods": ["platt"]}, "Expected 2 methods.*received 1"),
        ({"curves": [IDENTITY]}, "Expected 2 curves"),
        ({"methods": ["platt", "beta"]}, "Unknown method 'beta' for 'War'"),
        ({"curves": [IDENTITY, Curve(-1.0)]}, "'War' that rises"),
        ({"curves": [Curve(1.0, 0.0, (0.0,), (-1.5,)), IDENTITY]}, "'Drama' that rises"),
        ({"curves": [Curve(1.0, 0.0, (1.0, 0.0), (0.1, 0.1)), IDENTITY]}, "ascending knots"),
        ({"curves": [Curve(1.0, float("nan")), IDENTITY]}, "'Drama' as finite numbers"),
        ({"curves": [Curve(1.0, 0.0, (1.0,), ()), IDENTITY]}, "a bend for each knot"),
        ({"fitted_on": "test"}, "fitted on 'test'"),
    ],
)
def test_calibration_of_unsound_values_raises_and_names_them(changes, message):
    sound = {
        "vocabulary": VOCABULARY,
        "methods": ["identity", "platt"],
        "curves": [IDENTITY, Curve(0.5, 1.0)],
        "fitted_on": "validation",
    }
    Calibration(**sound)
    with pytest.raises(ValueError, match=message):
        Calibration(**{**sound, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slope": "1"}, "'slope': expected a float"),
        ({"knots": None}, "'knots': expected a list"),
        ({"knots": ["x"], "bends": [0.0]}, "finite numbers"),
        ({"beta": 1.0}, "Unknown field 'beta'"),
    ],
)
def test_from_list_of_an_unsound_field_raises_and_names_it(changes, message):
    sound = Calibration(VOCABULARY, ["identity"] * 2, [IDENTITY] * 2, "validation").to_list()
    with pytest.raises(ValueError, match=message):
        Calibration.from_list([{**sound[0], **changes}, sound[1]], "validation")
