import types

import numpy as np

from keras_genre.evaluation.explanation import RunPredictor, explain_by_gradients


def test_explanations_of_a_run_have_its_calibrated_probabilities(tiny_run):
    film = (["A gang plans one last heist."], [b""])
    (said,) = RunPredictor(tiny_run).predict(*film)
    without_rule = types.SimpleNamespace(model=tiny_run.model, preprocessor=tiny_run.preprocessor)
    (raw,) = RunPredictor(without_rule).predict(*film)
    calibrated = tiny_run.rule.calibrated(np.array(list(raw.probabilities.values())))
    np.testing.assert_allclose(list(said.probabilities.values()), calibrated, atol=1e-6)
    assert not np.allclose(calibrated, list(raw.probabilities.values()), atol=1e-4)
    explanation = explain_by_gradients(tiny_run, film[0][0], steps=2, genres=2)
    for genre, probability in zip(explanation.genres, explanation.probabilities, strict=True):
        assert abs(said.probabilities[genre] - probability) < 1e-5
