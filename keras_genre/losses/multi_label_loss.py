"""MultiLabelLoss: what all losses of this package share."""

import keras
import numpy as np
from keras import ops


class MultiLabelLoss(keras.losses.Loss):
    """A term for each film and genre, from labels and logits; a film's loss is their mean.

    A base class. Everything is computed in float32, whatever the model computes in: in float16
    the loss of a logit of 100 is not a number any more.

    Args:
        num_genres: Number of label columns, or None for any.
        label_smoothing: How far labels are moved from 0 and 1 towards one half, in shares of the
            way.
        name: Name of the loss.
        **kwargs: Further arguments of `keras.losses.Loss`.

    Call with labels and logits of shape `(batch, genres)`. Logits, not probabilities: the loss
    applies the sigmoid itself.

    Raises:
        ValueError: If labels or logits have another shape, or the smoothing is out of its range.
    """

    def __init__(self, num_genres=None, label_smoothing=0.0, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"Expected label_smoothing of 0 to 1, received {label_smoothing!r}.")
        self.num_genres = num_genres
        self.label_smoothing = label_smoothing

    def terms(self, labels, logits):
        """The loss of each film and genre, float32 of shape `(batch, genres)`."""
        raise NotImplementedError

    def call(self, y_true, y_pred):
        labels, logits = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        expected = self.num_genres or (logits.shape[-1] if logits.shape else None)
        for name, shape in (("labels", labels.shape), ("logits", logits.shape)):
            if len(shape) != 2 or (expected and shape[1] not in (None, expected)):
                raise ValueError(
                    f"Expected {name} of shape (batch, {expected}), as there are {expected} "
                    f"genres, received {tuple(shape)}."
                )
        if self.label_smoothing:
            labels = labels * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing
        return ops.mean(self.terms(labels, logits), axis=-1)  # (batch,)

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


def as_positive_weights(values) -> np.ndarray:
    """Give weights as float32 of shape `(genres,)`.

    Raises:
        ValueError: If one is not a positive, finite number.
    """
    weights = _as_floats(values)
    if weights.ndim != 1 or not weights.size or not (np.isfinite(weights) & (weights > 0)).all():
        raise ValueError(f"Expected one positive, finite weight a genre, received {values!r}.")
    return weights


def check_at_least_zero(**arguments) -> None:
    """Raise a `ValueError` that names the argument which is negative or no finite number."""
    for name, value in arguments.items():
        if not 0 <= value < float("inf"):
            raise ValueError(f"Expected {name} of at least 0, received {value!r}.")


def _as_floats(values) -> np.ndarray:
    try:
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and refused as such
            return np.asarray(values, dtype="float32")
    except (TypeError, ValueError):
        return np.empty(0, "float32")
