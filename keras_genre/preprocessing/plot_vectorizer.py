"""PlotVectorizer: plots to word ids."""

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="keras_genre")
class PlotVectorizer(keras.layers.Layer):
    """Turns plots into ids of their words, with a vocabulary learned from the training plots.

    Lower case, punctuation and symbols stripped, split at white space and long dashes, in any
    script; 0 is padding, 1 is any word that the vocabulary lacks. Bytes that are no UTF-8 and
    control characters count as white space. A batch is padded to its own longest plot, not to
    `max_tokens`, so that short plots cost little.

    Args:
        vocabulary_size: Most entries of the vocabulary, padding and unknown included.
        max_tokens: Words read of a plot; the rest is cut.
        vocabulary: Words learned earlier, without padding and unknown; None to `adapt` later.

    Call with strings of shape `(batch,)`; returns int32 ids of shape `(batch, tokens)`, with
    1 <= tokens <= `max_tokens`.

    Example:
        >>> vectorizer = PlotVectorizer(vocabulary=["heist", "goes"])
        >>> vectorizer(tf.constant(["A heist goes wrong."])).numpy()
        array([[1, 2, 3, 1]], dtype=int32)
    """

    def __init__(self, vocabulary_size=20_000, max_tokens=128, vocabulary=None, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if vocabulary_size < 3 or max_tokens < 1:
            raise ValueError(
                f"Expected vocabulary_size of at least 3 and max_tokens of at least 1; "
                f"received {vocabulary_size} and {max_tokens}."
            )
        self.vocabulary_size = vocabulary_size
        self.max_tokens = max_tokens
        # Ragged output: the layer's own padding would stretch every batch to max_tokens.
        self.lookup = keras.layers.TextVectorization(
            max_tokens=vocabulary_size,
            standardize=_standardized,
            ragged=True,
            vocabulary=vocabulary,
        )
        self._is_adapted = vocabulary is not None

    def adapt(self, plots) -> None:
        """Learn the vocabulary.

        Args:
            plots: Training plots: a list of strings, or a `tf.data.Dataset` of (batches of) them.

        Raises:
            ValueError: If no plot has a word.
        """
        self._is_adapted = False
        self.lookup.adapt(plots)
        if not self.get_vocabulary():
            raise ValueError(
                "No plot has a word to learn. Expected training plots, or a model that reads "
                "posters alone."
            )
        self._is_adapted = True

    def get_vocabulary(self) -> list[str]:
        """The learned words, most frequent first, without padding and unknown."""
        return [str(word) for word in self.lookup.get_vocabulary()[2:]]

    def build(self, input_shape):
        self.built = True  # nothing here depends on a shape

    def call(self, plots):
        if not self._is_adapted:
            raise ValueError(
                "The plot vocabulary is not learned yet. Call "
                "preprocessor.adapt(dataset.plots('train')) first."
            )
        ids = self.lookup(plots)[:, : self.max_tokens]
        ids = tf.cast(ids.to_tensor(0), "int32")
        # A batch of empty plots still needs a column to run an LSTM over.
        padding = tf.maximum(0, 1 - tf.shape(ids)[1])
        ids = tf.pad(ids, [[0, 0], [0, padding]])
        return tf.ensure_shape(ids, (None, None))  # (batch, tokens)

    def compute_output_spec(self, plots):
        return keras.KerasTensor((*plots.shape[:1], None), dtype="int32")

    def get_config(self):
        config = super().get_config()
        del config["trainable"], config["dtype"]
        vocabulary = self.get_vocabulary() if self._is_adapted else None
        config.update(
            vocabulary_size=self.vocabulary_size, max_tokens=self.max_tokens, vocabulary=vocabulary
        )
        return config


def _standardized(plots):
    # Keras's own standardization knows ASCII alone: it leaves the curly quotes and dashes of real
    # plots in their words, and words that are no UTF-8 cannot be saved.
    text = tf.strings.unicode_transcode(
        plots,
        "UTF-8",
        "UTF-8",
        errors="replace",
        replacement_char=ord(" "),
        replace_control_characters=True,
    )
    text = tf.strings.lower(text, encoding="utf-8")
    text = tf.strings.regex_replace(text, r"[\pZ\x{2012}-\x{2015}\x{2026}]", " ")
    return tf.strings.regex_replace(text, r"[\pP\pS\p{Cf}]", "")
