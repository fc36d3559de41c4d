"""RunPredictor: a run asked about films, as a client asks a server."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from keras_genre import features
from keras_genre.runs.predicting import sigmoid


@dataclasses.dataclass(frozen=True)
class RunPrediction:
    """What a run says of one film.

    Args:
        probabilities: Probability of every genre, in the model's order.
    """

    probabilities: dict[str, float]


class RunPredictor:
    """Answers `predict(plots, posters)` with the model of a run, which needs no export.

    Args:
        run: A `Run`, or anything with its `model` and `preprocessor`; where it has a `rule`, the
            probabilities are calibrated, as those of the exported model are.

    Example:
        >>> predictor = RunPredictor(kg.Run("runs/lstm"))  # doctest: +SKIP
        >>> explain_by_occlusion(predictor, "A heist goes wrong.")  # doctest: +SKIP
    """

    def __init__(self, run):
        self._run, self._model, self._preprocessor = run, run.model, run.preprocessor

    def predict(self, plots: Sequence[str], posters: Sequence[bytes]) -> list[RunPrediction]:
        """Say the genres of films, in their order.

        Args:
            plots: One plot a film, empty where it is missing.
            posters: The bytes of one poster a film, empty where it is missing.
        """
        films = {
            features.PLOT: [plot.encode("utf-8", "replace") for plot in plots],
            features.POSTER: list(posters),
        }
        tensors = self._preprocessor(films)
        said = sigmoid(np.asarray(self._model.predict_on_batch(tensors)))
        present = (
            np.asarray(tensors[part]) if part in tensors else None
            for part in (features.HAS_PLOT, features.HAS_POSTER)
        )
        probabilities = calibrated(self._run, said, *present)
        names = list(self._model.vocabulary)
        return [
            RunPrediction(dict(zip(names, map(float, row), strict=True))) for row in probabilities
        ]


def calibrated(run, probabilities: np.ndarray, has_plot=None, has_poster=None) -> np.ndarray:
    """Calibrate probabilities by the rule of a run, if it has one (`DecisionRule.calibrated`)."""
    rule = getattr(run, "rule", None)
    return probabilities if rule is None else rule.calibrated(probabilities, has_plot, has_poster)
