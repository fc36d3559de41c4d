import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from keras_genre.errors import RunError
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring import Predictions

VOCABULARY = GenreVocabulary(["Drama", "Sci-Fi", "Comédie"])


def arguments(**changes):
    return {
        "movie_ids": ["tt1", "tt2"],
        "labels": np.array([[1, 0, 1], [0, 0, 0]]),
        "probabilities": np.array([[0.9, 0.1, 1.0], [0.0, 1 / 3, 0.5]], dtype="float32"),
        "vocabulary": VOCABULARY,
        "split": "validation",
        **changes,
    }


def assert_equal(one, other):
    np.testing.assert_array_equal(one.movie_ids, other.movie_ids, strict=True)
    np.testing.assert_array_equal(one.labels, other.labels, strict=True)
    np.testing.assert_array_equal(one.probabilities, other.probabilities, strict=True)
    assert (one.vocabulary, one.split) == (other.vocabulary, other.split)


def test_predictions_from_other_types_hold_the_documented_dtypes():
    predictions = Predictions(
        **arguments(
            movie_ids=pd.Series(["tt1", "tt2"]),
            labels=np.array([[True, False, True], [False] * 3]),
            probabilities=np.full((2, 3), 0.5, dtype="float64"),
        )
    )
    assert predictions.movie_ids.tolist() == ["tt1", "tt2"]
    assert predictions.labels.dtype == "uint8"
    assert predictions.probabilities.dtype == "float32"
    assert len(predictions) == 2


def test_predictions_when_the_source_changes_stay_as_they_were():
    source = arguments()
    predictions = Predictions(**source)
    source["probabilities"][0, 0] = 0.0
    assert predictions.probabilities[0, 0] == np.float32(0.9)
    with pytest.raises(ValueError, match="read-only"):
        predictions.probabilities[0, 0] = 0.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": np.zeros((2, 2))}, r"labels of shape \(films, genres\) = \(2, 3\).*\(2, 2\)"),
        ({"probabilities": np.zeros((3, 3))}, r"probabilities of shape .* received \(3, 3\)"),
        ({"movie_ids": ["tt1", "tt1"]}, "'tt1' stands twice"),
        ({"movie_ids": "tt1"}, r"movie_ids of shape \(films,\)"),
        ({"movie_ids": []}, "at least one film"),
        ({"movie_ids": ["tt1", 603]}, "non-empty strings, received 603"),
        ({"movie_ids": ["tt1", ""]}, "non-empty strings, received ''"),
        ({"probabilities": [[0.1, 0.2, 0.3], [0.1, np.nan, 0.3]]}, "'tt2' has nan for 'Sci-Fi'"),
        ({"probabilities": [[0.1, 0.2, 0.3], [0.1, 0.2, 2.5]]}, "'tt2'.*Comédie.*apply a sigmoid"),
        ({"probabilities": [[-0.1, 0.2, 0.3], [0.1, 0.2, 0.5]]}, "'tt1'.*Drama.*apply a sigmoid"),
        ({"probabilities": [[1e300, 0.2, 0.3], [0.1, 0.2, 0.5]]}, "'tt1' has inf.*sigmoid"),
        ({"probabilities": [["0", "0", "0"]] * 2}, "numbers in probabilities"),
        ({"labels": [[1, 0, 2], [0, 0, 0]]}, "'tt1' has 2 for 'Comédie' in labels"),
        ({"labels": [[1, 0, np.nan], [0, 0, 0]]}, "'tt1' has nan for 'Comédie' in labels"),
        ({"vocabulary": ["Drama", "Sci-Fi", "Comédie"]}, "as a GenreVocabulary, received list"),
        ({"split": "valid"}, "Unknown split 'valid'"),
        ({"has_plot": [True]}, r"has_plot as booleans of shape \(films,\) = \(2,\).*\(1,\)"),
        ({"has_poster": [1, 0]}, "has_poster as booleans.*received int64"),
    ],
)
def test_predictions_of_unsound_values_raise_and_name_them(changes, message):
    with pytest.raises(ValueError, match=message):
        Predictions(**arguments(**changes))


def test_predictions_saved_and_loaded_are_exactly_equal(tmp_path):
    predictions = Predictions(**arguments())
    path = predictions.save(tmp_path / "new folder" / "validation.npz")
    assert_equal(Predictions.load(path), predictions)
    with np.load(path, allow_pickle=False) as arrays:
        assert {arrays[name].dtype.kind for name in arrays} <= set("Uuifb")


def test_predictions_that_know_what_films_lack_keep_it(tmp_path):
    predictions = Predictions(**arguments(has_plot=[True, False]))
    loaded = Predictions.load(predictions.save(tmp_path / "a.npz"))
    assert loaded.has_plot.tolist() == [True, False]
    assert loaded.has_poster is None
    second = loaded.of_films(np.array([False, True]))
    assert (second.movie_ids.tolist(), second.has_plot.tolist()) == (["tt2"], [False])
    np.testing.assert_array_equal(second.probabilities, predictions.probabilities[1:])
    assert (second.split, second.has_poster) == ("validation", None)


