"""SubsetAccuracy: the share of films of which everything is right."""

import keras
from keras import ops

from keras_genre.metrics.thresholded_metric import ThresholdedMetric


@keras.saving.register_keras_serializable(package="keras_genre")
class SubsetAccuracy(ThresholdedMetric):
    """The share of films whose selected genres are exactly those that they have.

    Arguments, updates and errors are those of `ThresholdedMetric`.

    Example:
        >>> metric = SubsetAccuracy(num_genres=2)
        >>> metric.update_state([[1, 0], [0, 1]], [[3.0, -3.0], [3.0, 3.0]])
        >>> float(metric.result())
        0.5
    """

    def result(self):
        films = ops.convert_to_tensor(self.films)
        return self.exact / ops.where(films > 0, films, 1.0)
