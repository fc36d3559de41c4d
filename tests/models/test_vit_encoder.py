import keras
import numpy as np
import pytest

from keras_genre.models.poster_encoders import ViTPosterEncoder

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype="uint8")


def make_encoder(**options):
    keras.utils.set_random_seed(0)
    return ViTPosterEncoder(
        32, patch_size=8, hidden_dim=8, num_layers=2, num_heads=2, intermediate_dim=12, **options
    )


def test_outputs_are_the_class_token_and_the_patches():
    encoder = make_encoder()
    outputs = encoder(IMAGES)
    sequence = encoder.network(IMAGES / np.float32(127.5) - 1.0)
    assert outputs["tokens"].shape == (2, 16, 8)
    np.testing.assert_allclose(outputs["vector"], sequence[:, 0], atol=1e-5)
    np.testing.assert_allclose(outputs["tokens"], sequence[:, 1:], atol=1e-5)


def test_freeze_first_layers_keeps_them_and_trains_the_rest():
    every = len(make_encoder().trainable_weights)
    encoder = make_encoder(freeze=1)
    transformer = encoder.network.get_layer("vit_encoder")
    assert transformer.encoder_layers[0].trainable_weights == []
    assert 0 < len(encoder.trainable_weights) < every
    assert len(transformer.encoder_layers[1].trainable_weights) > 0
    assert make_encoder(freeze="all").trainable_weights == []


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    patches = 16 * 16 * 3 * 768 + 768 + 768 + 197 * 768
    layer = 4 * (768 * 768 + 768) + 2 * 768 * 3072 + 3072 + 768 + 4 * 768
    assert ViTPosterEncoder().network.count_params() == patches + 12 * layer + 2 * 768
