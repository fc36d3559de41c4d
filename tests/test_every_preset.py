"""The whole road of every preset at a small width: built, trained, saved, loaded and served."""

import shutil

import keras
import numpy as np
import pytest
import tensorflow as tf
from layer_checks import check_saving_all
from reduced_presets import REDUCED_PRESETS

from keras_genre import features
from keras_genre.export import export_saved_model
from keras_genre.genres import GenreVocabulary
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.presets import PRESETS, RANDOM_WEIGHTS

_VOCABULARY = GenreVocabulary(["Western", "Comedy", "Drama"])
_NUM_FILMS, _NUM_TOKENS = 4, 6
_HAS_PLOT = np.array([True, True, False, False])
_HAS_POSTER = np.array([True, False, True, False])


class RawPlots(keras.layers.Layer):
    """A plot whose letters are its words: tracing the real layer takes seconds."""

    def call(self, plots):
        letters = tf.io.decode_raw(plots, tf.uint8, fixed_length=_NUM_TOKENS)
        return tf.cast(letters, tf.int32) % 20


class RawPosters(keras.layers.Layer):
    """A poster that is its pixels."""

    def __init__(self, image_size):
        super().__init__()
        self.image_size = image_size

    def call(self, posters):
        shape = (self.image_size, self.image_size, 3)
        pixels = tf.io.decode_raw(posters, tf.uint8, fixed_length=int(np.prod(shape)))
        return {
            features.POSTER_IMAGE: tf.reshape(pixels, (-1, *shape)),
            features.HAS_POSTER: tf.strings.length(posters) == int(np.prod(shape)),
        }


def films_of(model):
    rng = np.random.default_rng(0)
    size = model.poster_encoder.image_size if model.poster_encoder else 1
    shape = (_NUM_FILMS, size, size, 3)
    films = {
        features.PLOT_TOKEN_IDS: rng.integers(1, 20, (_NUM_FILMS, _NUM_TOKENS), dtype="int32"),
        features.HAS_PLOT: _HAS_PLOT,
        features.POSTER_IMAGE: rng.integers(0, 256, shape, dtype="uint8"),
        features.HAS_POSTER: _HAS_POSTER,
        **neighbors_of(model),
    }
    films[features.PLOT_TOKEN_IDS][~_HAS_PLOT] = 0
    films[features.POSTER_IMAGE][~_HAS_POSTER] = 0
    return {name: films[name] for name in model.input}


def neighbors_of(model):
    """Up to two neighbours; none of the first film and of the second."""
    if not model.fusion_head.reads_neighbors:
        return {}
    width = model.input[features.NEIGHBOR_VECTORS].shape[-1]
    vectors = np.random.default_rng(1).normal(size=(_NUM_FILMS, 2, width)).astype("float32")
    mask = np.arange(2) < np.array([[0], [0], [1], [2]])
    return {features.NEIGHBOR_VECTORS: vectors, features.NEIGHBOR_MASK: mask}


def raw_of(films):
    """The same films as `RawPlots` and `RawPosters` read them."""
    ids = films.get(features.PLOT_TOKEN_IDS, [np.zeros(0)] * _NUM_FILMS)
    pixels = films.get(features.POSTER_IMAGE, [np.zeros(0)] * _NUM_FILMS)
    return (
        [ids[i].astype("uint8").tobytes() if _HAS_PLOT[i] else b"" for i in range(_NUM_FILMS)],
        [pixels[i].tobytes() if _HAS_POSTER[i] else b"" for i in range(_NUM_FILMS)],
    )


class _Trained(dict):
    """Presets after one step in mixed precision: model, films and the loss of the step."""

    def __missing__(self, name):
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(PRESETS, name, REDUCED_PRESETS[name])
            self[name] = _train(name)
        return self[name]


@pytest.fixture(scope="module")
def trained():
    return _Trained()


