import shutil

import numpy as np
import pytest
import tensorflow as tf

from keras_genre.errors import RunError
from keras_genre.models import GenreClassifier
from keras_genre.models.feature_classifier import FeatureClassifier
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import ResNetPosterEncoder
from keras_genre.models.text_encoders import BertTextEncoder
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.preprocessing.plot_tokenizer import PlotTokenizer
from keras_genre.preprocessing.poster_decoder import PosterDecoder
from keras_genre.runs import FeatureCache, predict, without_plots, without_posters
from keras_genre.runs.encoding import ModalityEncoder
from keras_genre.runs.feature_batches import load_with_features
from keras_genre.runs.predicting import predict_with_features

_WITHOUT = {"text": without_plots, "poster": without_posters}
_HEADS = {
    "concat": {"hidden_dim": 4},
    "attention": {"hidden_dim": 4, "projection_dim": 4, "num_heads": 2},
}


@pytest.fixture(scope="module")
def preprocessor(sample_dataset):
    preprocessor = MoviePreprocessor(PlotTokenizer(200, 24), PosterDecoder(32))
    preprocessor.adapt(sample_dataset.plots("train"))
    return preprocessor


def make_model(dataset, head="concat"):
    text = BertTextEncoder(
        200, hidden_dim=6, num_layers=1, num_heads=2, intermediate_dim=8, freeze="all"
    )
    poster = ResNetPosterEncoder(
        32, stackwise_num_filters=(64,), stackwise_num_blocks=(1,), freeze="all"
    )
    fusion_head = FUSION_HEADS[head](len(dataset.vocabulary), **_HEADS[head])
    return GenreClassifier(dataset.vocabulary, fusion_head, text, poster)


@pytest.fixture(scope="module")
def models(sample_dataset):
    return {head: make_model(sample_dataset, head) for head in _HEADS}


@pytest.fixture
def no_encoding(monkeypatch):
    """From now on, nothing may be computed."""

    def forbid():
        def write(*args, **kwargs):
            raise AssertionError("computed again")

        monkeypatch.setattr(ModalityEncoder, "write", write)

    return forbid


@pytest.mark.parametrize("known", [("text", "poster"), ("text",), ("poster",)])
@pytest.mark.parametrize("head", _HEADS)
def test_model_with_features_says_what_the_whole_model_says(
    models, preprocessor, sample_dataset, tmp_path, head, known
):
    model = models[head]
    cache = FeatureCache(tmp_path, sample_dataset)
    features = {name: cache.get(model, preprocessor, name, "train") for name in known}
    for modality in known:
        assert 0 < features[modality].present.sum() < len(features[modality].present)
    classifier = FeatureClassifier(model, known)
    received = predict_with_features(classifier, preprocessor, sample_dataset, "train", features)
    expected = predict(model, preprocessor, sample_dataset, "train")
    assert received.movie_ids.tolist() == expected.movie_ids.tolist()
    np.testing.assert_array_equal(received.labels, expected.labels)
    np.testing.assert_allclose(received.probabilities, expected.probabilities, atol=1e-5)
    assert np.ptp(expected.probabilities, axis=0).max() > 1e-3  # else nothing was compared


@pytest.mark.parametrize("modality", _WITHOUT)
def test_model_with_hidden_features_is_the_model_of_films_without(
    models, preprocessor, sample_dataset, tmp_path, modality
):
    model = models["attention"]
    cache = FeatureCache(tmp_path, sample_dataset)
    features = {
        name: cache.get(model, preprocessor, name, "validation") for name in ("text", "poster")
    }
    features[modality] = features[modality].hidden()
    received = predict_with_features(
        FeatureClassifier(model, features), preprocessor, sample_dataset, "validation", features
    )
    whole = predict(model, preprocessor, sample_dataset, "validation")
    expected = predict(
        model, preprocessor, sample_dataset, "validation", transform=_WITHOUT[modality]
    )
    np.testing.assert_allclose(received.probabilities, expected.probabilities, atol=1e-5)
    assert np.abs(whole.probabilities - expected.probabilities).max() > 1e-4


def test_features_are_computed_once(models, preprocessor, sample_dataset, tmp_path, no_encoding):
    lines = []
    cache = FeatureCache(tmp_path, sample_dataset, lines.append)
    first = cache.get(models["concat"], preprocessor, "text", "test")
    assert lines[-1].startswith("text features of test films: ")
    no_encoding()
    again = FeatureCache(tmp_path, sample_dataset).get(
        models["concat"], preprocessor, "text", "test"
    )
    np.testing.assert_array_equal(again.vectors, first.vectors)
    with pytest.raises(AssertionError, match="computed again"):
        cache.get(models["concat"], preprocessor, "text", "validation")


