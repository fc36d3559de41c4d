import json

import pytest
from mm_imdb_files import FILMS, film, write_raw

from keras_genre.catalog.mm_imdb import read_mm_imdb
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES


@pytest.fixture
def raw(tmp_path):
    return write_raw(tmp_path / "mmimdb")


def _row(catalog, movie_id):
    frame = catalog.frame
    return frame[frame["movie_id"] == movie_id].iloc[0]


def test_read_mm_imdb_gives_every_field_of_a_film(raw):
    film = _row(read_mm_imdb(raw), "0000011")
    assert film["title"] == "The Duel"
    assert film["plot"] == "A duel at dawn, told at length."
    assert film["year"] == 1931
    assert film["genres"] == ("Drama", "War")
    assert film["crew"] == ("Ann Ash", "Bo Birch", "Cy Cedar")
    assert film["tagline"] == ""
    assert film["poster"] == str(raw / "dataset" / "0000011.jpeg")


def test_read_mm_imdb_keeps_the_official_split_and_order_of_genres(raw):
    catalog = read_mm_imdb(raw)
    assert catalog.frame["split"].tolist() == ["train", "train", "validation", "test"]
    assert catalog.vocabulary.names == MM_IMDB_GENRES


def test_read_mm_imdb_finds_the_folder_one_level_deeper(raw):
    assert len(read_mm_imdb(raw.parent)) == len(FILMS)


def test_read_mm_imdb_between_two_folders_asks_which(raw):
    write_raw(raw.parent / "other")
    with pytest.raises(CatalogError, match="more than one folder"):
        read_mm_imdb(raw.parent)


@pytest.mark.parametrize("fields", [{}, {"plot": [], "title": "", "cast": None, "year": "?"}])
def test_read_mm_imdb_of_a_film_without_fields_keeps_it(tmp_path, fields):
    write_raw(tmp_path / "raw", [film("0000001", **fields)], posters=False)
    found = _row(read_mm_imdb(tmp_path / "raw"), "0000001")
    assert (found["title"], found["plot"], found["poster"]) == ("", "", "")
    assert found["crew"] == ()
    assert found.isna()["year"]


@pytest.mark.parametrize("year", [True, 1e400, "19999", [1999], {"a": 1}, -3, 10**30])
def test_read_mm_imdb_of_what_is_no_year_leaves_it_missing(tmp_path, year):
    write_raw(tmp_path / "raw", [film("0000001", year=year)], posters=False)
    assert _row(read_mm_imdb(tmp_path / "raw"), "0000001").isna()["year"]


def test_read_mm_imdb_drops_other_genres_and_films_without_any(tmp_path):
    films = [
        film("0000001", genres=["News", "Drama"]),
        film("0000002", genres=["News", "Adult"]),
        film("0000003", genres=[]),
    ]
    catalog = read_mm_imdb(write_raw(tmp_path / "raw", films))
    assert catalog.frame["movie_id"].tolist() == ["0000001"]
    assert catalog.frame["genres"].tolist() == [("Drama",)]
    notes = "\n".join(catalog.notes)
    assert "dropped: Adult (1), News (2)" in notes
    assert "2 films without any of the 23 genres left out" in notes


def test_read_mm_imdb_does_not_count_posters_of_films_that_it_leaves_out(tmp_path):
    films = [film("0000001"), film("0000002", genres=["News"]), film("0000003")]
    folder = write_raw(tmp_path / "raw", films)
    (folder / "dataset" / "0000003.jpeg").unlink()
    catalog = read_mm_imdb(folder)
    assert "1 posters found, 1 films without" in catalog.notes
    assert catalog.frame["poster"].map(bool).tolist() == [True, False]


def test_read_mm_imdb_of_films_without_any_genre_is_an_error(tmp_path):
    write_raw(tmp_path / "raw", [film("0000001", genres=["News"])])
    with pytest.raises(CatalogError, match="no film has one of the 23 genres"):
        read_mm_imdb(tmp_path / "raw")


def test_read_mm_imdb_of_a_part_says_that_sizes_are_not_official(raw):
    assert read_mm_imdb(raw).notes[0] == (
        "not the official sizes: train 2 of 15,552, validation 1 of 2,608, test 1 of 7,799"
    )


