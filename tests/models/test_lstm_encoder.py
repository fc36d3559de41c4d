import functools

import keras
import numpy as np
import pytest
from backends import gradients
from keras import ops
from layer_checks import check_layer

from keras_genre.models.text_encoders import LSTMTextEncoder

IDS = np.array([[5, 3, 8, 2, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], "int32")


def make_encoder(**options):
    keras.utils.set_random_seed(0)
    encoder = LSTMTextEncoder(10, **{"embedding_dim": 4, "hidden_dim": 6, **options})
    encoder.build((None, None))
    return encoder


def test_layer_keras_contract_holds():
    check_layer(
        functools.partial(LSTMTextEncoder, 10, embedding_dim=4, hidden_dim=6, dropout=0.2), IDS
    )


def test_outputs_shapes_and_mask_as_stated():
    outputs = make_encoder()(IDS)
    assert outputs["vector"].shape == (3, 6)
    assert outputs["tokens"].shape == (3, 6, 6)
    np.testing.assert_array_equal(outputs["mask"], IDS != 0)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_padding_appended_changes_nothing(dtype):
    encoder = make_encoder(dtype=dtype)
    short, padded = encoder(IDS), encoder(np.pad(IDS, ((0, 0), (0, 7))))
    atol = 1e-6 if dtype == "float32" else 2e-3
    np.testing.assert_allclose(padded["vector"], short["vector"], atol=atol)
    np.testing.assert_allclose(padded["tokens"][:, :6], short["tokens"], atol=atol)
    np.testing.assert_array_equal(padded["tokens"][:, 6:], np.zeros((3, 7, 6)))


def test_padding_row_of_the_embedding_has_no_gradient():
    encoder = make_encoder()

    def total():
        outputs = encoder(IDS)
        return ops.sum(outputs["vector"]) + ops.sum(outputs["tokens"])

    (gradient,) = gradients(total, [encoder.embedding.embeddings])
    np.testing.assert_array_equal(gradient[0], np.zeros(4))
    assert (gradient[IDS[0, :4]] != 0).any(axis=1).all()


def test_tokens_of_padding_are_zero_and_of_words_are_not():
    encoder = make_encoder()
    tokens = ops.convert_to_numpy(encoder(IDS)["tokens"])
    np.testing.assert_array_equal((tokens != 0).any(axis=-1), IDS != 0)


def test_vector_is_the_largest_state_over_the_words():
    outputs = make_encoder()(IDS)
    np.testing.assert_array_equal(outputs["vector"][0], ops.max(outputs["tokens"][0, :4], axis=0))
    np.testing.assert_array_equal(outputs["vector"][1], outputs["tokens"][1, 0])


def test_word_order_changed_vector_changes():
    vectors = make_encoder()(np.array([[5, 3, 8], [8, 3, 5]], "int32"))["vector"]
    assert abs(ops.convert_to_numpy(vectors[0] - vectors[1])).max() > 1e-3


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_plot_of_padding_alone_gives_finite_vector_and_gradient(dtype):
    encoder = make_encoder(dtype=dtype)

    def vector():
        return ops.cast(encoder(IDS[2:])["vector"], "float32")

    assert np.isfinite(vector()).all()
    found = gradients(lambda: ops.sum(vector()), encoder.trainable_variables)
    assert all(np.isfinite(gradient).all() for gradient in found if gradient is not None)


def test_lstm_gets_no_mask_for_cudnn_refuses_a_film_without_words(monkeypatch):
    masks = []
    call = keras.layers.LSTM.call

    @functools.wraps(call)
    def spy(self, sequences, initial_state=None, mask=None, training=False):
        masks.append(mask)
        return call(self, sequences, initial_state=initial_state, mask=mask, training=training)

    monkeypatch.setattr(keras.layers.LSTM, "call", spy)
    make_encoder()(IDS)
    assert masks == [None]


def test_dropout_acts_in_training_alone():
    encoder = make_encoder(dropout=0.5)
    np.testing.assert_array_equal(encoder(IDS)["vector"], encoder(IDS)["vector"])
    change = encoder(IDS, training=True)["vector"] - encoder(IDS)["vector"]
    assert abs(ops.convert_to_numpy(change)).max() > 1e-4
