import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog, split_catalog
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary


def make(labels):
    vocabulary = GenreVocabulary([f"genre {j}" for j in range(np.shape(labels)[1])])
    genres = [vocabulary.decode(row) for row in labels]
    frame = pd.DataFrame({"movie_id": [f"tt{i}" for i in range(len(labels))], "genres": genres})
    return MovieCatalog(frame, vocabulary)


@pytest.fixture(scope="module")
def films():
    """400 films of five genres; the last is rare (10 films)."""
    random = np.random.default_rng(0)
    labels = (random.random((400, 5)) < (0.5, 0.3, 0.2, 0.1, 0)).astype(int)
    labels[random.choice(400, 10, replace=False), 4] = 1
    return make(labels)


def test_split_catalog_puts_every_film_into_one_split_and_keeps_the_order(films):
    divided = split_catalog(films)
    assert divided.frame["movie_id"].tolist() == films.frame["movie_id"].tolist()
    assert divided.frame["genres"].tolist() == films.frame["genres"].tolist()
    assert set(divided.frame["split"]) == set(SPLITS)
    assert "stratification (seed 0)" in divided.notes[-1]


@pytest.mark.parametrize(("validation", "test"), [(0.1, 0.1), (0.2, 0.1), (0.15, 0.3)])
def test_split_catalog_shares_are_near_the_ones_asked_for(films, validation, test):
    splits = split_catalog(films, validation, test).frame["split"]
    shares = splits.value_counts(normalize=True)
    np.testing.assert_allclose(shares["validation"], validation, atol=0.015)
    np.testing.assert_allclose(shares["test"], test, atol=0.015)


@pytest.mark.parametrize("seed", range(8))
def test_split_catalog_gives_every_split_its_share_of_every_genre(films, seed):
    divided = split_catalog(films, seed=seed)
    counts = {split: divided.select(split).labels().sum(axis=0) for split in SPLITS}
    assert counts["validation"][4] >= 1
    assert counts["test"][4] >= 1
    total = films.labels().sum(axis=0)
    for split, share in zip(SPLITS, (0.8, 0.1, 0.1), strict=True):
        np.testing.assert_allclose(counts[split], share * total, atol=3)


def test_split_catalog_with_the_same_seed_is_the_same(films):
    one, same, other = (
        split_catalog(films, seed=seed).frame["split"].tolist() for seed in (3, 3, 4)
    )
    assert one == same
    assert one != other


def test_split_catalog_of_one_genre_alone_works():
    labels = np.arange(50)[:, None] % 5 == 0
    divided = split_catalog(make(labels))
    assert [len(divided.select(split)) for split in SPLITS] == [40, 5, 5]
    assert [divided.select(split).labels().sum() for split in SPLITS] == [8, 1, 1]


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 30).flatmap(
        lambda size: st.lists(
            st.lists(st.booleans(), min_size=3, max_size=3), min_size=size, max_size=size
        )
    ),
    st.integers(0, 5),
)
def test_split_catalog_of_few_films_fills_three_splits_or_says_too_few(labels, seed):
    try:
        splits = split_catalog(make(labels), seed=seed).splits
    except CatalogError:
        splits = "too few"
    assert splits == SPLITS or (splits == "too few" and len(labels) < 20)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 4), min_size=3, max_size=25),
    st.floats(0.02, 0.6),
    st.floats(0.02, 0.38),
)
def test_split_catalog_of_few_groups_fills_three_splits_or_says_too_few(groups, validation, test):
    films = make(np.eye(len(groups), 3))
    try:
        splits = split_catalog(films, validation, test, groups=groups).splits
    except CatalogError as error:
        splits = str(error)
    assert splits == SPLITS or "too few for train, validation and test" in splits


@pytest.mark.parametrize(
    ("groups", "shares"),
    [([0] * 10 + [1, 2, 3], (0.1, 0.1)), ([0] * 30 + list(range(1, 8)), (0.05, 0.13))],
)
def test_split_catalog_beside_one_large_group_says_too_few(groups, shares):
    with pytest.raises(CatalogError, match="too few"):
        split_catalog(make(np.eye(len(groups), 3)), *shares, groups=groups)