def test_read_mm_imdb_of_official_sizes_says_so(raw, monkeypatch):
    sizes = {"train": 2, "validation": 1, "test": 1}
    monkeypatch.setattr("keras_genre.catalog.mm_imdb_splits.OFFICIAL_SIZES", sizes)
    assert read_mm_imdb(raw).notes[0] == "official split, all 4 films"


def test_read_mm_imdb_counts_files_of_no_split_and_missing_posters(raw):
    (raw / "dataset" / "0000099.json").write_text("{}")
    (raw / "dataset" / "._0000098.json").write_text("{}")
    (raw / "dataset" / "0000022.jpeg").unlink()
    notes = "\n".join(read_mm_imdb(raw).notes)
    assert "1 JSON files in no split left out" in notes
    assert "3 posters found, 1 films without" in notes


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"{", "no readable JSON"),
        (b"\xff\xfe\x00", "no readable JSON"),
        (b"[" * 100_000, "no readable JSON"),
        (b"[]", "expected a JSON object"),
        (b'{"genres": [1]}', "'genres': expected a text, or a list of texts; received 1"),
        (b'{"genres": {"a": 1}}', "'genres'"),
        (b'{"genres": ["Drama"], "plot": [["a"]]}', "'plot'"),
        (b'{"genres": ["Drama"], "cast": [{"name": 3}]}', "'cast'"),
        (b'{"genres": ["Drama"], "writer": [7]}', "'writer'"),
    ],
)
def test_read_mm_imdb_of_a_damaged_film_names_file_and_field(raw, content, told):
    path = raw / "dataset" / "0000033.json"
    path.write_bytes(content)
    with pytest.raises(CatalogError) as error:
        read_mm_imdb(raw)
    assert str(path) in str(error.value)
    assert told in str(error.value)


def test_read_mm_imdb_of_a_film_that_is_no_file_names_it(raw):
    path = raw / "dataset" / "0000033.json"
    path.unlink()
    path.mkdir()
    with pytest.raises(CatalogError, match=r"0000033\.json cannot be read: Is a directory"):
        read_mm_imdb(raw)


def test_read_mm_imdb_with_a_film_missing_names_one_and_counts(raw):
    for movie_id in ("0000022", "0000044"):
        (raw / "dataset" / f"{movie_id}.json").unlink()
    with pytest.raises(CatalogError, match=r"2 of the 4 films .* 0000022\.json"):
        read_mm_imdb(raw)


@pytest.mark.parametrize(
    ("splits", "told"),
    [
        ({"train": ["1"], "dev": ["1"], "test": []}, "1 stands twice, in train and validation"),
        ({"train": ["1", "1"], "dev": [], "test": []}, "1 stands twice, in train and train"),
        ({"train": ["1"], "dev": []}, "the keys train, dev, test; received ['dev', 'train']"),
        ({"train": "1", "dev": [], "test": []}, "'train': expected a list of film ids"),
        ({"train": [1], "dev": [], "test": []}, "expected film ids as strings"),
        ({"train": ["../1"], "dev": [], "test": []}, "received '../1'"),
        ({"train": [""], "dev": [], "test": []}, "received ''"),
        ({"train": [], "dev": [], "test": []}, "names no film"),
        (["train"], "received list"),
    ],
)
def test_read_mm_imdb_of_wrong_splits_says_what_is_wrong(raw, splits, told):
    (raw / "split.json").write_text(json.dumps(splits))
    with pytest.raises(CatalogError) as error:
        read_mm_imdb(raw)
    assert told in str(error.value)
    assert str(raw / "split.json") in str(error.value)


def test_read_mm_imdb_without_split_file_or_dataset_says_what_is_expected(tmp_path, raw):
    with pytest.raises(CatalogError, match="is no folder"):
        read_mm_imdb(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CatalogError, match=r"has no split\.json"):
        read_mm_imdb(tmp_path / "empty")
    (raw / "dataset").rename(raw / "films")
    with pytest.raises(CatalogError, match="dataset cannot be read"):
        read_mm_imdb(raw)


def test_read_mm_imdb_takes_no_poster_from_outside(raw, tmp_path):
    (tmp_path / "secret").write_bytes(b"x")
    poster = raw / "dataset" / "0000011.jpeg"
    poster.unlink()
    poster.symlink_to(tmp_path / "secret")
    with pytest.raises(CatalogError, match="lies outside"):
        read_mm_imdb(raw)
