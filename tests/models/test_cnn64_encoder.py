import functools

import keras
import numpy as np
import pytest
from layer_checks import check_layer

from keras_genre.models.poster_encoders import CNN64PosterEncoder


def posters(num_films=3, size=64):
    return np.random.default_rng(0).integers(0, 256, (num_films, size, size, 3), dtype="uint8")


def make_encoder(**options):
    keras.utils.set_random_seed(0)
    return CNN64PosterEncoder(**options)


def test_layer_keras_contract_holds():
    check_layer(
        functools.partial(CNN64PosterEncoder, 16, stackwise_num_filters=(4, 6)), posters(size=16)
    )


def test_outputs_at_64_pixels_are_16_positions_and_their_mean():
    outputs = make_encoder()(posters())
    assert outputs["tokens"].shape == (3, 16, 128)
    assert outputs["vector"].shape == (3, 128)
    mean = keras.ops.mean(outputs["tokens"], axis=1)
    np.testing.assert_allclose(outputs["vector"], mean, atol=1e-6)


@pytest.mark.parametrize("training", [False, True])
def test_batch_neighbours_do_not_influence_each_other(training):
    encoder, images = make_encoder(), posters()
    together = encoder(images, training=training)["vector"]
    images[1:] = 0  # the blank image of a missing poster
    np.testing.assert_allclose(
        encoder(images, training=training)["vector"][0], together[0], atol=1e-5
    )
    alone = encoder(images[:1], training=training)["vector"]
    np.testing.assert_allclose(alone[0], together[0], atol=1e-5)


def test_every_channel_and_corner_reaches_the_vector():
    encoder = make_encoder()
    blank = np.full((1, 64, 64, 3), 128, "uint8")
    before = encoder(blank)["vector"]
    for y, x, channel in [(0, 0, 0), (0, 63, 1), (63, 0, 2), (63, 63, 0)]:
        image = blank.copy()
        image[0, y, x, channel] = 255
        assert abs(keras.ops.convert_to_numpy(encoder(image)["vector"] - before)).max() > 1e-5


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_agrees_with_float32(dtype):
    images = posters()
    encoder, half = make_encoder(), make_encoder(dtype=dtype)
    expected = keras.ops.convert_to_numpy(encoder(images)["vector"])
    half(images)
    half.set_weights(encoder.get_weights())
    vector = keras.ops.cast(half(images)["vector"], "float32")
    np.testing.assert_allclose(vector, expected, atol=0.03 * abs(expected).max())


def test_constructor_image_too_small_for_the_stages_refused():
    with pytest.raises(ValueError, match=r"image_size of at least 16.*received 8"):
        CNN64PosterEncoder(8)
    assert make_encoder(image_size=16)(posters(size=16))["tokens"].shape == (3, 1, 128)
