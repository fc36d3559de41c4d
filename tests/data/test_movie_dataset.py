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
    preprocessor = MoviePreprocessor(PlotVectorizer(500, 128), PosterDecoder(16))
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


_CHOICES = pytest.mark.parametrize(
    "choices",
    [{"bucketed": False}, {"bucketed": True}, {"balanced": True}, {"shuffle": False}],
    ids=str,
)


def epochs_of(batches):
    """Two epochs of batches as lists of arrays."""
    return [[tf.nest.flatten(batch) for batch in batches.as_numpy_iterator()] for _ in range(2)]


def assert_same(epochs, others):
    for batches, other_batches in zip(epochs, others, strict=True):
        for batch, other in zip(batches, other_batches, strict=True):
            for array, other_array in zip(batch, other, strict=True):
                np.testing.assert_array_equal(array, other_array, strict=True)


@_CHOICES
def test_load_with_a_seed_gives_the_same_batches_again_cached_or_not(
    sample_dataset, preprocessor, choices
):
    def epochs(seed=3, **further):
        choice = {**choices, **further}
        batches = sample_dataset.load("train", preprocessor, 8, seed=seed, with_ids=True, **choice)
        result = epochs_of(batches)
        assert len(result[0]) == len(result[1]) == len(batches)
        return result

    first = epochs()
    assert_same(epochs(), first)
    assert_same(epochs(cache=True), first)
    if choices.get("shuffle", True):
        with pytest.raises(AssertionError):
            assert_same(first[:1], first[1:])
        with pytest.raises(AssertionError):
            assert_same(epochs(seed=4), first)


def test_load_with_cache_prepares_each_film_once(sample_dataset):
    prepared = tf.Variable(0)

    def counting(raw):
        prepared.assign_add(tf.shape(raw["plot"])[0])
        return lengths(raw)

    batches = sample_dataset.load("train", counting, bucketed=True, cache=True)
    for _ in range(3):
        assert len(list(batches)) == len(batches)
    assert prepared.numpy() == sample_dataset.num_films("train")


def test_load_of_plots_for_training_is_bucketed_unless_told_otherwise(sample_dataset, preprocessor):
    def batch_ids(preprocessor, **choices):
        return ids_of(sample_dataset.load("train", preprocessor, 8, with_ids=True, **choices))

    posters_alone = MoviePreprocessor(poster=PosterDecoder(16))
    unbucketed = batch_ids(preprocessor, bucketed=False)
    assert batch_ids(preprocessor) == batch_ids(posters_alone, bucketed=True) != unbucketed
    assert batch_ids(posters_alone) == batch_ids(lengths) == unbucketed


def test_load_bucketed_puts_plots_of_like_length_together(sample_dataset):
    def mean_spread(bucketed):
        batches = sample_dataset.load("train", lengths, 7, bucketed=bucketed)
        return np.mean([np.ptp(raw["plot"]) for raw, _ in batches.as_numpy_iterator()])

    assert mean_spread(bucketed=True) < mean_spread(bucketed=False) / 2


def test_load_balanced_gives_each_genre_the_share_counted_by_hand(sample_dataset):
    films = list(sample_dataset.films("train").as_numpy_iterator())
    labels = np.zeros((len(films), len(sample_dataset.vocabulary)))
    for row, film in zip(labels, films, strict=True):
        row[film["genres"]] = 1
    # A genre is drawn, then a film of it, which brings its other genres along.
    expected = (labels / labels.sum(axis=0)).sum(axis=1) @ labels / len(sample_dataset.vocabulary)
    assert np.abs(expected - sample_dataset.base_rates()).max() > 0.1
    batches = sample_dataset.load("train", lengths, balanced=True).repeat(20)
    drawn = np.concatenate([labels for _, labels in batches.as_numpy_iterator()])
    assert len(drawn) == 20 * len(films)
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=0.03)


@pytest.mark.parametrize("choices", [{"split": "validation"}, {"shuffle": False}], ids=str)
def test_load_balanced_where_scores_would_be_false_is_refused(sample_dataset, choices):
    with pytest.raises(ValueError, match=r"balanced=True for shuffled training films alone"):
        sample_dataset.load(preprocessor=lengths, balanced=True, **{"split": "train", **choices})


@pytest.mark.parametrize(
    ("argument", "value"), [("batch_size", 0), ("batch_size", 2.0), ("seed", -1), ("seed", True)]
)
def test_load_with_a_number_out_of_range_names_the_argument(sample_dataset, argument, value):
    with pytest.raises(ValueError, match=f"Expected {argument} as a whole number.*{value}"):
        sample_dataset.load("train", lengths, **{argument: value})


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
    with pytest.raises(DatasetError, match=r"No training film of .*records has a genre"):
        dataset.load("train", lengths, balanced=True)


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


def test_load_gives_what_the_preprocessor_makes_of_the_raw_films(sample_dataset, preprocessor):
    films = list(sample_dataset.films("test").as_numpy_iterator())
    raw = {name: tf.constant([film[name] for film in films]) for name in ("plot", "poster")}
    expected = preprocessor(raw)
    assert not np.all(expected["has_poster"])
    ((tensors, _),) = sample_dataset.load("test", preprocessor, len(films)).as_numpy_iterator()
    assert tensors.keys() == expected.keys()
    for name, value in tensors.items():
        np.testing.assert_array_equal(value, expected[name], name)


@pytest.mark.parametrize("epoch", [-1, 1.0])
def test_load_begun_at_no_epoch_is_refused(sample_dataset, epoch):
    with pytest.raises(ValueError, match=f"Expected epoch as a whole number.*{epoch}"):
        sample_dataset.load("train", lengths, epoch=epoch)
