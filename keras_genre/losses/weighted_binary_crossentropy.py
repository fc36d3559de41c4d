"""WeightedBinaryCrossentropy: rare genres count for more."""

import keras
from keras import ops

from keras_genre.losses.multi_label_loss import MultiLabelLoss, as_positive_weights


@keras.saving.register_keras_serializable(package="keras_genre")
class WeightedBinaryCrossentropy(MultiLabelLoss):
    """Binary cross-entropy from logits, where each genre has a weight.

    For a genre with weight `w`, label `y` and logit `x` the term is
    `w y log(1 + exp(-x)) + (1 - y) log(1 + exp(x))`, or, with `whole_term`,
    `w (y log(1 + exp(-x)) + (1 - y) log(1 + exp(x)))`; a film's loss is the mean over genres. The
    first makes up for films without a genre being more than those with it. The second does not: it
    makes rare genres count for more, with and without.

    Args:
        positive_weights: One positive number a genre, for example
            `MovieDataset.positive_weights()`.
        whole_term: Whether the weight multiplies the whole term of a genre.
        label_smoothing: How far labels are moved towards one half.

    Call with labels and logits of shape `(batch, genres)`. Logits, not probabilities: the loss
    applies the sigmoid itself.

    Raises:
        ValueError: If a weight is not a positive, finite number.

    Example:
        >>> loss = WeightedBinaryCrossentropy([2.0, 1.0])
        >>> round(float(loss([[1.0, 0.0]], [[0.0, 0.0]])), 4)
        1.0397
    """

    def __init__(
        self,
        positive_weights,
        whole_term=False,
        label_smoothing=0.0,
        name="weighted_binary_crossentropy",
        **kwargs,
    ):
        self.positive_weights = as_positive_weights(positive_weights)
        super().__init__(
            len(self.positive_weights), label_smoothing=label_smoothing, name=name, **kwargs
        )
        self.whole_term = whole_term

    def terms(self, labels, logits):
        negative_weights = self.positive_weights if self.whole_term else 1.0
        positive = self.positive_weights * labels * ops.softplus(-logits)
        return positive + negative_weights * (1.0 - labels) * ops.softplus(logits)

    def get_config(self):
        return {
            **super().get_config(),
            "positive_weights": self.positive_weights.tolist(),
            "whole_term": self.whole_term,
        }
