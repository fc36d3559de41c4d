"""What every poster encoder promises to every fusion head."""

import functools

import keras
import numpy as np
import pytest
from backends import gradients, skip_float16_attention_on_jax
from keras import ops
from layer_checks import check_layer

from keras_genre.models.poster_encoders import POSTER_ENCODERS

REDUCED = {
    "cnn64": (16, {"stackwise_num_filters": (4, 6)}),
    "cnn224": (16, {"stackwise_num_filters": (4, 6)}),
    "convnext": (32, {}),  # has no narrow variant, as EfficientNet
    "efficientnet": (32, {}),
    "mobilenet": (32, {"alpha": 0.25}),
    "resnet": (32, {"stackwise_num_filters": (64, 8), "stackwise_num_blocks": (1, 1)}),
    "vit": (
        32,
        {
            "patch_size": 8,
            "hidden_dim": 8,
            "num_layers": 2,
            "num_heads": 2,
            "intermediate_dim": 12,
        },
    ),
}
REDUCED["clip"] = (32, {**REDUCED["vit"][1], "projection_dim": 8})
DEEP = ("convnext", "efficientnet", "mobilenet")
WITHOUT_BATCH_NORM_SWITCH = ("clip", "cnn64", "cnn224", "convnext", "vit")
POLICIES = ["float32", "mixed_float16", "mixed_bfloat16"]

every_encoder = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in DEEP else [])
        for name in POSTER_ENCODERS
    ],
)


def make_encoder(name, **options):
    keras.utils.set_random_seed(0)
    size, reduced = REDUCED[name]
    encoder = POSTER_ENCODERS[name](size, **reduced, **options)
    encoder.build((None, size, size, 3))
    if name == "mobilenet":
        # Untrained, it shrinks its features fivefold a layer until training moves the statistics.
        for weight in encoder.weights:
            if weight.path.endswith("gamma"):
                weight.assign(weight * 5.0)
    return encoder


def posters(name, num_films=3):
    size = REDUCED[name][0]
    return np.random.default_rng(0).integers(0, 256, (num_films, size, size, 3), dtype="uint8")


def as_float32(x):
    return np.asarray(ops.cast(x, "float32"))


@every_encoder
def test_layer_keras_contract_holds(name):
    if name in ("convnext", "efficientnet"):
        pytest.skip("ConvNeXt's scales of 1e-6 hide one step; EfficientNet counts in integers")
    keras.utils.set_random_seed(0)
    size, reduced = REDUCED[name]
    check_layer(functools.partial(POSTER_ENCODERS[name], size, **reduced), posters(name))


@every_encoder
def test_vector_is_finite_and_differs_between_posters_and_places(name):
    images = posters(name)
    images[1] = images[0]
    images[1, -4:, -4:] = 255 - images[1, -4:, -4:]
    outputs = make_encoder(name)(images)
    assert outputs["tokens"].shape[::2] == outputs["vector"].shape
    vectors = as_float32(outputs["vector"])
    assert np.isfinite(vectors).all()
    assert len(np.unique(vectors.round(7), axis=0)) == 3


@pytest.mark.parametrize("training", [False, True])
@every_encoder
def test_blank_of_a_missing_poster_touches_no_neighbour(name, training):
    options = {} if name in WITHOUT_BATCH_NORM_SWITCH else {"train_batch_norm": False}
    images, vectors = posters(name), []
    for blank in (0, 255):
        images[2] = blank
        encoder = make_encoder(name, **options)  # anew, for the same dropout
        vectors.append(as_float32(encoder(images, training=training)["vector"]))
    np.testing.assert_allclose(vectors[0][:2], vectors[1][:2], atol=1e-6 * abs(vectors[0]).max())


@every_encoder
def test_inference_neighbours_do_not_influence_each_other(name):
    encoder, images = make_encoder(name), posters(name)
    together = as_float32(encoder(images)["vector"])
    for number in range(len(images)):
        alone = as_float32(encoder(images[number : number + 1])["vector"])[0]
        np.testing.assert_allclose(alone, together[number], atol=1e-5 * abs(together).max())


@pytest.mark.parametrize("dtype", POLICIES)
@every_encoder
def test_batch_of_blanks_gives_finite_outputs_and_gradients(name, dtype):
    if name == "vit":
        skip_float16_attention_on_jax(dtype)
    encoder = make_encoder(name, dtype=dtype)
    images = np.zeros_like(posters(name))
    outputs = encoder(images, training=True)
    assert all(np.isfinite(as_float32(x)).all() for x in outputs.values())
    found = gradients(
        lambda: ops.sum(ops.cast(encoder(images, training=True)["vector"], "float32")),
        encoder.trainable_variables,
    )
    assert all(np.isfinite(gradient).all() for gradient in found if gradient is not None)


@pytest.mark.parametrize("dtype", POLICIES[1:])
@every_encoder
def test_half_precision_agrees_with_float32(name, dtype):
    encoder, half = make_encoder(name), make_encoder(name, dtype=dtype)
    half.set_weights(encoder.get_weights())
    expected = as_float32(encoder(posters(name))["vector"])
    vector = as_float32(half(posters(name))["vector"])
    # Rounding adds up over the layers: 27 of them, in bfloat16, came to 5 per cent.
    np.testing.assert_allclose(vector, expected, atol=0.1 * abs(expected).max())


@every_encoder
def test_saved_model_loads_with_its_weights_and_what_is_frozen(name, tmp_path):
    options = {} if name.startswith("cnn") else {"freeze": 1}
    encoder = make_encoder(name, **options)
    images = keras.Input(posters(name).shape[1:], dtype="uint8")
    model = keras.Model(images, encoder(images)["vector"])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(posters(name)), model(posters(name)))
    assert [w.shape for w in loaded.trainable_weights] == [w.shape for w in model.trainable_weights]
    assert keras.config.dtype_policy().name == "float32"


@every_encoder
def test_encoder_that_is_told_of_missing_posters_gives_the_others_as_before(name):
    encoder = make_encoder(name)
    images = posters(name, 4)
    present = np.array([False, True, False, True])
    for mask, rows in ((present, [1, 3]), (np.ones(4, bool), [0, 1, 2, 3])):
        told, untold = encoder(images, present=mask), encoder(images)
        for part in untold:
            np.testing.assert_allclose(
                ops.convert_to_numpy(told[part])[rows],
                ops.convert_to_numpy(untold[part])[rows],
                rtol=1e-4,
                atol=1e-5,
            )


def test_encoder_takes_batches_without_any_poster():
    encoder = make_encoder("resnet")
    vectors = encoder(posters("resnet", 3), present=np.zeros(3, bool))["vector"]
    assert vectors.shape == (3, 8)
    assert np.isfinite(ops.convert_to_numpy(vectors)).all()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="JAX wants one shape")
def test_missing_posters_are_not_encoded():
    encoder = make_encoder("cnn64")
    encoded = []
    encode = encoder.encode
    encoder.encode = lambda images, **how: encoded.append(len(images)) or encode(images, **how)
    encoder(posters("cnn64", 4), present=np.array([False, True, False, True]))
    encoder(posters("cnn64", 4), present=np.zeros(4, bool))
    assert encoded == [2, 1]  # oneDNN wants one at least
