import numpy as np
import pytest
from reduced_presets import REDUCED_PRESETS

from keras_genre import features
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe
from keras_genre.training.word_evidence import fit_word_evidence, mix_in_word_evidence


def make_plots(num_films=600, seed=0):
    """Ten words, of which 3 and 4 each tell a genre; nobody has the third genre."""
    rng = np.random.default_rng(seed)
    ids = rng.integers(1, 10, (num_films, 8)) * (rng.random((num_films, 8)) < 0.8)
    labels = np.stack([(ids == 3).any(axis=1), (ids == 4).any(axis=1), np.zeros(num_films)], axis=1)
    return ids, labels.astype("float32")


def said(ids, evidence, biases):
    of_words = evidence[ids] * (ids != 0)[:, :, None]
    return of_words.sum(axis=1) / np.sqrt(1 + (ids != 0).sum(axis=1, keepdims=True)) + biases


def test_fitted_evidence_finds_the_words_that_tell_a_genre():
    ids, labels = make_plots()
    evidence, biases = fit_word_evidence(ids, labels, vocabulary_size=12)
    assert evidence.shape == (12, 3)
    assert evidence[:, :2].argmax(axis=0).tolist() == [3, 4]
    right = (said(ids, evidence, biases)[:, :2] > 0) == labels[:, :2].astype(bool)
    assert right.mean() > 0.9
    assert not evidence[:, 2].any()
    assert biases[2] == 0


def test_fitted_evidence_leaves_out_rare_words():
    ids, labels = make_plots()
    ids[:2, 0] = 11
    evidence, _ = fit_word_evidence(ids, labels, vocabulary_size=12)
    assert not evidence[11].any()


@pytest.fixture
def system(sample_dataset):
    preset = REDUCED_PRESETS["compact_fusion"]
    preprocessor = MoviePreprocessor.from_preset("gru+cnn64+additive", vocabulary_size=200)
    preprocessor.adapt(sample_dataset.plots("train"))
    model = GenreClassifier.from_preset(
        "gru+cnn64+additive",
        sample_dataset.vocabulary,
        dtype="float32",
        vocabulary_size=200,
        fusion_options={
            **dict(preset.fusion_options),
            "vocabulary_size": 200,
            "lone_posters": False,
        },
    )
    return preprocessor, model


def test_mixture_is_the_share_of_both_models(system, sample_dataset):
    preprocessor, model = system
    ((films, _),) = sample_dataset.load("train", preprocessor, 16, shuffle=False).take(1)
    ids, has = films[features.PLOT_TOKEN_IDS].numpy(), films[features.HAS_PLOT].numpy()
    before = model(films).numpy()
    model.fusion_head.words.evidence.embeddings.assign(
        np.random.default_rng(0).normal(size=(200, before.shape[1]))
    )
    before = model(films).numpy()
    every = [row for b in sample_dataset.plots("train") for row in preprocessor.plot(b).numpy()]
    labels = [label for _, label in sample_dataset.load("train", lambda raw: {}, 1, shuffle=False)]
    fitted = fit_word_evidence(every, np.concatenate(labels), 200)
    mix_in_word_evidence(model, preprocessor, sample_dataset, share=0.3)
    words = np.where(has[:, None], said(ids, *fitted), 0.0)
    np.testing.assert_allclose(model(films), 0.7 * before + 0.3 * words, rtol=1e-3, atol=1e-3)


def test_recipe_of_a_head_that_reads_no_words_refused():
    with pytest.raises(ValueError, match="'lstm' has no fusion head that reads words"):
        Recipe("lstm", word_evidence=0.3)
    assert Recipe("compact_fusion", text_weights="random").word_evidence == 0.0