def test_load_of_a_file_of_version_one_knows_nothing_of_what_films_lack(tmp_path):
    predictions = Predictions(**arguments(has_plot=[True, False]))
    path = predictions.save(tmp_path / "a.npz")
    with np.load(path) as archive:
        old = {name: archive[name] for name in archive if not name.startswith("has_")}
    np.savez(path, **{**old, "version": np.array(1)})
    loaded = Predictions.load(path)
    assert_equal(loaded, predictions)
    assert (loaded.has_plot, loaded.has_poster) == (None, None)


def test_predictions_saved_twice_give_the_same_bytes_and_no_other_file(tmp_path):
    predictions = Predictions(**arguments())
    first = predictions.save(tmp_path / "a.npz").read_bytes()
    assert predictions.save(tmp_path / "a.npz").read_bytes() == first
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]


def test_save_that_fails_half_way_leaves_the_old_file(tmp_path, monkeypatch):
    predictions = Predictions(**arguments())
    path = predictions.save(tmp_path / "a.npz")

    def fail(file, **arrays):
        file.write(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez_compressed", fail)
    with pytest.raises(OSError, match="disk full"):
        predictions.save(path)
    assert_equal(Predictions.load(path), predictions)
    assert list(tmp_path.iterdir()) == [path]


def test_load_without_a_file_raises_run_error(tmp_path):
    with pytest.raises(RunError, match=r"no predictions at .*missing\.npz"):
        Predictions.load(tmp_path / "missing.npz")


@pytest.mark.parametrize("content", [b"", b"movie_id,Drama\n", b"PK\x03\x04"])
def test_load_of_another_file_raises_run_error(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"a\.npz cannot be read as predictions"):
        Predictions.load(path)


def test_load_of_a_damaged_file_raises_run_error_or_gives_the_truth(tmp_path):
    predictions = Predictions(**arguments())
    whole = predictions.save(tmp_path / "whole.npz").read_bytes()
    damaged = tmp_path / "damaged.npz"
    refused = 0
    cut = [whole[:end] for end in range(0, len(whole), 7)]
    flipped = [
        whole[:i] + bytes([whole[i] ^ 0x55]) + whole[i + 1 :] for i in range(0, len(whole), 3)
    ]
    for content in cut + flipped:
        damaged.write_bytes(content)
        try:
            assert_equal(Predictions.load(damaged), predictions)
        except RunError:
            refused += 1
    assert refused > len(cut) + len(flipped) / 2


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("format", np.array("something else"), "field 'format': expected keras_genre.predictions"),
        ("version", np.array(3), "field 'version': expected 1 or 2, received 3"),
        ("has_plot", None, "field 'has_plot'"),
        ("has_poster", np.array([1.0, 0.0]), "Expected has_poster as booleans"),
        ("labels", None, "field 'labels'"),
        ("movie_ids", np.array(["tt1", "tt2"], dtype=object), "field 'movie_ids'.*allow_pickle"),
        ("probabilities", np.full((2, 3), 7.0), "'tt1' has 7.0 for 'Drama' in probabilities"),
        ("genres", np.array(["Drama", "Drama", "War"]), "'Drama' stands twice in the vocabulary"),
        ("split", np.array("dev"), "Unknown split 'dev'"),
    ],
)
def test_load_of_an_unsound_field_raises_run_error_and_names_it(tmp_path, field, value, message):
    path = Predictions(**arguments()).save(tmp_path / "a.npz")
    with np.load(path) as archive:
        arrays = dict(archive)
    arrays[field] = value
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    with pytest.raises(RunError, match=message) as caught:
        Predictions.load(path)
    assert str(path) in str(caught.value)


def test_check_same_films_of_two_models_passes():
    other = Predictions(**arguments(probabilities=np.zeros((2, 3))))
    Predictions(**arguments()).check_same_films(other)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"movie_ids": ["tt1", "tt3"]}, "2 stand on one side only, for example 'tt2'"),
        ({"movie_ids": ["tt2", "tt1"]}, "another order"),
        ({"labels": np.zeros((2, 3))}, "1 films differ, for example 'tt1'"),
        ({"vocabulary": GenreVocabulary(["Sci-Fi", "Drama", "Comédie"])}, "same genres"),
    ],
)
def test_check_same_films_of_other_films_raises(changes, message):
    with pytest.raises(ValueError, match=message):
        Predictions(**arguments()).check_same_films(Predictions(**arguments(**changes)))


def test_scoring_imported_leaves_pandas_and_sklearn_alone():
    code = (
        "import sys, keras_genre.scoring as s; s.Predictions, s.DecisionRule;"
        "print({'pandas', 'sklearn', 'tensorflow', 'keras'} & set(sys.modules))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "set()"


def test_scoring_has_every_public_name_and_no_other():
    import keras_genre.scoring as room

    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'scroe'"):
        _ = room.scroe
