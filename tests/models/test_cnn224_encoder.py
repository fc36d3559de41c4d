import keras
import numpy as np
import pytest

from keras_genre.models.poster_encoders import CNN224PosterEncoder


def posters(num_films=3, size=16):
    return np.random.default_rng(0).integers(0, 256, (num_films, size, size, 3), dtype="uint8")


def make_encoder(image_size=16, stackwise_num_filters=(4, 6), **options):
    keras.utils.set_random_seed(0)
    encoder = CNN224PosterEncoder(image_size, stackwise_num_filters, **options)
    encoder.build((None, image_size, image_size, 3))
    return encoder


@pytest.mark.parametrize("blank", [0, 128])
def test_training_blank_of_a_missing_poster_touches_no_neighbour(blank):
    images = posters()
    images[2] = blank
    with_blank, without = make_encoder(), make_encoder()
    vectors = with_blank(images, training=True)["vector"][:2]
    expected = without(images[:2], training=True)["vector"]
    np.testing.assert_allclose(vectors, expected, atol=1e-5)
    for ours, theirs in zip(with_blank.weights, without.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6, err_msg=ours.path)


def test_training_colour_of_the_blank_changes_no_neighbour_bit():
    images = posters()
    vectors = []
    for blank in (0, 200):
        images[2] = blank
        encoder = make_encoder()
        vectors.append(encoder(images, training=True)["vector"][:2])
    np.testing.assert_array_equal(vectors[0], vectors[1])


def test_training_real_neighbour_does_enter_the_statistics():
    images = posters()
    together = make_encoder()(images, training=True)["vector"][:2]
    apart = make_encoder()(images[:2], training=True)["vector"]
    assert abs(keras.ops.convert_to_numpy(together - apart)).max() > 1e-3


def test_training_moves_the_statistics_that_inference_uses():
    encoder = make_encoder()
    before = encoder(posters())["vector"]
    for _ in range(3):
        encoder(posters(), training=True)
    assert abs(keras.ops.convert_to_numpy(encoder(posters())["vector"] - before)).max() > 1e-3


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_training_batch_of_blanks_alone_stays_finite(dtype):
    encoder = make_encoder(dtype=dtype)
    outputs = encoder(np.zeros((2, 16, 16, 3), "uint8"), training=True)
    assert np.isfinite(keras.ops.cast(outputs["vector"], "float32")).all()
    assert all(np.isfinite(weight).all() for weight in encoder.weights)


def test_constructor_image_too_small_for_the_stages_refused():
    with pytest.raises(ValueError, match=r"image_size of at least 16.*received 8"):
        CNN224PosterEncoder(8)


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    convolutions = (
        (7 * 7 * 3 * 64 + 64)
        + (3 * 3 * 64 * 128 + 128)
        + (3 * 3 * 128 * 256 + 256)
        + (3 * 3 * 256 * 512 + 512)
    )
    normalizations = 4 * (64 + 128 + 256 + 512)  # scale, shift, moving mean and variance
    encoder = CNN224PosterEncoder()
    encoder.build((None, 224, 224, 3))
    assert encoder.count_params() == convolutions + normalizations
    assert encoder(posters(1, 224))["tokens"].shape == (1, 14 * 14, 512)
