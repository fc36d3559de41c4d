import itertools

import keras
import numpy as np
import pytest

from keras_genre.models.poster_encoders import MobileNetPosterEncoder

IMAGES = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype="uint8")


def make_encoder(version=1, **options):
    keras.utils.set_random_seed(0)
    return MobileNetPosterEncoder(32, version, 0.25 if version == 1 else 0.35, **options)


@pytest.mark.parametrize(("version", "width"), [(1, 256), (2, 1280)])
def test_outputs_equal_the_network_of_keras_on_scaled_images(version, width):
    encoder = make_encoder(version)
    outputs = encoder(IMAGES)
    expected = keras.ops.convert_to_numpy(encoder.network(IMAGES / np.float32(127.5) - 1.0))
    assert outputs["vector"].shape == (2, width)
    np.testing.assert_allclose(outputs["vector"], expected.mean(axis=(1, 2)), atol=1e-5)


def test_freeze_first_blocks_of_each_version():
    first = make_encoder(freeze=1)
    assert first.network.get_layer("conv_pw_1").trainable_weights == []
    assert first.network.get_layer("conv_pw_2").trainable_weights
    assert first.network.get_layer("conv_pw_10").trainable_weights
    second = make_encoder(2, freeze=1)
    assert second.network.get_layer("expanded_conv_project").trainable_weights == []
    assert second.network.get_layer("block_1_expand").trainable_weights


def test_pooled_layers_tell_means_and_maxima_of_their_maps():
    encoder = make_encoder(pooled_layers=("conv_pw_5_relu", "conv_pw_13_relu"))
    outputs = encoder(IMAGES, present=np.array([True, True]))
    plain = make_encoder()
    plain.set_weights(encoder.get_weights())
    layers = [plain.network.get_layer(f"conv_pw_{number}_relu").output for number in (5, 13)]
    maps = keras.Model(plain.network.input, layers)(IMAGES / np.float32(127.5) - 1.0)
    maps = [keras.ops.convert_to_numpy(each) for each in maps]
    expected = [pool(each, axis=(1, 2)) for each in maps for pool in (np.mean, np.max)]
    np.testing.assert_allclose(outputs["pooled"], np.concatenate(expected, axis=1), atol=1e-5)
    np.testing.assert_allclose(outputs["vector"], plain(IMAGES)["vector"], atol=1e-6)
    assert "pooled" not in plain(IMAGES)


def test_constructor_unknown_layer_to_pool_refused():
    with pytest.raises(ValueError, match="conv_pw_99"):
        make_encoder(pooled_layers=("conv_pw_99",))


def test_constructor_unknown_version_refused():
    with pytest.raises(ValueError, match="Expected version 1 or 2 of MobileNet, received 3"):
        make_encoder(3)


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    widths = [32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
    total = 3 * 3 * 3 * 32 + 4 * 32
    for before, after in itertools.pairwise(widths):
        total += (3 * 3 * before + 4 * before) + (before * after + 4 * after)
    encoder = MobileNetPosterEncoder()
    assert encoder.network.count_params() == total
    assert encoder(np.zeros((1, 224, 224, 3), "uint8"))["tokens"].shape == (1, 49, 1024)
