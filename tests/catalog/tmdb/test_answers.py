"""Answers that are not what they should be."""

import json

import pytest
from fake_tmdb import details, film_id
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.tmdb.answers import read_film, read_page

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


def _film(**changes):
    return json.dumps({**details(3), **changes}).encode()


@given(
    name=st.sampled_from(
        ["id", "title", "overview", "tagline", "genres", "poster_path", "release_date"]
    ),
    value=_JSON,
)
@settings(max_examples=60, deadline=None)
def test_read_film_with_any_value_in_a_field_is_a_whole_film_or_broken(name, value):
    try:
        film = read_film(_film(**{name: value}), film_id(3))
    except ValueError:
        return
    assert film["id"] == film_id(3)
    texts = [film["title"], film["overview"], film["poster_path"], *film["genres"]]
    assert all(isinstance(text, str) and text.encode() is not None for text in texts)


@given(content=st.binary(max_size=30) | _JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=60, deadline=None)
def test_read_page_of_any_bytes_is_broken(content):
    with pytest.raises(ValueError, match=r"no JSON|a page"):
        read_page(content)


def test_read_film_half_of_a_character_is_replaced():
    assert read_film(_film(title="One \ud83c"), film_id(3))["title"] == "One ?"


@pytest.mark.parametrize(
    "path", ["/../../etc/passwd", "//elsewhere.invalid/a.jpg", "a.jpg", "/a b"]
)
def test_read_film_poster_path_that_leads_elsewhere_is_broken(path):
    with pytest.raises(ValueError, match="poster_path"):
        read_film(_film(poster_path=path), film_id(3))


def test_read_film_in_another_language_has_genres_in_english():
    genres = [{"id": 10752, "name": "Kriegsfilm"}, {"id": 4711, "name": "Heimatfilm"}]
    assert read_film(_film(genres=genres), film_id(3))["genres"] == ["War", "Heimatfilm"]


@pytest.mark.parametrize("genres", [None, ["War"], [{"id": [18]}], [{"id": 1, "name": 2}]])
def test_read_film_genres_that_are_no_objects_with_names_are_broken(genres):
    with pytest.raises(ValueError, match="genre"):
        read_film(_film(genres=genres), film_id(3))


def test_read_film_that_is_another_film_is_broken():
    with pytest.raises(ValueError, match="another film"):
        read_film(_film(), film_id(4))


def test_read_page_never_has_more_than_500_pages():
    page = {"results": [{"id": 5}], "total_pages": 40_000}
    assert read_page(json.dumps(page).encode()) == ([5], 500)
