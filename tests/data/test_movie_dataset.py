import warnings

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf

from keras_genre.catalog import MovieCatalog
from keras_genre.data import write_records
from keras_genre.errors import DatasetError
from keras_genre.genres import GenreVocabulary
from keras_genre.preprocessing import MoviePreprocessor, PlotVectorizer, PosterDecoder


def lengths(raw):
    """The smallest of preprocessors."""
    return {name: tf.strings.length(value) for name, value in raw.items()}


def ids_of(batches):
    return [movie_id.decode() for *_, ids in batches.as_numpy_iterator() for movie_id in ids]


@pytest.fixture(scope="module")
def preprocessor(sample_dataset):
    preprocessor = MoviePreprocessor(PlotVectorizer(500, 32), PosterDecoder(16))
    preprocessor.adapt(sample_dataset.plots("train"))
    return preprocessor


def test_load_gives_batches_that_fit_takes(sample_dataset, preprocessor):
    batches = sample_dataset.load("train", preprocessor, batch_size=32)
    tensors, labels = batches.element_spec
    genres = len(sample_dataset.vocabulary)
    assert labels == tf.TensorSpec((None, genres), tf.float32)
    assert tensors == {
        "plot_token_ids": tf.TensorSpec((None, None), tf.int32),
        "has_plot": tf.TensorSpec((None,), tf.bool),
        "poster_image": tf.TensorSpec((None, 16, 16, 3), tf.uint8),
        "has_poster": tf.TensorSpec((None,), tf.bool),
    }
    films = sample_dataset.num_films("train")
    sizes = [len(labels) for _, labels in batches.as_numpy_iterator()]
    assert sizes == [32] * (films // 32) + [films % 32] * (films % 32 > 0)
    assert len(batches) == len(sizes)


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_load_gives_each_film_once_with_its_own_labels_and_masks(
    sample_dataset, sample_films, preprocessor, split
):
    frame = sample_films[0].select(split).frame.set_index("movie_id")
    seen = []
    batches = sample_dataset.load(split, preprocessor, batch_size=7, with_ids=True)
    for tensors, labels, movie_ids in batches.as_numpy_iterator():
        seen.extend(movie_id.decode() for movie_id in movie_ids)
        films = frame.loc[[movie_id.decode() for movie_id in movie_ids]]
        expected = np.stack([sample_dataset.vocabulary.encode(of) for of in films["genres"]])
        np.testing.assert_array_equal(labels, expected)
        np.testing.assert_array_equal(tensors["has_plot"], films["plot"] != "")
        np.testing.assert_array_equal(tensors["has_poster"], films["poster"] != "")
    assert sorted(seen) == sorted(frame.index)


@pytest.mark.parametrize("split", ["validation", "test"])
def test_load_of_another_split_keeps_its_order(sample_dataset, sample_films, split):
    batches = sample_dataset.load(split, lengths, batch_size=4, with_ids=True)
    given = sample_films[0].select(split).frame["movie_id"].tolist()
    assert ids_of(batches) == ids_of(batches) == given


def test_load_of_train_shuffles_each_epoch_anew_and_repeats_under_a_seed(sample_dataset):
    def epochs(seed):
        batches = sample_dataset.load("train", lengths, batch_size=8, seed=seed, with_ids=True)
        return [ids_of(batches), ids_of(batches)]

    first, second = epochs(seed=1)
    assert first != second
    assert sorted(first) == sorted(second)
    assert epochs(seed=1) == [first, second]
    assert epochs(seed=2) != [first, second]


def test_load_with_shuffle_given_overrules_the_split(sample_dataset):
    def ids(split, shuffle):
        return ids_of(sample_dataset.load(split, lengths, shuffle=shuffle, with_ids=True))

    stored = [
        film["movie_id"].decode() for film in sample_dataset.films("train").as_numpy_iterator()
    ]
    assert ids("train", False) == stored
    assert ids("test", True) != ids("test", False)


def test_load_in_batches_of_one_film_gives_the_same_tensors(sample_dataset, preprocessor):
    together, labels = next(
        sample_dataset.load("test", preprocessor, batch_size=50).as_numpy_iterator()
    )
    single = list(sample_dataset.load("test", preprocessor, batch_size=1).as_numpy_iterator())
    assert len(single) == sample_dataset.num_films("test") == len(labels)
    for number, (tensors, label) in enumerate(single):
        np.testing.assert_array_equal(label[0], labels[number])
        np.testing.assert_array_equal(tensors["poster_image"][0], together["poster_image"][number])
        ids = tensors["plot_token_ids"][0]
        np.testing.assert_array_equal(ids, together["plot_token_ids"][number, : len(ids)])


def test_load_of_films_without_genres_gives_rows_of_zeros(tmp_path):
    frame = pd.DataFrame(
        {"movie_id": ["a", "b"], "genres": [[], ["War"]], "split": ["train", "validation"]}
    )
    catalog = MovieCatalog(frame, GenreVocabulary(["Drama", "War"]))
    dataset = write_records(catalog, tmp_path / "records")
    for split, expected in (("train", [[0, 0]]), ("validation", [[0, 1]])):
        _, labels = next(dataset.load(split, lengths).as_numpy_iterator())
        assert labels.tolist() == expected
        assert labels.dtype == "float32"


def test_load_for_images_more_than_half_the_stored_size_warns(sample_dataset):
    preprocessor = MoviePreprocessor(poster=PosterDecoder(225))
    with pytest.warns(UserWarning, match="at most 448 pixels.*--poster-size 450") as caught:
        sample_dataset.load("train", preprocessor)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("size", [16, 224])
def test_load_for_images_up_to_half_the_stored_size_does_not_warn(sample_dataset, size):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sample_dataset.load("train", MoviePreprocessor(poster=PosterDecoder(size)))


def test_load_of_an_unknown_split_names_those_there_are(sample_dataset):
    with pytest.raises(DatasetError, match=r"no split 'dev'\. It has train, validation, test"):
        sample_dataset.load("dev", lengths)


def test_plots_of_a_split_are_those_of_its_films(sample_dataset, sample_films):
    plots = [plot.decode() for plot in sample_dataset.plots("train").unbatch().as_numpy_iterator()]
    assert sorted(plots) == sorted(sample_films[0].select("train").frame["plot"])
