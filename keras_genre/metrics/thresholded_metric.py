"""ThresholdedMetric: what is counted of genres over their thresholds."""

import keras
import numpy as np
from keras import ops


class ThresholdedMetric(keras.metrics.Metric):
    """Counts, genre by genre, what a threshold each makes of the logits.

    A base class; `result` of each metric makes one number of the counts.

    Args:
        num_genres: Number of label columns.
        thresholds: Probability over which a film has the genre: one for all genres, or one each.
        name: Name of the metric.
        dtype: As of every Keras metric; counts are float32.

    Update with labels and *logits* of shape `(batch, genres)`, and with a `sample_weight` of shape
    `(batch,)` where films do not count alike.

    Raises:
        ValueError: If there is no genre, or not one threshold between 0 and 1 for all or each.
    """

    def __init__(self, num_genres, thresholds=0.5, name=None, dtype=None):
        super().__init__(name=name, dtype=dtype)
        if num_genres < 1:
            raise ValueError(f"Expected at least one genre, received num_genres={num_genres}.")
        values = np.asarray(thresholds, "float32")
        if values.shape not in ((), (num_genres,)) or not ((values >= 0) & (values < 1)).all():
            raise ValueError(
                f"Expected one threshold of at least 0 and below 1, or {num_genres} of them, "
                f"received {thresholds!r}."
            )
        self.num_genres = num_genres
        self.thresholds = values
        for count in ("hits", "selected", "positives"):
            variable = self.add_variable((num_genres,), "zeros", dtype="float32", name=count)
            setattr(self, count, variable)
        self.films = self.add_variable((), "zeros", dtype="float32", name="films")
        self.exact = self.add_variable((), "zeros", dtype="float32", name="exact")

    def update_state(self, y_true, y_pred, sample_weight=None):
        labels, logits = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        for name, shape in (("labels", labels.shape), ("logits", logits.shape)):
            if len(shape) != 2 or shape[1] not in (None, self.num_genres):
                raise ValueError(
                    f"Expected {name} of shape (batch, {self.num_genres}), received {tuple(shape)}."
                )
        selected = ops.cast(ops.sigmoid(logits) > self.thresholds, "float32")
        weights = ops.ones_like(labels[:, 0])  # (batch,)
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, "float32"), (-1,))
        for count, values in (
            (self.hits, labels * selected),
            (self.selected, selected),
            (self.positives, labels),
        ):
            count.assign_add(ops.sum(values * weights[:, None], axis=0))
        right = ops.cast(ops.all(labels == selected, axis=1), "float32")
        self.exact.assign_add(ops.sum(right * weights))
        self.films.assign_add(ops.sum(weights))

    def get_config(self):
        return {
            "num_genres": self.num_genres,
            "thresholds": self.thresholds.tolist(),
            "name": self.name,
            "dtype": self.dtype,
        }
