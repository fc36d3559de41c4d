import math

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score, f1_score

from keras_genre.evaluation import format_agreement, label_agreement

NAMES = ("Drama", "Science Fiction", "War")


@pytest.fixture
def noisy():
    """Labels and labels with a fifth of them flipped, as arrays and by film."""
    random = np.random.default_rng(0)
    true = random.random((300, 3)) < [0.5, 0.3, 0.2]
    given = np.where(random.random(true.shape) < 0.2, ~true, true)
    return true, given, _by_film(true), _by_film(given)


def _by_film(labels, names=NAMES):
    return {f"tt{i}": [n for n, on in zip(names, row, strict=True) if on]
            for i, row in enumerate(labels)}  # fmt: skip


def test_agreement_equals_scikit_learn(noisy):
    true, given, reference, labels = noisy
    agreement = label_agreement(labels, reference, num_resamples=100)
    assert agreement.num_films == 300
    for average in ("macro", "micro"):
        interval = agreement.overall[f"{average}_f1"]
        assert interval.value == pytest.approx(f1_score(true, given, average=average))
        assert interval.low < interval.value < interval.high
    kappas = [cohen_kappa_score(a, b) for a, b in zip(true.T, given.T, strict=True)]
    assert agreement.per_genre["kappa"].tolist() == pytest.approx(kappas)
    assert agreement.per_genre["films"].tolist() == given.sum(axis=0).tolist()
    assert agreement.per_genre["films_reference"].tolist() == true.sum(axis=0).tolist()
    assert agreement.per_genre["films_both"].tolist() == (true & given).sum(axis=0).tolist()


def test_agreement_turned_round_keeps_f1_and_kappa(noisy):
    *_, reference, labels = noisy
    one = label_agreement(labels, reference, num_resamples=10).per_genre
    other = label_agreement(reference, labels, num_resamples=10).per_genre
    np.testing.assert_allclose(one["f1"], other["f1"])
    np.testing.assert_allclose(one["kappa"], other["kappa"])
    np.testing.assert_allclose(one["precision"], other["recall"])


def test_agreement_with_oneself_is_perfect(noisy):
    *_, labels = noisy
    agreement = label_agreement(labels, labels, num_resamples=10)
    assert agreement.overall["macro_f1"].value == 1
    assert (agreement.per_genre["kappa"] == 1).all()


def test_agreement_joins_spellings_and_leaves_out_what_one_side_has(noisy):
    true, _, reference, _ = noisy
    labels = _by_film(true[:, ::-1], ("Western", "Sci-Fi", "Drama"))
    agreement = label_agreement({**labels, "tt999": ["Sport"]}, reference, num_resamples=10)
    assert agreement.per_genre.index.tolist() == ["Drama", "Science Fiction"]
    assert agreement.overall["macro_f1"].value == 1
    assert agreement.left_out == ("Sport", "Western")
    assert agreement.left_out_reference == ("War",)
    assert agreement.num_films == 300


def test_agreement_of_a_genre_of_other_films_alone_is_undefined():
    labels = {"a": ["Drama"], "b": ["Comedy"], "c": ["War"]}
    reference = {"a": ["Drama"], "b": ["Comedy"], "d": ["War"]}
    agreement = label_agreement(labels, reference, num_resamples=10)
    assert agreement.undefined_genres == ("War",)
    assert math.isnan(agreement.per_genre.loc["War", "kappa"])
    assert math.isnan(agreement.per_genre.loc["War", "f1"])
    assert agreement.overall["macro_f1"].value == 1
    text = format_agreement(agreement)
    assert "left out of macro F1 (not in the reference): War." in text
    assert max(map(len, text.splitlines())) <= 80


def test_agreement_of_constant_labels_is_no_better_than_chance():
    labels = {name: ["Drama", "War"] for name in "abcd"}
    reference = {"a": ["Drama", "War"], "b": ["War"], "c": ["War"], "d": ["War"]}
    kappa = label_agreement(labels, reference, num_resamples=10).per_genre["kappa"]
    assert kappa["Drama"] == 0
    assert math.isnan(kappa["War"])


@pytest.mark.parametrize(
    ("labels", "reference", "message"),
    [
        ({"tt1": ["Drama"]}, {"603": ["Drama"]}, "1 films such as 'tt1'.* none is the same"),
        ({"tt1": ["Drama"]}, {"tt1": ["War"]}, "none of Drama is among War"),
        ({"tt1": "Drama"}, {"tt1": ["Drama"]}, "movie tt1 as a list .* 'Drama'"),
    ],
)
def test_agreement_of_what_cannot_be_compared_raises(labels, reference, message):
    with pytest.raises(ValueError, match=message):
        label_agreement(labels, reference)
