"""HammingLoss: the share of all answers that are wrong."""

import keras
from keras import ops

from keras_genre.metrics.thresholded_metric import ThresholdedMetric


@keras.saving.register_keras_serializable(package="keras_genre")
class HammingLoss(ThresholdedMetric):
    """The share of all answers, one a film and genre, that are wrong.

    Never quote it alone: saying nothing of any film is right in most answers. Arguments, updates
    and errors are those of `ThresholdedMetric`.

    Example:
        >>> metric = HammingLoss(num_genres=2)
        >>> metric.update_state([[1, 0]], [[3.0, 3.0]])
        >>> float(metric.result())
        0.5
    """

    def result(self):
        wrong = ops.sum(self.selected + self.positives - 2.0 * self.hits)
        answers = self.films * self.num_genres
        return wrong / ops.where(answers > 0, answers, 1.0)
