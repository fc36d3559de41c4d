import sys

import numpy as np
import pytest
from film_features import film_features
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from keras_genre.baselines import BoostedClassifier
from keras_genre.baselines.frozen import film_vectors
from keras_genre.errors import KerasGenreError


@pytest.fixture(scope="module")
def films(known_films):
    """Vectors and labels of each split."""
    _, truth = known_films
    splits = np.array(truth.splits)
    vectors = film_vectors(film_features(truth))
    return {
        split: (vectors[splits == split], truth.labels[splits == split])
        for split in ("train", "validation")
    }, vectors


def test_boosted_on_films_with_known_best_score_comes_near_it(films, known_share):
    parts, vectors = films
    classifier = BoostedClassifier().fit(*parts["train"], validation=parts["validation"])
    share = known_share(lambda rows: classifier.predict_proba(vectors[rows]), "both")
    assert 0.7 <= share <= 1.1
    assert max(classifier.num_trees_) < classifier.num_trees  # it stopped


def test_boosted_on_any_number_of_threads_predicts_the_same(films):
    parts, vectors = films
    answers = []
    for threads in (1, 2, 1):
        classifier = clone(BoostedClassifier(num_trees=20, num_threads=threads))
        assert classifier.get_params()["num_threads"] == threads
        answers.append(classifier.fit(*parts["train"]).predict_proba(vectors))
        assert classifier.num_trees_[0] == 20  # without validation films
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    other = BoostedClassifier(num_trees=20, seed=1).fit(*parts["train"]).predict_proba(vectors)
    assert np.abs(other - answers[0]).max() > 1e-3


def test_boosted_of_genres_that_none_or_all_have_gives_base_rates(films):
    vectors, labels = films[0]["train"]
    labels = np.stack([np.zeros(len(labels)), labels[:, 0], np.ones(len(labels))], axis=1)
    found = BoostedClassifier(num_trees=5).fit(vectors, labels).predict_proba(vectors[:4])
    assert found[:, [0, 2]].tolist() == [[0.0, 1.0]] * 4
    alone = BoostedClassifier().fit(vectors, labels[:, [0, 2]])
    assert alone.predict_proba(vectors[:2]).tolist() == [[0.0, 1.0]] * 2


def test_film_vectors_are_zero_and_say_so_where_a_modality_is_missing(known_films):
    _, truth = known_films
    features = film_features(truth)
    vectors = film_vectors(features)
    width = features["text"].vectors.shape[1]
    assert vectors.shape == (len(truth.movie_ids), 2 * (width + 1))
    np.testing.assert_array_equal(vectors[:, width], truth.has_plot)
    np.testing.assert_array_equal(vectors[:, -1], truth.has_poster)
    assert not vectors[~truth.has_poster, width + 1 :].any()
    hidden = film_vectors({name: known.hidden() for name, known in features.items()})
    assert not hidden.any()


@pytest.mark.parametrize(
    ("vectors", "labels", "message"),
    [
        (np.zeros(3), np.zeros((3, 2)), r"vectors of shape \(films, width\), received \(3,\)"),
        (np.zeros((3, 2)), np.zeros((2, 2)), "received 3 films and labels of shape"),
        (np.zeros((2, 2)), [[0], [2]], "zeros and ones"),
    ],
)
def test_boosted_of_unsound_films_raises(vectors, labels, message):
    with pytest.raises(ValueError, match=message):
        BoostedClassifier().fit(vectors, labels)


def test_boosted_asked_about_other_vectors_raises(films):
    classifier = BoostedClassifier(num_trees=2).fit(*films[0]["train"])
    with pytest.raises(ValueError, match=r"\(films, 50\), received \(4, 3\)"):
        classifier.predict_proba(np.zeros((4, 3)))
    with pytest.raises(NotFittedError):
        BoostedClassifier().predict_proba(np.zeros((4, 3)))


def test_boosted_without_lightgbm_names_the_extra(films, monkeypatch):
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    with pytest.raises(KerasGenreError, match=r"pip install 'keras-genre\[boosting\]'"):
        BoostedClassifier().fit(*films[0]["train"])
