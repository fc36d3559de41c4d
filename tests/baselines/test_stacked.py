import sys
from typing import ClassVar

import numpy as np
import pytest
from film_features import film_features
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import roc_auc_score

from keras_genre.baselines import StackedClassifier
from keras_genre.baselines import stacked as module
from keras_genre.baselines.linear_head import LinearHead
from keras_genre.baselines.out_of_fold import out_of_fold
from keras_genre.errors import KerasGenreError


@pytest.fixture(scope="module")
def films(known_films):
    """Features and labels of each split."""
    _, truth = known_films
    splits = np.array(truth.splits)
    rows = {split: np.nonzero(splits == split)[0] for split in ("train", "validation")}
    return {split: (film_features(truth, its), truth.labels[its]) for split, its in rows.items()}


@pytest.fixture(scope="module")
def stacked(films):
    return StackedClassifier().fit(*films["train"], validation=films["validation"])


class Witness(BaseEstimator):
    """A head that remembers which films it saw; the first number of a vector is the film's."""

    asked: ClassVar = []

    def fit(self, vectors, labels):
        self.seen = set(vectors[:, 0])
        self.rates = labels.mean(axis=0)
        return self

    def predict_proba(self, vectors):
        assert not self.seen & set(vectors[:, 0]), "asked about films that it was trained on"
        Witness.asked.append((len(self.seen), vectors[:, 0].tolist()))
        return np.tile(self.rates, (len(vectors), 1))


def numbered(features):
    """The same features, the film's number first."""
    for known in features.values():
        known.vectors[:, 0] = np.arange(len(known.vectors))
    return features


def test_training_films_are_answered_by_heads_that_did_not_see_them(known_films):
    _, truth = known_films
    for known in numbered(film_features(truth)).values():
        Witness.asked = []
        answers = out_of_fold(Witness, known.vectors, known.present, truth.labels, 5, seed=0)
        asked = [film for _, films in Witness.asked for film in films]
        assert sorted(asked) == np.nonzero(known.present)[0].tolist()  # each film once
        assert len(Witness.asked) == 5
        for seen, films in Witness.asked:  # films without the modality are in no part
            assert seen + len(films) == known.present.sum()
        assert np.isnan(answers[~known.present]).all()
        assert not np.isnan(answers[known.present]).any()


def test_trees_of_the_stack_learn_from_out_of_fold_answers_alone(films, monkeypatch):
    """Labels are pure chance: a head knows those of its own films by heart, and no others."""
    rng = np.random.default_rng(0)
    features, labels = films["train"]
    labels = rng.random((len(labels), 2)) < 0.5
    wide = {}
    for name, known in features.items():
        vectors = rng.normal(size=(len(labels), 2 * len(labels))).astype("float32")
        wide[name] = type(known)(known.movie_ids, known.present, vectors)
    received = []

    def spied(*args):
        received.append(out_of_fold(*args))
        return received[-1]

    monkeypatch.setattr(module, "out_of_fold", spied)
    matrices = []
    import xgboost

    make = xgboost.DMatrix

    def matrix(data, **options):
        matrices.append(np.asarray(data))
        return make(data, **options)

    monkeypatch.setattr(xgboost, "DMatrix", matrix)
    StackedClassifier(num_folds=3).fit(wide, labels, (wide, labels))
    np.testing.assert_array_equal(matrices[0], np.concatenate(received, axis=1))
    known = wide["text"].present
    head = LinearHead().fit(wide["text"].vectors[known], labels[known])
    by_heart = head.predict_proba(wide["text"].vectors[known])
    assert roc_auc_score(labels[known], by_heart) > 0.99
    assert 0.4 < roc_auc_score(labels[known], matrices[0][known][:, :2]) < 0.6


def test_stack_on_films_with_known_best_score_comes_near_it(stacked, known_films, known_share):
    _, truth = known_films
    share = known_share(lambda rows: stacked.predict_proba(film_features(truth, rows)), "both")
    assert 0.75 <= share <= 1.1


def test_stack_beats_each_of_its_halves(stacked, films, known_films, known_share):
    _, truth = known_films
    both = known_share(lambda rows: stacked.predict_proba(film_features(truth, rows)), "both")
    for modality in ("text", "poster"):

        def only(features, modality=modality):
            return {modality: features[modality]}

        (train, labels), (other, other_labels) = films["train"], films["validation"]
        half = StackedClassifier().fit(only(train), labels, (only(other), other_labels))
        share = known_share(
            lambda rows, half=half, only=only: half.predict_proba(only(film_features(truth, rows))),
            "both",
        )
        assert both > share + 0.05


def test_stack_fitted_again_predicts_the_same(stacked, films):
    again = clone(stacked).fit(*films["train"], validation=films["validation"])
    features = films["validation"][0]
    np.testing.assert_array_equal(again.predict_proba(features), stacked.predict_proba(features))
    assert again.choice_ == stacked.choice_
    assert set(stacked.choice_) == {"max_depth", "min_child_weight", "num_trees"}


def test_stack_takes_films_that_lack_a_modality_or_all(stacked, films):
    features = {name: known.hidden() for name, known in films["validation"][0].items()}
    found = stacked.predict_proba(features)
    assert np.ptp(found, axis=0).max() < 1e-6
    assert ((found > 0) & (found < 1)).all()


def test_stack_of_genres_that_none_or_all_have_gives_base_rates(films):
    (features, labels), (other, other_labels) = films["train"], films["validation"]

    def widened(labels):
        return np.stack([np.zeros(len(labels)), labels[:, 0], np.ones(len(labels))], axis=1)

    classifier = StackedClassifier().fit(features, widened(labels), (other, widened(other_labels)))
    found = classifier.predict_proba(other)
    assert (found[:, [0, 2]] == [0.0, 1.0]).all()
    assert np.ptp(found[:, 1]) > 0.1


@pytest.mark.parametrize("num_folds", [1, 100_000])
def test_stack_of_an_impossible_number_of_folds_raises(films, num_folds):
    with pytest.raises(ValueError, match=f"received {num_folds}"):
        StackedClassifier(num_folds).fit(*films["train"], validation=films["validation"])


def test_stack_without_a_genre_to_choose_on_raises(films):
    other, labels = films["validation"]
    with pytest.raises(ValueError, match="nothing to choose on"):
        StackedClassifier().fit(*films["train"], validation=(other, np.zeros_like(labels)))


def test_stack_of_other_films_for_each_modality_raises(films):
    features = {"text": films["train"][0]["text"], "poster": films["validation"][0]["poster"]}
    with pytest.raises(ValueError, match="features of the same films"):
        StackedClassifier().fit(features, films["train"][1], films["validation"])


def test_stack_without_xgboost_names_the_extra(films, monkeypatch):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    with pytest.raises(KerasGenreError, match=r"pip install 'keras-genre\[boosting\]'"):
        StackedClassifier().fit(*films["train"], validation=films["validation"])