def test_features_of_a_head_that_reads_tokens_serve_one_that_does_not(
    sample_dataset, preprocessor, tmp_path, no_encoding
):
    reading, other = (make_model(sample_dataset, head) for head in ("attention", "concat"))
    other.text_encoder.set_weights(reading.text_encoder.get_weights())
    cache = FeatureCache(tmp_path, sample_dataset)
    with_tokens = cache.get(reading, preprocessor, "text", "test")
    no_encoding()
    found = cache.get(other, preprocessor, "text", "test")
    assert found.tokens is None
    np.testing.assert_array_equal(found.vectors, with_tokens.vectors)


def test_features_of_other_weights_or_words_are_others(
    models, preprocessor, sample_dataset, tmp_path
):
    cache = FeatureCache(tmp_path, sample_dataset)
    model = models["concat"]

    def first_vector(preprocessor=preprocessor):
        return cache.get(model, preprocessor, "text", "test").vectors[:5].copy()

    before = first_vector()
    shorter = PlotTokenizer(200, 5, preprocessor.plot.get_vocabulary())
    assert np.abs(first_vector(MoviePreprocessor(shorter)) - before).max() > 1e-4
    weights = model.text_encoder.get_weights()
    model.text_encoder.set_weights([-weights[0], *weights[1:]])
    changed = first_vector()
    model.text_encoder.set_weights(weights)
    assert np.abs(changed - before).max() > 1e-4
    np.testing.assert_array_equal(first_vector(), before)
    assert len(list(tmp_path.iterdir())) == 3


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("vectors.npy", lambda path: path.write_bytes(path.read_bytes()[:-8])),
        ("tokens.npy", lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x99")),
        ("starts.npy", lambda path: path.unlink()),
        ("features.json", lambda path: path.write_text("{")),
    ],
)
def test_damaged_features_are_computed_again(
    models, preprocessor, sample_dataset, tmp_path, name, damage
):
    cache = FeatureCache(tmp_path, sample_dataset)
    model = models["attention"]
    expected = cache.get(model, preprocessor, "text", "test").gather(np.arange(3))
    (folder,) = tmp_path.iterdir()
    damage(folder / name)
    with pytest.warns(UserWarning, match=r"damaged.*computed again"):
        again = cache.get(model, preprocessor, "text", "test")
    for part, values in again.gather(np.arange(3)).items():
        np.testing.assert_array_equal(values, expected[part])


def test_features_that_were_interrupted_leave_nothing(
    models, preprocessor, sample_dataset, tmp_path, monkeypatch
):
    def interrupted(self, folder, *args):
        (folder / "vectors.npy").write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(ModalityEncoder, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        FeatureCache(tmp_path / "cache", sample_dataset).get(
            models["concat"], preprocessor, "poster", "test"
        )
    assert list(tmp_path.iterdir()) == []


def test_features_that_another_process_wrote_meanwhile_are_taken(
    models, preprocessor, sample_dataset, tmp_path, monkeypatch
):
    model = models["concat"]
    other = FeatureCache(tmp_path / "other", sample_dataset)
    expected = other.get(model, preprocessor, "text", "test")
    (theirs,) = (tmp_path / "other").iterdir()
    write = ModalityEncoder.write

    def beaten(self, folder, *args):
        write(self, folder, *args)
        shutil.copytree(theirs, tmp_path / "mine" / theirs.name)

    monkeypatch.setattr(ModalityEncoder, "write", beaten)
    found = FeatureCache(tmp_path / "mine", sample_dataset).get(model, preprocessor, "text", "test")
    np.testing.assert_array_equal(found.vectors, expected.vectors)


def test_features_into_a_folder_that_is_a_file_raise(
    models, preprocessor, sample_dataset, tmp_path
):
    (tmp_path / "cache").write_text("mine")
    with pytest.raises(RunError, match="cache"):
        FeatureCache(tmp_path / "cache", sample_dataset).get(
            models["concat"], preprocessor, "text", "test"
        )


def test_batches_with_features_hold_every_film_once_and_are_shuffled_by_the_seed(
    models, preprocessor, sample_dataset, tmp_path
):
    cache = FeatureCache(tmp_path, sample_dataset)
    known = {name: cache.get(models["concat"], preprocessor, name, "train") for name in _WITHOUT}

    def order(seed):
        batches = load_with_features(
            sample_dataset, "train", preprocessor, known, 7, seed=seed, with_ids=True
        )
        films = []
        for tensors, labels, ids in batches:
            rows = [known["text"].movie_ids.index(movie_id.decode()) for movie_id in ids.numpy()]
            np.testing.assert_array_equal(tensors["text_vector"], known["text"].vectors[rows])
            np.testing.assert_array_equal(tensors["has_poster"], known["poster"].present[rows])
            assert labels.shape == (len(rows), len(sample_dataset.vocabulary))
            films += rows
        return films

    tf.random.set_seed(0)
    first = order(seed=1)
    tf.random.set_seed(0)
    assert order(seed=1) == first
    assert order(seed=2) != first
    assert sorted(first) == list(range(sample_dataset.num_films("train")))
