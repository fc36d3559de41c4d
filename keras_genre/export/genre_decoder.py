"""GenreDecoder: logits to the answer that is served."""

import keras
import tensorflow as tf

from keras_genre import features
from keras_genre.scoring.logits import HIGHEST, LOWEST


class GenreDecoder(keras.layers.Layer):
    """Turns logits into calibrated probabilities, decisions and names, inside the served graph.

    It does what the rule does in Python, in the same order of float32 operations.

    Args:
        rule: A `DecisionRule`.

    Call with float32 logits of shape `(batch, genres)` and, where the model reads them, which films
    have a plot and a poster, booleans of shape `(batch,)`; returns a dict of `probabilities`
    (float32, calibrated), `selected` (bool: given by the rule) and `genres` (string: the names,
    each row the same), all of shape `(batch, genres)`.
    """

    def __init__(self, rule, **kwargs):
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.rule = rule

    def call(self, logits, has_plot=None, has_poster=None):
        said = tf.sigmoid(logits)
        probabilities, selected = _decided(self.rule, said)
        for rule, has in (
            (self.rule.without_poster, has_poster),
            (self.rule.without_plot, has_plot),
        ):
            if rule is not None and has is not None:
                others = _decided(rule, said)
                probabilities = tf.where(has[:, None], probabilities, others[0])
                selected = tf.where(has[:, None], selected, others[1])
        names = tf.constant(list(self.rule.vocabulary))
        return {
            features.PROBABILITIES: probabilities,
            features.SELECTED: selected,
            features.GENRES: tf.broadcast_to(names, tf.shape(probabilities)),
        }


def _decided(rule, said):
    """Calibrated probabilities and decisions, as if all films went by `rule`."""
    probabilities = _calibrated(rule.calibration, said) if rule.calibration else said
    selected = probabilities > rule.thresholds  # (batch, genres)
    if rule.top_k is not None:
        num_genres = len(rule.vocabulary)
        top = tf.math.top_k(probabilities, min(rule.top_k, num_genres)).indices  # (batch, k)
        selected &= tf.reduce_any(tf.one_hot(top, num_genres, True, False, dtype=tf.bool), axis=1)
    return probabilities, selected


def _calibrated(calibration, said):
    # Not from the logits themselves: a rule has only the probabilities, in float32.
    bounded = tf.clip_by_value(said, LOWEST, HIGHEST)
    logits = tf.math.log(bounded) - tf.math.log1p(-bounded)
    slopes, biases, knots, bends = calibration.arrays()
    curved = slopes * logits + biases
    for knot, bend in zip(knots, bends, strict=True):
        curved += bend * tf.maximum(logits - knot, 0.0)
    return tf.where(calibration.is_identity, said, tf.sigmoid(curved))
