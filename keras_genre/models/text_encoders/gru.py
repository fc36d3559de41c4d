"""GRUTextEncoder: the plot baseline with three quarters of the LSTM's weights."""

import keras

from keras_genre.models.text_encoders.recurrent import RecurrentTextEncoder


@keras.saving.register_keras_serializable(package="keras_genre")
class GRUTextEncoder(RecurrentTextEncoder):
    """Word embedding, one GRU over the plot, and the largest value of each unit over the words.

    Arguments, inputs and outputs are those of `LSTMTextEncoder`.

    Reference:
        Cho et al. 2014, "Learning Phrase Representations using RNN Encoder-Decoder for Statistical
        Machine Translation", arXiv:1406.1078.
    """

    recurrent_layer = keras.layers.GRU
