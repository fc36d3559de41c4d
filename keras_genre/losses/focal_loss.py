"""FocalLoss: films that are answered well count for less."""

import keras
from keras import ops

from keras_genre.losses.multi_label_loss import MultiLabelLoss, check_at_least_zero


@keras.saving.register_keras_serializable(package="keras_genre")
class FocalLoss(MultiLabelLoss):
    """Binary cross-entropy from logits, times how far the answer is from the truth.

    With p the probability that the model gives to what is true of a genre, the term is
    `-(1 - p)^gamma log p`, times `alpha` where the film has the genre and `1 - alpha` where not.
    Unlike `keras.losses.BinaryFocalCrossentropy` it does not clip p, so that a film answered
    wrongly and surely keeps its gradient.

    Args:
        gamma: How fast the terms of good answers vanish; 0 is binary cross-entropy.
        alpha: Share of the films that have a genre, between 0 and 1; None to leave both alone.
        label_smoothing: How far labels are moved towards one half.

    Call with labels and logits of shape `(batch, genres)`. Logits, not probabilities: the loss
    applies the sigmoid itself.

    Raises:
        ValueError: If gamma is negative, or alpha not between 0 and 1.

    Example:
        >>> loss = FocalLoss(gamma=2.0)
        >>> round(float(loss([[1.0, 0.0]], [[0.0, 0.0]])), 4)
        0.1733

    Reference:
        Lin et al. 2017, "Focal Loss for Dense Object Detection", arXiv:1708.02002.
    """

    def __init__(self, gamma=2.0, alpha=None, label_smoothing=0.0, name="focal_loss", **kwargs):
        super().__init__(label_smoothing=label_smoothing, name=name, **kwargs)
        check_at_least_zero(gamma=gamma)
        if alpha is not None and not 0 <= alpha <= 1:
            raise ValueError(f"Expected alpha between 0 and 1, or None, received {alpha!r}.")
        self.gamma = gamma
        self.alpha = alpha

    def terms(self, labels, logits):
        # Of the truth, log p is log_sigmoid(x) with the genre and log_sigmoid(-x) without; and
        # (1 - p)^gamma is best taken as a power of e, which neither overflows nor lacks a gradient.
        positive = ops.exp(self.gamma * ops.log_sigmoid(-logits)) * ops.softplus(-logits)
        negative = ops.exp(self.gamma * ops.log_sigmoid(logits)) * ops.softplus(logits)
        if self.alpha is not None:
            positive, negative = self.alpha * positive, (1.0 - self.alpha) * negative
        return labels * positive + (1.0 - labels) * negative

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma, "alpha": self.alpha}
