"""LSTMTextEncoder: the coursework's plot baseline."""

import keras

from keras_genre.models.text_encoders.recurrent import RecurrentTextEncoder


@keras.saving.register_keras_serializable(package="keras_genre")
class LSTMTextEncoder(RecurrentTextEncoder):
    """Word embedding, one LSTM over the plot, and the largest value of each unit over the words.

    The state after the last word alone, the textbook's choice, forgets the beginning of a plot of
    a hundred words, and took several epochs to learn anything on real films.

    Args:
        vocabulary_size: Number of word ids, padding included.
        embedding_dim: Width of the word vectors.
        hidden_dim: Width of the LSTM.
        dropout: Share of the embedding dropped while training.

    Call with int32 ids of shape `(batch, tokens)`, 0 for padding, which stands at the end; returns
    a dict of `vector`, floats of shape `(batch, hidden_dim)`, `tokens`,
    `(batch, tokens, hidden_dim)`, zero where there is padding, and `mask`, bool of shape
    `(batch, tokens)`. Padding has no influence on any of them; there may be no token at all.
    """

    recurrent_layer = keras.layers.LSTM
