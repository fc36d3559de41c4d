import functools

import keras
import numpy as np
import pytest

from keras_genre.models.text_encoders import BiLSTMAttentionTextEncoder

IDS = np.array([[5, 3, 8, 2, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], "int32")


def make_encoder(**options):
    keras.utils.set_random_seed(0)
    encoder = BiLSTMAttentionTextEncoder(
        10, **{"embedding_dim": 4, "hidden_dim": 3, "attention_dim": 5, **options}
    )
    encoder.build((None, None))
    return encoder


def test_tokens_equal_those_of_bidirectional_lstms_on_each_film_alone():
    encoder = make_encoder()
    tokens = keras.ops.convert_to_numpy(encoder(IDS)["tokens"])
    for film, length in ((0, 4), (1, 1)):
        x = encoder.embedding(IDS[film : film + 1, :length])
        for forward, backward in zip(encoder.forward, encoder.backward, strict=True):
            x = keras.ops.concatenate([forward(x), backward(x[:, ::-1])[:, ::-1]], axis=-1)
        np.testing.assert_allclose(tokens[film, :length], x[0], atol=1e-6)


def test_vector_pooling_last_is_each_direction_after_its_last_word():
    encoder = make_encoder(pooling="last")
    outputs = encoder(IDS)
    tokens = keras.ops.convert_to_numpy(outputs["tokens"])
    np.testing.assert_array_equal(outputs["vector"][0, :3], tokens[0, 3, :3])
    np.testing.assert_array_equal(outputs["vector"][0, 3:], tokens[0, 0, 3:])
    np.testing.assert_array_equal(outputs["vector"][1], tokens[1, 0])
    np.testing.assert_array_equal(outputs["vector"][2], np.zeros(6))


def test_vector_pooling_attention_lies_between_the_tokens():
    outputs = make_encoder()(IDS)
    words = keras.ops.convert_to_numpy(outputs["tokens"][0, :4])
    vector = keras.ops.convert_to_numpy(outputs["vector"][0])
    assert (vector > words.min(axis=0)).all()
    assert (vector < words.max(axis=0)).all()
    np.testing.assert_allclose(outputs["vector"][1], outputs["tokens"][1, 0], atol=1e-7)


def test_pooling_last_has_no_attention_weights():
    attention = 6 * 5 + 5 + 5
    assert make_encoder().count_params() - make_encoder(pooling="last").count_params() == attention


@pytest.mark.parametrize("pooling", ["attention", "last"])
def test_lstm_gets_no_mask_for_cudnn_refuses_a_film_without_words(monkeypatch, pooling):
    masks = []
    call = keras.layers.LSTM.call

    @functools.wraps(call)
    def spy(self, sequences, initial_state=None, mask=None, training=False):
        masks.append(mask)
        return call(self, sequences, initial_state=initial_state, mask=mask, training=training)

    monkeypatch.setattr(keras.layers.LSTM, "call", spy)
    make_encoder(pooling=pooling)(IDS)
    assert masks == [None] * 4


def test_constructor_unknown_pooling_or_no_layer_refused():
    with pytest.raises(ValueError, match=r"Expected a pooling of .*received 'max'"):
        BiLSTMAttentionTextEncoder(10, pooling="max")
    with pytest.raises(ValueError, match="at least one layer, received num_layers=0"):
        BiLSTMAttentionTextEncoder(10, num_layers=0)


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    words = 69_980 * 300
    first = 2 * 4 * ((300 + 256) * 256 + 256)
    second = 2 * 4 * ((512 + 256) * 256 + 256)
    attention = 512 * 256 + 256 + 256
    encoder = BiLSTMAttentionTextEncoder(69_980)
    encoder.build((None, None))
    assert encoder.count_params() == words + first + second + attention
