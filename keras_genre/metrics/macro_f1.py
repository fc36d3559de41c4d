"""MacroF1: the metric that chooses the best epoch."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class MacroF1(keras.metrics.Metric):
    """Macro F1 over all films seen, at the best single threshold of a grid.

    At a fixed threshold of 0.5 an epoch can look bad only because its probabilities are low
    throughout; here each epoch is judged at the threshold that suits it. Genres of which no film
    was seen have no F1 and are left out of the mean.

    Args:
        num_genres: Number of label columns.
        thresholds: Probabilities to try; by default 0.02 to 0.98 in steps of 0.02.

    Update with labels and *logits* of shape `(batch, genres)`, and with a `sample_weight` of shape
    `(batch,)` where films do not count alike.

    Raises:
        ValueError: If there is no genre, or a threshold outside [0, 1).

    Example:
        >>> metric = MacroF1(num_genres=2)
        >>> metric.update_state([[1, 0], [0, 1]], [[3.0, -3.0], [-3.0, 3.0]])
        >>> float(metric.result())
        1.0
    """

    def __init__(self, num_genres, thresholds=None, name="macro_f1", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.num_genres = num_genres
        if thresholds is None:
            thresholds = np.linspace(0.02, 0.98, 49).round(2)
        self.thresholds = [float(threshold) for threshold in thresholds]
        if num_genres < 1:
            raise ValueError(f"Expected at least one genre, received num_genres={num_genres}.")
        if not self.thresholds or not all(0 <= threshold < 1 for threshold in self.thresholds):
            raise ValueError(
                f"Expected thresholds of at least 0 and below 1, received {self.thresholds}."
            )
        shape = (len(self.thresholds), num_genres)
        self.hits = self.add_variable(shape, "zeros", dtype="float32", name="hits")
        self.selected = self.add_variable(shape, "zeros", dtype="float32", name="selected")
        self.positives = self.add_variable(
            (num_genres,), "zeros", dtype="float32", name="positives"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        labels = ops.cast(y_true, "float32")
        probabilities = ops.sigmoid(ops.cast(y_pred, "float32"))
        thresholds = np.asarray(self.thresholds, "float32")[:, None, None]
        for name, shape in (("labels", labels.shape), ("logits", probabilities.shape)):
            if len(shape) != 2 or shape[1] not in (None, self.num_genres):
                raise ValueError(
                    f"Expected {name} of shape (batch, {self.num_genres}), received {tuple(shape)}."
                )
        selected = ops.cast(probabilities[None] > thresholds, "float32")  # (grid, batch, genres)
        weights = ops.ones_like(labels[:, :1])  # (batch, 1)
        if sample_weight is not None:
            weights = ops.reshape(ops.cast(sample_weight, "float32"), (-1, 1))
        self.hits.assign_add(ops.sum(selected * (labels * weights), axis=1))
        self.selected.assign_add(ops.sum(selected * weights, axis=1))
        self.positives.assign_add(ops.sum(labels * weights, axis=0))

    def result(self):
        # Where nobody has a genre it is left out below; the epsilon only keeps 0/0 away.
        f1 = 2.0 * self.hits / ops.maximum(self.selected + self.positives, keras.config.epsilon())
        defined = ops.cast(self.positives > 0, "float32")
        macro = ops.sum(f1 * defined, axis=1) / ops.maximum(ops.sum(defined), 1.0)
        return ops.max(macro)

    def get_config(self):
        return {
            "num_genres": self.num_genres,
            "thresholds": self.thresholds,
            "name": self.name,
            "dtype": self.dtype,
        }
