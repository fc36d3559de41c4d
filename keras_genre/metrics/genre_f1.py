"""GenreF1: the harmonic mean of precision and recall."""

import keras

from keras_genre.metrics.averaged_metric import AveragedMetric


@keras.saving.register_keras_serializable(package="keras_genre")
class GenreF1(AveragedMetric):
    """F1: the harmonic mean of precision and recall.

    Arguments, updates and errors are those of `AveragedMetric`; equal to scikit-learn's score of
    the same average with `zero_division=0`.

    Example:
        >>> metric = GenreF1(num_genres=2, average="micro", thresholds=[0.5, 0.2])
        >>> metric.update_state([[1, 0], [0, 1]], [[3.0, -3.0], [-3.0, -1.0]])
        >>> float(metric.result())
        1.0
    """

    def counts(self):
        return 2.0 * self.hits, self.selected + self.positives
