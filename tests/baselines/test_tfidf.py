import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from keras_genre.baselines import TfidfClassifier

PLOTS = ["A bank heist.", "A train heist.", "Two friends in love.", "In love again.", ""]
LABELS = np.array([[1, 0, 0, 1], [1, 0, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1], [0, 1, 0, 1]])


@pytest.fixture(scope="module")
def films(known_films):
    """Plots and rows of each split."""
    catalog, truth = known_films
    splits = np.array(truth.splits)
    plots = catalog.frame["plot"].tolist()
    rows = {split: np.nonzero(splits == split)[0] for split in ("train", "validation")}
    return plots, truth.labels, rows


def fit(films, **arguments):
    plots, labels, rows = films
    part = {split: ([plots[row] for row in its], labels[its]) for split, its in rows.items()}
    return TfidfClassifier(**arguments).fit(*part["train"], validation=part["validation"])


def test_tfidf_on_films_with_known_best_score_comes_near_it(films, known_share):
    classifier = fit(films)
    plots = films[0]
    share = known_share(lambda rows: classifier.predict_proba([plots[row] for row in rows]), "plot")
    assert 0.75 <= share <= 1.1


def test_tfidf_fitted_again_predicts_the_same(films):
    first, again = fit(films), clone(fit(films)).fit(films[0][:400], films[1][:400])
    np.testing.assert_array_equal(
        first.predict_proba(films[0][:50]), fit(films).predict_proba(films[0][:50])
    )
    assert again.c_ == 3  # without validation films
    assert clone(TfidfClassifier(c=7.0)).get_params() == {"c": 7.0}
    assert TfidfClassifier().set_params(c=2.0).c == 2.0


def test_tfidf_chooses_the_strength_with_the_best_validation_precision(films):
    from sklearn.metrics import average_precision_score

    plots, labels, rows = films
    some = rows["validation"]
    probabilities = {}
    for c in (1.0, 3.0, 10.0, 30.0):
        probabilities[c] = fit(films, c=c).predict_proba([plots[row] for row in some])
    precision = {
        c: average_precision_score(labels[some], found) for c, found in probabilities.items()
    }
    assert fit(films).c_ == max(precision, key=precision.get)


def test_tfidf_where_nothing_can_be_known_gives_base_rates():
    classifier = TfidfClassifier().fit(PLOTS, LABELS)
    rates = [0.4, 0.6, 0.0, 1.0]
    found = classifier.predict_proba(["", "  ", "Zebra crossing", "heist"])
    np.testing.assert_allclose(found[:3], np.tile(rates, (3, 1)))
    assert found[3, 0] > 0.5 > found[3, 1]
    assert found[:, 2:].tolist() == [[0.0, 1.0]] * 4
    assert classifier.predict_proba([]).shape == (0, 4)


@pytest.mark.parametrize("plots", [["", "", ""], ["one", "two", "three"]])
def test_tfidf_of_plots_that_share_no_word_gives_base_rates(plots):
    classifier = TfidfClassifier().fit(plots, [[1, 0], [0, 0], [0, 0]])
    np.testing.assert_allclose(classifier.predict_proba(["one"]), [[1 / 3, 0]])


@pytest.mark.parametrize(
    ("plots", "labels", "message"),
    [
        ("a plot", [[1]], "received one string"),
        ([b"a", "b"], [[1], [0]], "received bytes at position 0"),
        (["a", None], [[1], [0]], "received NoneType at position 1"),
        (["a", "b"], [[1]], r"labels of shape \(films, genres\); received 2 films"),
        (["a", "b"], [1, 0], r"labels of shape \(2,\)"),
        ([], np.zeros((0, 2)), "at least one film"),
        (["a", "b"], [[0.5], [1]], "zeros and ones"),
    ],
)
def test_tfidf_of_unsound_films_raises(plots, labels, message):
    with pytest.raises(ValueError, match=message):
        TfidfClassifier().fit(plots, labels)


@pytest.mark.parametrize("c", [0, -1.0, float("nan")])
def test_tfidf_of_unsound_strength_raises(c):
    with pytest.raises(ValueError, match="Expected c above 0"):
        TfidfClassifier(c=c).fit(PLOTS, LABELS)


def test_tfidf_not_fitted_raises():
    with pytest.raises(NotFittedError):
        TfidfClassifier().predict_proba(PLOTS)
