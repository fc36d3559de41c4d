import numpy as np
import pytest
import tensorflow as tf

from keras_genre.data.keras_cv_augmentation import KerasCVAugmentation
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder

FILMS, SIZE = 6, 32
SHADES = np.array([10, 50, 90, 130, 170, 0], "float32")
HAS_POSTER = SHADES > 0


def batch():
    """Films whose poster has one shade, and whose only genre is their own."""
    images = np.broadcast_to(SHADES[:, None, None, None], (FILMS, SIZE, SIZE, 3)).astype("uint8")
    tensors = {"poster_image": tf.constant(images), "has_poster": tf.constant(HAS_POSTER)}
    return tensors, tf.eye(FILMS)


@pytest.mark.parametrize("part", ["mix_up", "cut_mix"])
def test_mixing_blends_labels_by_as_much_as_posters_and_passes_over_missing_ones(part):
    mixing = KerasCVAugmentation(**{part: 1.0})
    seen = []
    for _ in range(3):
        tensors, labels = mixing.change(*batch(), seed=(0, 0))
        images, labels = tensors["poster_image"].numpy(), labels.numpy()
        np.testing.assert_allclose(labels.sum(axis=1), 1, atol=1e-6)
        np.testing.assert_allclose(images.mean(axis=(1, 2, 3)), labels @ SHADES, atol=0.6)
        assert labels[-1].tolist() == [0, 0, 0, 0, 0, 1]
        assert not labels[:-1, -1].any()
        assert not images[-1].any()
        seen.append(labels)
    assert ((np.array(seen) > 0.01) & (np.array(seen) < 0.99)).any()


@pytest.mark.parametrize("part", ["rand_augment", "mix_up", "cut_mix"])
def test_augmentation_of_missing_posters_alone_changes_nothing(part):
    tensors, labels = batch()
    tensors = {"poster_image": tensors["poster_image"] * 0, "has_poster": tf.zeros(FILMS, bool)}
    changed, mixed = KerasCVAugmentation(**{part: 0.5}).change(tensors, labels, seed=(0, 0))
    assert not changed["poster_image"].numpy().any()
    np.testing.assert_array_equal(mixed, labels)


def test_rand_augment_changes_posters_and_keeps_labels():
    tensors, labels = batch()
    images = np.random.default_rng(0).integers(0, 256, (FILMS, SIZE, SIZE, 3), "uint8")
    images[-1] = 0
    tensors["poster_image"] = tf.constant(images)
    augmentation = KerasCVAugmentation(rand_augment=0.5)
    changed, kept = augmentation.change(tensors, labels, seed=(0, 0))
    changed = changed["poster_image"].numpy()
    assert changed.dtype == "uint8"
    assert (changed != images).any(axis=(1, 2, 3)).sum() >= 3
    assert not changed[-1].any()
    np.testing.assert_array_equal(kept, labels)


def test_model_of_posters_trains_on_mixed_films(sample_dataset):
    mixing = KerasCVAugmentation(mix_up=1.0)
    preprocessor = MoviePreprocessor.from_preset("cnn64")
    batches = sample_dataset.load("train", preprocessor, 16, augmentation=mixing)
    labels = np.concatenate([labels for _, labels in batches.as_numpy_iterator()])
    assert ((labels > 0) & (labels < 1)).any()
    model = GenreClassifier.from_preset("cnn64", sample_dataset.vocabulary)
    model.compile()
    assert np.isfinite(model.fit(batches, verbose=0).history["loss"]).all()


@pytest.mark.parametrize("part", ["mix_up", "cut_mix"])
def test_mixing_for_a_model_that_reads_plots_is_refused(sample_dataset, part):
    plot = PlotVectorizer(vocabulary=["heist"])
    preprocessor = MoviePreprocessor(plot, PosterDecoder(16))
    mixing = KerasCVAugmentation(**{part: 0.2})
    with pytest.raises(ValueError, match=f"model of posters alone.*{part}=0.2"):
        sample_dataset.load("train", preprocessor, augmentation=mixing)


@pytest.mark.parametrize("part", ["rand_augment", "mix_up", "cut_mix"])
@pytest.mark.parametrize("value", [-0.1, 1.1, True, "1"])
def test_augmentation_with_a_value_out_of_range_names_it(part, value):
    with pytest.raises(ValueError, match=f"Expected {part} as a number from 0 to 1, received"):
        KerasCVAugmentation(**{part: value})
