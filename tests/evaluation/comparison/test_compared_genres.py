import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from keras_genre.evaluation.comparison.genres import genre_scores, genre_table, holm, wins
from keras_genre.scoring import score


def table_of(systems, level=0.95):
    return genre_table(systems, *genre_scores(systems), level)


def said_right(labels, right):
    """Probabilities that are right where asked."""
    return np.where(right, labels, 1 - np.asarray(labels)).astype(float)


@pytest.fixture
def unequal(make_system):
    """On 60 films, one is right alone on 20 of the first genre, the other on 4."""
    labels = np.repeat([[1, 0, 0], [0, 1, 0]], 30, axis=0)
    right_a, right_b = np.ones((60, 3), bool), np.ones((60, 3), bool)
    right_a[:4, 0] = False
    right_b[4:24, 0] = False
    return [
        make_system("a", labels, said_right(labels, right_a)),
        make_system("b", labels, said_right(labels, right_b)),
    ]


def test_genre_table_has_mcnemars_exact_p(unequal):
    row = table_of(unequal).iloc[0]
    assert (row["only_a_right"], row["only_b_right"]) == (20, 4)
    assert row["p"] == pytest.approx(stats.binomtest(4, 24).pvalue)
    assert row["p_holm"] == pytest.approx(2 * row["p"])  # two genres can be tested
    assert row["winner"] == "a"


def test_genre_table_without_disagreement_has_no_winner(unequal):
    row = table_of(unequal).iloc[1]
    assert (row["p"], row["p_holm"], row["winner"]) == (1, 1, "")


def test_genre_that_no_film_has_is_undefined_and_not_tested(unequal):
    row = table_of(unequal).iloc[2]
    assert row["films"] == 0
    assert row[["f1_a", "f1_b", "p", "p_holm"]].isna().all()
    assert row["winner"] == ""
    assert wins(["a", "b"], table_of(unequal)).to_dict("index") == {
        "a": {"won": 1, "lost": 0, "undecided": 1},
        "b": {"won": 0, "lost": 1, "undecided": 1},
    }


def test_genre_of_fewer_errors_but_lower_f1_is_not_won(make_system):
    """Giving the genre to no film errs less than giving it to too many."""
    labels = np.zeros((200, 1), int)
    labels[:10] = 1
    silent, generous = np.zeros((200, 1)), np.zeros((200, 1))
    generous[:60] = 1
    table = table_of([make_system("silent", labels, silent), make_system("bold", labels, generous)])
    (row,) = table.itertuples()
    assert row.p_holm < 1e-6
    assert row.only_a_right > row.only_b_right
    assert row.f1_b > row.f1_a
    assert row.winner == ""


def test_genre_table_of_several_trainings_with_equal_decisions_is_mcnemars_chi_squared(make_system):
    labels = np.ones((30, 1), int)
    right_a, right_b = np.ones((30, 1), bool), np.ones((30, 1), bool)
    right_a[:3], right_b[3:15] = False, False
    systems = [
        make_system("a", labels, *[said_right(labels, right_a)] * 2),
        make_system("b", labels, *[said_right(labels, right_b)] * 2),
    ]
    (row,) = table_of(systems).itertuples()
    assert row.p == pytest.approx(stats.chi2.sf((12 - 3) ** 2 / 15, 1))


def test_genre_table_of_equal_systems_rejects_about_as_often_as_promised(sample_systems):
    """The trainings of one film are alike: counted as independent they would reject too often."""
    random, rejected = np.random.default_rng(0), 0
    for _ in range(60):
        table = table_of(sample_systems(random, 250, [1.5, 1.5], trainings=3))
        rejected += (table["p"] < 0.05).sum()
    assert rejected <= 24  # of 240; 12 expected, standard error 3.4


def test_genre_scores_are_those_of_score(sample_systems):
    systems = sample_systems(np.random.default_rng(0), 100, [2.0, 1.0], trainings=2)
    f1, right = genre_scores(systems)
    expected = np.mean([score(*t).per_genre["f1"] for t in systems[1].trainings], axis=0)
    np.testing.assert_allclose(f1["system 1"], expected)
    assert right.shape == (2, 100, 4)
    hamming = np.mean([score(*t).overall["hamming_loss"] for t in systems[1].trainings])
    assert 1 - right[1].mean() == pytest.approx(hamming)


def test_holm_adjusts_as_by_hand():
    p = np.array([0.01, np.nan, 0.04, 0.03])
    np.testing.assert_allclose(holm(p), [0.03, np.nan, 0.06, 0.06])


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_the_single_p_and_bonferroni_and_keeps_the_order(p):
    p = np.array(p)
    adjusted = holm(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(p * len(p), 1)).all()
    assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