_QUICK = ("gru", "attention_fusion_small", "late_fusion_small", "gated_fusion_small",
          "central_fusion_small", "graph_fusion_small", "bert", "resnet18")  # fmt: skip
_NAMES = [
    pytest.param(name, marks=() if name in _QUICK else pytest.mark.slow) for name in REDUCED_PRESETS
]


def _train(name):
    keras.utils.set_random_seed(0)
    model = GenreClassifier.from_preset(name, _VOCABULARY, dtype="mixed_bfloat16")
    # Eagerly, as tracing a step takes longer; SGD, as the state of others is saved too; clipped, as
    # gradients of fifty random layers with two posters to normalise by are of any size.
    model.compile(optimizer=keras.optimizers.SGD(clipnorm=1.0), run_eagerly=True)
    films = films_of(model)
    labels = np.eye(_NUM_FILMS, len(_VOCABULARY), dtype="float32")
    loss = model.fit(films, labels, verbose=0).history["loss"][0]
    return model, films, loss


@pytest.mark.parametrize("name", _NAMES)
def test_preset_takes_a_step_in_mixed_precision(trained, name):
    model, films, loss = trained[name]
    preset = PRESETS[name]
    texts, posters = bool(preset.text_encoder), bool(preset.poster_encoder)
    assert (features.HAS_PLOT in films, features.HAS_POSTER in films) == (texts, posters)
    assert model.dtype_policy.name == "mixed_bfloat16"
    assert np.isfinite(loss)
    logits = keras.ops.convert_to_numpy(model(films))
    assert (logits.shape, str(logits.dtype)) == ((_NUM_FILMS, len(_VOCABULARY)), "float32")
    assert np.isfinite(logits).all()


@pytest.mark.parametrize(
    "names", [_QUICK, pytest.param(list(REDUCED_PRESETS), marks=pytest.mark.slow)]
)
def test_preset_saved_gives_the_same_logits_in_a_fresh_process(trained, tmp_path, names):
    check_saving_all({name: trained[name][:2] for name in names}, tmp_path)


@pytest.mark.parametrize("name", _NAMES)
def test_preset_served_agrees_with_python(trained, tmp_path, name):
    model, films, _ = trained[name]
    plot = RawPlots() if model.text_encoder else None
    poster = RawPosters(model.poster_encoder.image_size) if model.poster_encoder else None
    neighbor_dim = 0
    if model.fusion_head.reads_neighbors:  # served films have none
        films = {**films, features.NEIGHBOR_MASK: np.zeros((_NUM_FILMS, 2), bool)}
        neighbor_dim = films[features.NEIGHBOR_VECTORS].shape[-1]
    preprocessor = MoviePreprocessor(plot, poster, neighbor_dim)
    folder = export_saved_model(model, preprocessor, tmp_path / name)
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    plots, posters = map(tf.constant, raw_of(films))
    received = served(plot=plots, poster=posters)[features.PROBABILITIES]
    # bfloat16: a graph may round between two operations where Python does not.
    np.testing.assert_allclose(received, tf.sigmoid(model(films)), atol=1e-2)
    assert len(np.unique(received.numpy().round(6), axis=0)) > 1


@pytest.mark.slow
@pytest.mark.parametrize("name", PRESETS)
def test_preset_at_full_width_is_exported(tmp_path, name):
    preset = PRESETS[name]
    weights = {
        field: RANDOM_WEIGHTS
        for field in ("text_weights", "poster_weights")
        if getattr(preset, field)
    }
    model = GenreClassifier.from_preset(name, _VOCABULARY, dtype="float32", **weights)
    preprocessor = MoviePreprocessor.from_preset(name, weights.get("text_weights"))
    preprocessor.adapt(["A duel at noon.", "The duel is off, and nobody laughs."])
    # Compares what is served with what Python says.
    assert export_saved_model(model, preprocessor, tmp_path / name).name == "1"
    shutil.rmtree(tmp_path)  # all together 6 GB, which pytest would keep of the last three times
