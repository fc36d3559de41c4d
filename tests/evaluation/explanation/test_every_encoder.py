"""What integrated gradients and attention maps need of the networks of every preset."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from planted_films import make_system
from reduced_presets import LARGE, POSTER_OPTIONS, TEXT_OPTIONS

from keras_genre.evaluation.explanation import attention_maps, explain_by_gradients
from keras_genre.evaluation.explanation.film_parts import Word
from keras_genre.evaluation.explanation.scaled_embeddings import scaled_embeddings
from keras_genre.evaluation.explanation.token_words import NO_WORD, read_words
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.preprocessing import BytePairTokenizer, PlotTokenizer, PlotVectorizer


@pytest.mark.parametrize("name", TEXT_ENCODERS)
def test_scales_reach_the_word_vectors_of_every_text_encoder(name):
    keras.utils.set_random_seed(0)
    encoder = TEXT_ENCODERS[name](20, **TEXT_OPTIONS[name])
    ids = tf.constant([[3, 4, 5, 0]] * 2)
    plain = encoder(ids)["tokens"].numpy()
    scales = tf.constant([[1.0, 1.0, 1.0, 1.0], [1.0, 0.5, 1.0, 1.0]])
    with tf.GradientTape() as tape, scaled_embeddings(encoder, scales):
        tape.watch(scales)
        tokens = encoder(ids)["tokens"]
        total = tf.reduce_sum(tokens**2)
    np.testing.assert_allclose(tokens[0], plain[0], atol=1e-6)
    assert np.abs(tokens[1, 1] - plain[1, 1]).max() > 1e-6
    gradient = tape.gradient(total, scales).numpy()
    assert (gradient[:, :3] != 0).all()
    assert (gradient[:, 3] == 0).all()  # padding tells nothing
    np.testing.assert_array_equal(encoder(ids)["tokens"], plain)  # the encoder is as before


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.slow) if name in LARGE else name
        for name in POSTER_ENCODERS
    ],
)
def test_pixels_between_two_images_have_gradients_in_every_poster_encoder(name):
    size, options = POSTER_OPTIONS[name]
    encoder = POSTER_ENCODERS[name](size, **options)
    image = np.random.default_rng(0).integers(0, 256, (1, size, size, 3), dtype="uint8")
    pixels = tf.constant(image, "float32")
    np.testing.assert_allclose(encoder(pixels)["vector"], encoder(image)["vector"], atol=1e-5)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        total = tf.reduce_sum(encoder(pixels - 0.3)["tokens"] ** 2)
    assert np.abs(tape.gradient(total, pixels)).max() > 0


_PLOTS = ["The duke's heist, 1945: a café — and a duel!", "duel duel", "Ärger im Café"]


@pytest.fixture(scope="module", params=[PlotVectorizer, PlotTokenizer, BytePairTokenizer])
def plot_layer(request):
    layer = request.param(vocabulary_size=560, max_tokens=12)
    layer.adapt(_PLOTS)
    return layer


def test_tokens_are_told_by_word(plot_layer):
    words = [Word(text, 0, 0) for text in _PLOTS[0].split()]
    ids, owners = read_words(plot_layer, words)
    np.testing.assert_array_equal(ids, plot_layer(tf.constant([" ".join(_PLOTS[0].split())])))
    assert len(owners) == ids.shape[1]
    of_words = owners[owners != NO_WORD]
    assert (np.diff(of_words) >= 0).all()
    assert of_words[0] == 0
    marks = 0 if isinstance(plot_layer, PlotVectorizer) else 2
    assert (owners == NO_WORD).sum() == marks


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=30))
def test_tokens_of_any_text_are_told_by_word(plot_layer, text):
    words = [Word(word, 0, 0) for word in text.split()]
    ids, owners = read_words(plot_layer, words)
    assert len(owners) == ids.shape[1]
    assert owners.max(initial=-1) < max(len(words), 1)
    assert (ids[0][owners != NO_WORD] != 0).all()


HEADS = {
    "lstm+cnn64+attention": {"projection_dim": 8},
    "gru+cnn64+graph": {},
    "gru+cnn64+additive": {"vocabulary_size": 40},
}


@pytest.mark.parametrize("preset", HEADS)
def test_heads_that_read_more_than_vectors_are_explained(preset):
    options = {"hidden_dim": 8, **HEADS[preset]}
    neighbors = {"neighbor_dim": 16} if "graph" in preset else {}
    system = make_system(preset, fusion_options=options, **neighbors)
    if "additive" in preset:  # a new one has nothing to say of single words
        evidence = system.model.fusion_head.words.evidence.embeddings
        evidence.assign(np.random.default_rng(0).normal(size=evidence.shape))
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), "uint8")
    poster = keras.utils.array_to_img(image)
    explanation = explain_by_gradients(system, "the heist waits", poster, genres=3, steps=32)
    assert (np.abs(explanation.word_scores).sum(axis=0) > 0).all()
    assert np.abs(explanation.completeness_error).max() < 0.02
    films = {"plot": ["the heist waits"], "poster": [b""]}
    logits = system.model(system.preprocessor(films)).numpy()
    plot_alone = explain_by_gradients(system, "the heist waits", genres=["Crime"], steps=1)
    total = plot_alone.base + plot_alone.contributions.sum(axis=0)
    assert total[0] == pytest.approx(logits[0, 0], abs=1e-5)


def test_attention_of_a_head_is_shared_out_among_words_and_places():
    system = make_system(
        "lstm+cnn64+attention", fusion_options={"hidden_dim": 8, "projection_dim": 8}
    )
    poster = keras.utils.array_to_img(np.zeros((40, 40, 3)))
    maps = attention_maps(system, "the heist !! waits", poster)
    assert maps.words.sum() == pytest.approx(1.0, abs=1e-5)
    assert maps.words[2] == 0  # no token
    assert maps.places.shape == (4, 8, 8)
    np.testing.assert_allclose(maps.places.sum(axis=(1, 2)), [1, 1, 0, 1], atol=1e-5)
    assert attention_maps(system, "the heist") is None
    assert attention_maps(system, None, poster) is None


def test_attention_of_a_pooling_is_shared_out_among_words():
    system = make_system("bilstm_attention+cnn64+concat")
    maps = attention_maps(system, "the heist waits")
    assert maps.words.sum() == pytest.approx(1.0, abs=1e-5)
    assert (maps.words > 0).all()
    assert maps.places is None


def test_model_without_attention_has_no_maps():
    assert attention_maps(make_system(), "the heist") is None
