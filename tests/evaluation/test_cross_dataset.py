import numpy as np
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.errors import RunError
from keras_genre.evaluation import predict_other_dataset
from keras_genre.genres import GenreVocabulary

_OTHER_NAMES = {"Sci-Fi": "Science Fiction", "Science Fiction": "Sci-Fi"}


@pytest.fixture(scope="module")
def write_other(sample_films, tmp_path_factory):
    """Write the sample's films as another source would have them: other names, other order."""
    from keras_genre.data import write_records

    def write(names, keep=lambda frame: frame):
        frame = keep(sample_films[0].frame.copy())
        frame["genres"] = [tuple(names[g] for g in genres if g in names) for genres in frame.genres]
        vocabulary = GenreVocabulary(sorted({*names.values(), "Adult"}, reverse=True))
        catalog = MovieCatalog(frame, vocabulary)
        return write_records(catalog, tmp_path_factory.mktemp("other") / "records")

    return write


@pytest.fixture(scope="module")
def other(write_other, sample_dataset):
    """All genres but the first, permuted and in other spellings, and one that nobody has."""
    names = {name: _OTHER_NAMES.get(name, name) for name in sample_dataset.vocabulary[1:]}
    return write_other(names)


def test_other_dataset_is_joined_by_name_whatever_the_order(tiny_run, other, sample_dataset):
    across = predict_other_dataset(tiny_run, other, "test")
    own = tiny_run.predict("test")
    shared = own.vocabulary.names[1:]
    assert across.predictions.vocabulary.names == shared
    assert other.vocabulary.names != own.vocabulary.names
    assert across.left_out == own.vocabulary.names[:1]
    assert across.left_out_records == ("Adult",)
    np.testing.assert_array_equal(across.predictions.movie_ids, own.movie_ids)
    np.testing.assert_array_equal(across.predictions.labels, own.labels[:, 1:])
    np.testing.assert_allclose(
        across.predictions.probabilities, own.probabilities[:, 1:], atol=1e-6
    )
    np.testing.assert_array_equal(across.rule.thresholds, tiny_run.rule.thresholds[1:])
    assert across.rule.fitted_on == "validation"


def test_other_dataset_with_films_of_the_training_warns_and_tells_them(tiny_run, other):
    with pytest.warns(UserWarning, match="The run knows .* films from its training"):
        across = predict_other_dataset(tiny_run, other, "train")
    assert set(across.known_films) == set(across.predictions.movie_ids)
    with pytest.raises(ValueError, match="learned from all"):
        across.new_films()


def test_other_dataset_with_renamed_films_of_the_training_finds_their_plots(
    tiny_run, write_other, sample_dataset
):
    def swap(frame):
        """A test film gets another id, and the plot of a training film."""
        train = frame.index[(frame["split"] == "train") & (frame["plot"].str.len() > 100)][0]
        test = frame.index[frame["split"] == "test"][0]
        frame.loc[test, ["movie_id", "title", "plot"]] = ["new", "", frame.loc[train, "plot"]]
        return frame[frame["split"] != "validation"]

    names = {name: name for name in sample_dataset.vocabulary}
    with pytest.warns(UserWarning, match="knows 1 of .* for example 'new'"):
        across = predict_other_dataset(tiny_run, write_other(names, swap), "test")
    assert across.known_films == ("new",)
    assert len(across.new_films()) == len(across.predictions) - 1
    assert "new" not in across.new_films().movie_ids


def test_other_dataset_without_a_shared_genre_is_refused(tiny_run, write_other, sample_dataset):
    names = {name: f"{name} too" for name in sample_dataset.vocabulary}
    with pytest.raises(ValueError, match=r"none of the run's .* is among those of"):
        predict_other_dataset(tiny_run, write_other(names), "test")


def test_run_whose_records_are_gone_is_scored_with_a_warning(tiny_run, other):
    class Moved:
        model, preprocessor, rule, text = (
            tiny_run.model, tiny_run.preprocessor, tiny_run.rule, "plot+tagline",
        )  # fmt: skip

        @property
        def dataset(self):
            raise RunError("They are gone.")

    with (
        pytest.warns(UserWarning, match="is unknown. They are gone."),
        pytest.warns(UserWarning, match="trained on 'plot\\+tagline', .* hold 'plot'"),
    ):
        across = predict_other_dataset(Moved(), other, "test")
    assert across.known_films == ()
    assert len(across.new_films()) == len(across.predictions)
