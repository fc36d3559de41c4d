"""GenreDecoder: logits to the answer that is served."""

import keras
import numpy as np
import tensorflow as tf

from keras_genre import features


class GenreDecoder(keras.layers.Layer):
    """Turns logits into probabilities, decisions and names, inside the served graph.

    Args:
        rule: A `DecisionRule`: one threshold a genre.

    Call with float32 logits of shape `(batch, genres)`; returns a dict of `probabilities`
    (float32), `selected` (bool: over the genre's threshold) and `genres` (string: the names, each
    row the same), all of shape `(batch, genres)`.
    """

    def __init__(self, rule, **kwargs):
        super().__init__(trainable=False, dtype="float32", **kwargs)
        self.rule = rule

    def call(self, logits):
        probabilities = tf.sigmoid(logits)
        names = tf.constant(list(self.rule.vocabulary))
        thresholds = np.asarray(self.rule.thresholds, "float32")
        return {
            features.PROBABILITIES: probabilities,
            features.SELECTED: probabilities > thresholds,
            features.GENRES: tf.broadcast_to(names, tf.shape(probabilities)),
        }
