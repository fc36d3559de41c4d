import keras
import numpy as np
import pytest
import tensorflow as tf
from reduced_presets import POSTER_OPTIONS, TEXT_OPTIONS

from keras_genre import features
from keras_genre.export.folded_convolution import FoldedConvolution, can_fold
from keras_genre.export.lean_model import make_lean
from keras_genre.models import GenreClassifier
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.text_encoders import TEXT_ENCODERS

_ARITHMETIC = {"AddV2", "Einsum", "MatMul", "Mean", "Mul", "Rsqrt", "SquaredDifference", "Sub"}


def make_model(name, dtype="float32"):
    """A model of which every weight is random, as after training."""
    text, poster, head = name.split("+")
    image_size, poster_options = POSTER_OPTIONS[poster]
    model = GenreClassifier(
        ["Drama", "War"],
        FUSION_HEADS[head](2, dtype=dtype),
        TEXT_ENCODERS[text](20, dtype=dtype, **TEXT_OPTIONS[text]),
        POSTER_ENCODERS[poster](image_size, dtype=dtype, **poster_options),
    )
    rng = np.random.default_rng(0)
    for weight in model.weights:
        if weight.path.endswith("variance"):
            weight.assign(rng.uniform(0.5, 2.0, weight.shape))
        elif "float" in weight.dtype:
            spread = 0.3 if len(weight.shape) < 2 else 1 / np.sqrt(np.prod(weight.shape[:-1]))
            weight.assign(rng.normal(float(weight.path.endswith("gamma")), spread, weight.shape))
    return model


def make_films(image_size, films=5, seed=0):
    """Plots of different lengths, one of none; a film without plot, and one without poster."""
    rng = np.random.default_rng(seed)
    lengths = np.array([9, 4, 1, 0, 6])[:films]
    return {
        features.PLOT_TOKEN_IDS: rng.integers(1, 20, (films, 9))
        * (np.arange(9) < lengths[:, None]),
        features.HAS_PLOT: lengths > 0,
        features.POSTER_IMAGE: rng.integers(0, 256, (films, image_size, image_size, 3), "uint8"),
        features.HAS_POSTER: np.arange(films) != 1,
    }


@pytest.mark.parametrize(
    ("name", "fewer"),
    [
        ("bert+mobilenet+concat", True),
        ("distilbert+resnet+gated", True),
        pytest.param("lstm+efficientnet+late", True, marks=pytest.mark.slow),
        ("bert+cnn64+attention", True),
        ("lstm+cnn224+concat", False),
        ("clip+clip+concat", False),
    ],
)
def test_lean_model_answers_as_the_whole_one_with_fewer_operations(name, fewer):
    model = make_model(name)
    films = make_films(model.poster_encoder.image_size)
    expected = model(films, training=False).numpy()
    lean = make_lean(model)
    np.testing.assert_allclose(lean(films, training=False), expected, rtol=1e-4, atol=1e-4)
    assert (num_operations(lean, films) < 0.9 * num_operations(model, films)) == fewer
    # And the model is what it was.
    np.testing.assert_array_equal(model(films, training=False), expected)
    assert not {id(weight) for weight in lean.weights} & {id(weight) for weight in model.weights}


def num_operations(model, films):
    function = tf.function(lambda: model(films, training=False))
    operations = function.get_concrete_function().graph.get_operations()
    return sum(operation.type in _ARITHMETIC for operation in operations)


def test_lean_model_has_no_weight_that_it_does_not_read():
    model = make_model("bert+mobilenet+concat")
    lean = make_lean(model)
    films = make_films(model.poster_encoder.image_size)
    weights = [weight.value for weight in lean.weights if "float" in weight.dtype]
    with tf.GradientTape() as tape:
        tape.watch(weights)
        logits = lean(films, training=False)
    unread = [
        weight.path
        for weight, gradient in zip(lean.weights, tape.gradient(logits, weights), strict=True)
        if gradient is None
    ]
    assert unread == []
    assert any(isinstance(layer, keras.layers.BatchNormalization) for layer in deep(model))
    assert not any(isinstance(layer, keras.layers.BatchNormalization) for layer in deep(lean))


def deep(model):
    return list(model._flatten_layers())


def test_lean_model_in_half_precision_is_near():
    model = make_model("bert+mobilenet+concat", "mixed_bfloat16")
    films = make_films(model.poster_encoder.image_size)
    expected = model.with_dtype("float32")(films, training=False).numpy()
    np.testing.assert_allclose(make_lean(model)(films), expected, atol=0.05)


@pytest.mark.parametrize("depthwise", [True, False])
@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("use_bias", [True, False])
def test_folded_convolution_equals_convolution_and_normalization(depthwise, padding, use_bias):
    rng = np.random.default_rng(0)
    options = {"strides": 2, "padding": padding, "use_bias": use_bias}
    if depthwise:
        convolution = keras.layers.DepthwiseConv2D(3, depth_multiplier=2, **options)
    else:
        convolution = keras.layers.Conv2D(8, 3, **options)
    normalization = keras.layers.BatchNormalization()
    images = rng.normal(size=(2, 9, 9, 4)).astype("float32")
    normalization(convolution(images))
    for weight in [*convolution.weights, *normalization.weights]:
        weight.assign(rng.uniform(0.5, 1.5, weight.shape))
    folded = FoldedConvolution(convolution, normalization)
    expected = normalization(convolution(images), training=False)
    np.testing.assert_allclose(folded(images), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "layer",
    [
        keras.layers.Conv2D(8, 3, activation="relu"),
        keras.layers.Conv2D(8, 3, dilation_rate=2),
        keras.layers.Conv2D(8, 3, groups=2),
        keras.layers.Dense(8),
    ],
)
def test_other_layers_are_not_folded(layer):
    assert not can_fold(layer)
