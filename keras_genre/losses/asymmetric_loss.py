"""AsymmetricLoss: the many genres that a film does not have must not drown the few it has."""

import keras
from keras import ops

from keras_genre.losses.multi_label_loss import MultiLabelLoss, check_at_least_zero


@keras.saving.register_keras_serializable(package="keras_genre")
class AsymmetricLoss(MultiLabelLoss):
    """A focal loss with another exponent for genres that a film lacks, and a margin for them.

    With p the probability of a genre and `q = max(p - margin, 0)`, the term is
    `-(1 - p)^gamma_positive log p` where the film has the genre and
    `-q^gamma_negative log(1 - q)` where it has not: below the margin, nothing is left to learn.

    Args:
        gamma_positive: Exponent where the film has the genre.
        gamma_negative: Exponent where it has not.
        margin: Probability that counts as none, at least 0 and below 1.
        label_smoothing: How far labels are moved towards one half.

    Call with labels and logits of shape `(batch, genres)`. Logits, not probabilities: the loss
    applies the sigmoid itself.

    Raises:
        ValueError: If an exponent is negative, or the margin out of its range.

    Example:
        >>> loss = AsymmetricLoss()
        >>> round(float(loss([[1.0, 0.0]], [[0.0, 0.0]])), 4)
        0.3589

    Reference:
        Ridnik et al. 2021, "Asymmetric Loss For Multi-Label Classification", arXiv:2009.14119.
    """

    def __init__(
        self,
        gamma_positive=0.0,
        gamma_negative=4.0,
        margin=0.05,
        label_smoothing=0.0,
        name="asymmetric_loss",
        **kwargs,
    ):
        super().__init__(label_smoothing=label_smoothing, name=name, **kwargs)
        check_at_least_zero(gamma_positive=gamma_positive, gamma_negative=gamma_negative)
        if not 0 <= margin < 1:
            raise ValueError(f"Expected margin of at least 0 and below 1, received {margin!r}.")
        self.gamma_positive = gamma_positive
        self.gamma_negative = gamma_negative
        self.margin = margin

    def terms(self, labels, logits):
        positive = ops.exp(self.gamma_positive * ops.log_sigmoid(-logits)) * ops.softplus(-logits)
        return labels * positive + (1.0 - labels) * self._negative(logits)

    def _negative(self, logits):
        if not self.margin:
            return ops.exp(self.gamma_negative * ops.log_sigmoid(logits)) * ops.softplus(logits)
        # 1 - q, from 1 - p = sigmoid(-x): near 1 there is nothing left of p's own digits.
        rest = ops.minimum(ops.sigmoid(-logits) + self.margin, 1.0)
        beyond = rest < 1.0
        # A power of 0 has no gradient below an exponent of 1; there the term is 0 anyway.
        shifted = ops.where(beyond, 1.0 - rest, 1.0)
        term = ops.power(shifted, self.gamma_negative) * -ops.log(rest)
        return ops.where(beyond, term, 0.0)

    def get_config(self):
        return {
            **super().get_config(),
            "gamma_positive": self.gamma_positive,
            "gamma_negative": self.gamma_negative,
            "margin": self.margin,
        }
