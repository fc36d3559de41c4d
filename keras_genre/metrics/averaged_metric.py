"""AveragedMetric: a score of every genre, as one number."""

from keras import ops

from keras_genre.metrics.thresholded_metric import ThresholdedMetric


class AveragedMetric(ThresholdedMetric):
    """A share of two counts, averaged over genres.

    A base class. A genre for which the share is undefined counts as 0, as scikit-learn has it with
    `zero_division=0`.

    Args:
        num_genres: Number of label columns.
        average: "macro", the mean over genres; "micro", of the counts of all genres together; or
            "weighted", the mean by the number of films that have the genre.
        thresholds: As in `ThresholdedMetric`.
        name: Name of the metric.
        dtype: As in `ThresholdedMetric`.

    Raises:
        ValueError: If the average is none of the three, and as in `ThresholdedMetric`.
    """

    def __init__(self, num_genres, average="macro", thresholds=0.5, name=None, dtype=None):
        kind = type(self).__name__.removeprefix("Genre").lower()
        super().__init__(num_genres, thresholds, name or f"{average}_{kind}", dtype)
        if average not in ("macro", "micro", "weighted"):
            raise ValueError(
                f"Expected an average of macro, micro or weighted, received {average!r}."
            )
        self.average = average

    def counts(self):
        """What is divided by what, each of shape `(genres,)`."""
        raise NotImplementedError

    def result(self):
        # JAX takes no variable in the place of an array.
        above, below = (ops.convert_to_tensor(count) for count in self.counts())
        if self.average == "micro":
            above, below = ops.sum(above, keepdims=True), ops.sum(below, keepdims=True)
        shares = ops.where(below > 0, above / ops.where(below > 0, below, 1.0), 0.0)
        if self.average != "weighted":
            return ops.mean(shares)
        total = ops.sum(self.positives)
        return ops.sum(shares * self.positives) / ops.where(total > 0, total, 1.0)

    def get_config(self):
        return {**super().get_config(), "average": self.average}
