import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from picture_files import encode

from keras_genre.catalog import MovieCatalog, split_catalog
from keras_genre.catalog.cleaning import clean
from keras_genre.catalog.doubles import duplicate_groups
from keras_genre.catalog.equal_keys import connected_groups
from keras_genre.catalog.leaks import _across_splits, find_leaks

PLOT = "An old boxer trains the son of the man who once beat him in the harbour."
PLANTED = {
    "id": ({"movie_id": "tt0099", "title": "Map"}, {"movie_id": "99", "title": "Map"}),
    "title_and_year": ({"title": "Map", "year": 1950}, {"title": "MAP!", "year": 1950}),
    "plot": ({"plot": PLOT}, {"plot": f"{PLOT} Again"}),
}


@pytest.fixture
def with_leak(sample_films):
    """The sample films, with what is given in the first film of each of two splits."""
    catalog, _ = sample_films

    def plant(one, other, splits=("train", "test")):
        frame = catalog.frame
        rows = [int(np.flatnonzero(frame["split"] == split)[0]) for split in splits]
        for row, film in zip(rows, (one, other), strict=True):
            for column, value in film.items():
                frame.loc[row, column] = value
        return MovieCatalog(frame, catalog.vocabulary), frame["movie_id"][rows].tolist()

    return plant


def test_find_leaks_of_clean_films_finds_none(sample_films):
    catalog, _ = sample_films
    report = find_leaks(catalog)
    assert not report
    assert report.counts == {}
    assert report.summary() == "No film stands in two splits."


@pytest.mark.parametrize("splits", [("train", "test"), ("validation", "test")])
@pytest.mark.parametrize("kind", PLANTED)
def test_find_leaks_finds_a_planted_one_of_each_kind(with_leak, kind, splits):
    catalog, movie_ids = with_leak(*PLANTED[kind], splits)
    report = find_leaks(catalog, posters=False)
    assert report.counts == {(kind, *splits): 1}
    pair = report.pairs.iloc[0]
    assert [pair["movie_id"], pair["other_id"]] == movie_ids
    assert (pair["split"], pair["other_split"]) == splits


def test_find_leaks_finds_equal_and_similar_posters(with_leak, tmp_path, smooth_picture):
    whole = encode(smooth_picture(7))
    small = encode(smooth_picture(7).resize((120, 180)), "PNG")
    for name, content in (("one", whole), ("same", whole), ("small", small)):
        (tmp_path / name).write_bytes(content)
    one, same, small = ({"poster": str(tmp_path / name)} for name in ("one", "same", "small"))
    report = find_leaks(with_leak(one, same)[0])
    assert report.pairs[["kind", "detail"]].to_numpy().tolist() == [
        ["poster", "the same poster file"]
    ]
    catalog, _ = with_leak(one, small)
    assert find_leaks(catalog).pairs["detail"].tolist() == ["the same picture"]
    assert not find_leaks(catalog, posters=False)


def test_find_leaks_leaves_out_films_without_a_split_and_films_of_one(with_leak):
    one, other = PLANTED["plot"]
    assert not find_leaks(with_leak(one, {**other, "split": ""})[0], posters=False)
    assert not find_leaks(with_leak(one, {**other, "split": "train"})[0], posters=False)


def test_find_leaks_finds_films_that_only_one_without_a_split_connects(sample_films):
    catalog, _ = sample_films
    frame = catalog.frame
    train, test, other = (
        int(np.flatnonzero(frame["split"] == split)[0]) for split in ("train", "test", "validation")
    )
    frame.loc[train, ["title", "year", "plot"]] = ["Map", 1950, ""]
    frame.loc[other, ["title", "year", "plot", "split"]] = ["Map", 1950, PLOT, ""]
    frame.loc[test, ["plot"]] = [PLOT]
    catalog = MovieCatalog(frame, catalog.vocabulary)
    assert not find_leaks(catalog, posters=False)
    # The same film in one kind: the plots of two differ, and both are like that of the third.
    words = [f"word{number}" for number in range(60)]
    frame.loc[train, "plot"] = " ".join(words)
    frame.loc[other, "plot"] = " ".join([*words[3:], "a", "b", "c"])
    frame.loc[test, "plot"] = " ".join([*words[6:], "a", "b", "c", "d", "e", "f"])
    frame.loc[other, "title"] = "Sea"
    report = find_leaks(MovieCatalog(frame, catalog.vocabulary), posters=False)
    assert report.counts == {("plot", "train", "test"): 1}


def test_find_leaks_of_one_split_or_none_finds_none(sample_films):
    catalog, _ = sample_films
    assert not find_leaks(catalog.select("train"), posters=False)
    assert not find_leaks(catalog.with_splits([""] * len(catalog)), posters=False)


@pytest.mark.parametrize("kind", PLANTED)
def test_split_catalog_by_duplicate_groups_and_clean_each_end_the_leak(with_leak, kind):
    catalog, movie_ids = with_leak(*PLANTED[kind])
    groups = duplicate_groups(catalog, posters=False)
    for seed in range(5):
        assert not find_leaks(split_catalog(catalog, seed=seed, groups=groups), posters=False)
    cleaned, report = clean(catalog, skip=["unreadable_poster"])
    assert not find_leaks(cleaned, posters=False)
    assert report.dropped["movie_id"].tolist() == movie_ids[:1]  # the test film stays


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-1, 2), min_size=2, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=12),
)
def test_across_splits_names_every_film_of_a_crowd_in_several_splits(splits, pairs):
    splits = np.array(splits)
    pairs = [sorted(pair) for pair in pairs if max(pair) < len(splits) and pair[0] != pair[1]]
    pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    found = _across_splits(splits, pairs)
    assert (splits[found[:, 0]] < splits[found[:, 1]]).all()
    assert (splits[found] >= 0).all()
    groups = connected_groups(len(splits), pairs)
    assert (groups[found[:, 0]] == groups[found[:, 1]]).all()
    expected = {
        row
        for row in np.flatnonzero(splits >= 0).tolist()
        if len(set(splits[groups == groups[row]]) - {-1}) > 1
    }
    assert set(found.reshape(-1).tolist()) == expected
