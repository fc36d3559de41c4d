"""WeightedBinaryCrossentropy: rare genres count for more."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class WeightedBinaryCrossentropy(keras.losses.Loss):
    """Binary cross-entropy from logits, where the positive term of each genre has a weight.

    For a genre with weight `w`, label `y` and logit `x` the loss is
    `w y log(1 + exp(-x)) + (1 - y) log(1 + exp(x))`; a film's loss is the mean over genres.

    Args:
        positive_weights: One positive number a genre, for example
            `MovieDataset.positive_weights()`.

    Call with labels and logits of shape `(batch, genres)`. Logits, not probabilities: the loss
    applies the sigmoid itself.

    Raises:
        ValueError: If a weight is not a positive, finite number.

    Example:
        >>> loss = WeightedBinaryCrossentropy([2.0, 1.0])
        >>> round(float(loss([[1.0, 0.0]], [[0.0, 0.0]])), 4)
        1.0397
    """

    def __init__(self, positive_weights, name="weighted_binary_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        weights = _as_floats(positive_weights)
        if (
            weights.ndim != 1
            or not weights.size
            or not (np.isfinite(weights) & (weights > 0)).all()
        ):
            raise ValueError(
                f"Expected one positive, finite weight a genre, received {positive_weights!r}."
            )
        self.positive_weights = weights

    def call(self, y_true, y_pred):
        y_true = ops.cast(y_true, "float32")
        logits = ops.cast(y_pred, "float32")
        num_genres = len(self.positive_weights)
        for name, shape in (("labels", y_true.shape), ("logits", logits.shape)):
            if len(shape) != 2 or shape[1] not in (None, num_genres):
                raise ValueError(
                    f"Expected {name} of shape (batch, {num_genres}), as there are {num_genres} "
                    f"positive weights, received {tuple(shape)}."
                )
        positive = self.positive_weights * y_true * ops.softplus(-logits)
        negative = (1.0 - y_true) * ops.softplus(logits)
        return ops.mean(positive + negative, axis=-1)  # (batch,)

    def get_config(self):
        config = super().get_config()
        return {**config, "positive_weights": self.positive_weights.tolist()}


def _as_floats(values) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and refused as such
            return np.asarray(values, dtype="float32")
    except (TypeError, ValueError):
        return np.empty(0, "float32")
