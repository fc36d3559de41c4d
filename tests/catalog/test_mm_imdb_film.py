import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.mm_imdb_film import read_film
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary

_FIELDS = ("title", "plot", "year", "genres", "director", "cast", "writer")
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ANY = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.just("name"), inner)
)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return tmp_path_factory.mktemp("film") / "0000001.json"


@settings(max_examples=25, deadline=None)
@given(content=st.dictionaries(st.sampled_from(_FIELDS), _ANY))
def test_read_film_of_any_object_gives_a_row_or_names_the_file(path, content):
    path.write_text(json.dumps(content))
    try:
        row = read_film(path)
    except CatalogError as error:
        row, told = None, str(error)
    if row is None:
        assert told.startswith(f"{path}, '")
        return
    frame = pd.DataFrame([{**row, "movie_id": "0000001", "genres": ("Drama",)}])
    film = MovieCatalog(frame, GenreVocabulary(MM_IMDB_GENRES)).frame.iloc[0]
    assert film["plot"] in ("", *[text.strip() for text in _listed(content.get("plot"))])
    assert len(set(row["crew"])) == len(row["crew"])


@settings(max_examples=25, deadline=None)
@given(content=st.binary(max_size=40).filter(lambda content: b"{" not in content))
def test_read_film_of_what_is_no_object_names_the_file(path, content):
    path.write_bytes(content)
    with pytest.raises(CatalogError) as error:
        read_film(path)
    assert str(path) in str(error.value)


def _listed(value):
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def test_read_film_takes_one_text_or_person_where_a_list_is_usual(path):
    path.write_text(json.dumps({"plot": "A duel.", "genres": "War", "director": {"name": "Ann"}}))
    film = read_film(path)
    assert (film["plot"], film["genres"], film["crew"]) == ("A duel.", ("War",), ("Ann",))


@pytest.mark.parametrize(("year", "read"), [(1931, 1931), ("1931", 1931), ("31?", None), (0, None)])
def test_read_film_takes_years_as_numbers_or_texts(path, year, read):
    path.write_text(json.dumps({"year": year}))
    assert read_film(path)["year"] == read


def test_read_film_with_half_a_character_can_be_written_to_a_file(path):
    half = "half \ud83d"  # JSON escapes it, and no encoding has it
    fields = {"title": half, "plot": [half], "genres": [half], "cast": [half, {"name": half}]}
    path.write_text(json.dumps(fields))
    film = read_film(path)
    texts = [film["title"], film["plot"], *film["genres"], *film["crew"]]
    assert texts == ["half ?"] * 4
