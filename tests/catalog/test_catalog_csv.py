import csv
import json
import tempfile

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog, read_poster_csv
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

# Hypothesis seldom draws of its own accord what is awkward in a list within a CSV.
NAMES = st.text(st.characters(codec="utf-8"), max_size=8) | st.text("a=-'\"\r\n ,;|[({", max_size=4)
NAMES = NAMES.map(str.strip).filter(bool)


@pytest.fixture
def saved_csv(catalog, tmp_path):
    catalog.save(tmp_path / "films.csv")
    return tmp_path / "films.csv"


def test_catalog_saved_as_csv_is_for_people(saved_csv):
    lines = saved_csv.read_bytes().decode().split("\n")
    assert lines[0] == "movie_id,title,plot,tagline,genres,poster,year,crew,split"
    assert lines[1].startswith("tt1,'=cmd|' /C calc'!A0,")
    assert lines[2].endswith(',,War|Drama,posters/tt1.jpg,1999,"[""Ann|a"", ""Bo""]",train')
    assert lines[3:] == ["tt2,Two,,,Sci-Fi,,,,", ""]
    metadata = json.loads((saved_csv.parent / "films.csv-metadata.json").read_text())
    assert metadata["@context"] == "http://www.w3.org/ns/csvw"
    assert metadata["url"] == "films.csv"


def test_catalog_saved_as_csv_gives_the_same_films_to_read_poster_csv(saved_csv, catalog):
    (saved_csv.parent / "posters").mkdir()
    (saved_csv.parent / "posters" / "tt1.jpg").write_bytes(b"x")
    read = read_poster_csv(saved_csv, vocabulary=catalog.vocabulary)
    pd.testing.assert_frame_equal(read.frame, catalog.frame)
    assert "films.csv: 1 films read without an apostrophe before what looks like a formula" in (
        read.notes
    )


@settings(max_examples=60, deadline=None)
@given(names=st.lists(NAMES, min_size=1, max_size=3, unique=True))
def test_catalog_saved_as_csv_gives_any_genres_to_read_poster_csv(names):
    vocabulary = GenreVocabulary(names)
    frame = pd.DataFrame({"movie_id": ["a"], "genres": [names]})
    with tempfile.TemporaryDirectory() as folder:
        MovieCatalog(frame, vocabulary).save(f"{folder}/films.csv")
        read = read_poster_csv(f"{folder}/films.csv", vocabulary=vocabulary)
    assert read.frame["genres"].tolist() == [tuple(names)]


def test_catalog_load_of_a_csv_without_its_metadata_finds_the_genres(saved_csv, catalog):
    (saved_csv.parent / "films.csv-metadata.json").unlink()
    found = MovieCatalog.load(saved_csv)
    assert found.vocabulary.names == ("Drama", "Sci-Fi", "War")
    assert len(found.notes) == 1
    assert "no films.csv-metadata.json beside it" in found.notes[0]
    assert found.frame["genres"].tolist() == [("Drama", "War"), ("Sci-Fi",)]
    same = ["movie_id", "title", "plot", "tagline", "poster", "year", "crew", "split"]
    pd.testing.assert_frame_equal(found.frame[same], catalog.frame[same])


def test_catalog_load_of_a_csv_from_a_european_spreadsheet_is_the_same(
    saved_csv, catalog, check_same
):
    with open(saved_csv, encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with open(saved_csv, "w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    check_same(MovieCatalog.load(saved_csv), catalog)


@pytest.mark.parametrize(
    ("find", "replace", "message"),
    [
        (b",1999,", b",soon,", "line 2, movie tt1: cannot read the year 'soon'"),
        (b",1999,", b",19990,", "line 2, movie tt1: cannot read the year '19990'"),
        (b'"[""Ann|a"", ""Bo""]"', b'"[""Ann"', "line 2, movie tt1: cannot read the crew"),
        (b",Sci-Fi,", b",[1],", "movie tt2: cannot read the genres"),
        (b"Sci-Fi", b"Sci", "Movie tt2: Unknown genre 'Sci'"),
        (b"\ntt2", b"\ntt1", "movie_id 'tt1' stands 2 times"),
        (b",train", b",holdout", "Unknown split 'holdout' in movie tt1"),
        (b"posters/", b"../", r"movie tt1: the poster '\.\./tt1.jpg' leads out of"),
        (b",crew,", b",cast,", "has no column 'crew'"),
        (b",Two,", b',"Two,', "line 4: the row that begins here cannot be read"),
    ],
)
def test_catalog_load_of_a_csv_with_a_wrong_cell_names_file_and_film(
    saved_csv, find, replace, message
):
    content = saved_csv.read_bytes()
    assert content.count(find) == 1
    saved_csv.write_bytes(content.replace(find, replace))
    with pytest.raises(CatalogError, match=message) as caught:
        MovieCatalog.load(saved_csv)
    assert str(saved_csv) in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "field 'keras_genre': expected an object, found None"),
        ('{"keras_genre": 1}', "field 'keras_genre': expected an object, found 1"),
    ],
)
def test_catalog_load_of_a_csv_with_damaged_metadata_names_that_file(saved_csv, content, message):
    (saved_csv.parent / "films.csv-metadata.json").write_text(content)
    with pytest.raises(CatalogError, match=f"films.csv-metadata.json.*{message}"):
        MovieCatalog.load(saved_csv)