def test_split_catalog_of_too_few_films_is_refused():
    with pytest.raises(CatalogError, match="9 films are too few"):
        split_catalog(make(np.eye(9, 3)))


@pytest.mark.parametrize(("validation", "test"), [(0, 0.1), (0.1, -0.1), (0.5, 0.5), (0.1, 2)])
def test_split_catalog_with_impossible_shares_is_refused(films, validation, test):
    with pytest.raises(ValueError, match="Expected shares above 0"):
        split_catalog(films, validation, test)


@pytest.mark.parametrize(("seed", "digest"), [(0, "0c23e597e557bb36"), (7, "cf0d1ce81ac7c69c")])
def test_split_catalog_of_a_seed_stays_as_it_was(films, seed, digest):
    splits = ",".join(split_catalog(films, seed=seed).frame["split"])
    assert hashlib.sha256(splits.encode()).hexdigest()[:16] == digest


def test_split_catalog_of_thirty_seeds_gives_each_genre_its_tenth_to_within_one_film():
    random = np.random.default_rng(1)
    labels = (random.random((1000, 12)) < np.geomspace(0.5, 0.012, 12)).astype(int)
    catalog = make(labels)
    tenth = 0.1 * labels.sum(axis=0)  # from 50.6 films to 1.4
    by_chance = []
    for seed in range(30):
        splits = split_catalog(catalog, seed=seed).frame["split"].to_numpy()
        assert (np.abs(labels[splits == "test"].sum(axis=0) - tenth) < 1).all()
        shuffled = np.random.default_rng(seed).permutation(splits)
        by_chance.append(np.abs(labels[shuffled == "test"].sum(axis=0) - tenth))
    # A random split of the same sizes misses even the rarest of them by more, again and again.
    assert (np.max(by_chance, axis=0) > 2).all()


def test_split_catalog_with_a_group_a_film_is_the_same_as_without(films):
    plain = split_catalog(films, seed=3).frame["split"].tolist()
    for groups in (np.arange(400), np.arange(400)[::-1] * 7):
        assert split_catalog(films, seed=3, groups=groups).frame["split"].tolist() == plain


def test_split_catalog_parts_no_group_and_keeps_the_shares_nearly(films):
    labels = films.labels()
    tenth = 0.1 * labels.sum(axis=0)
    ours, by_chance = [], []
    for seed in range(10):
        random = np.random.default_rng(seed)
        groups = random.integers(0, 250, 400)
        divided = split_catalog(films, seed=seed, groups=groups)
        splits = divided.frame["split"]
        assert splits.groupby(groups).nunique().max() == 1
        assert 30 <= (splits == "test").sum() <= 50
        ours.append(np.abs(labels[splits == "test"].sum(axis=0) - tenth))
        shuffled = random.permutation(250)[groups]
        by_chance.append(np.abs(labels[shuffled < 25].sum(axis=0) - tenth))
    assert (np.max(ours, axis=0) <= (9, 6, 5, 4, 1)).all()  # of about 20, 12, 8, 4 and 1 films
    assert (np.mean(ours, axis=0) < np.mean(by_chance, axis=0)).all()
    assert "groups, none of them parted" in divided.notes[-1]


def test_split_catalog_puts_a_group_too_large_to_hold_out_into_training(films):
    groups = np.arange(400)
    groups[50:150] = 50
    splits = split_catalog(films, groups=groups).frame["split"].to_numpy()
    assert set(splits[50:150]) == {"train"}
    assert 36 <= (splits == "test").sum() <= 44
    with pytest.raises(CatalogError, match="0 small groups of films are too few"):
        split_catalog(films, groups=np.zeros(400))


@pytest.mark.parametrize("groups", [[1, 2, 3], np.zeros((400, 1)), 5])
def test_split_catalog_of_groups_that_do_not_fit_is_refused(films, groups):
    with pytest.raises(ValueError, match="one group number for each of 400 films"):
        split_catalog(films, groups=groups)
