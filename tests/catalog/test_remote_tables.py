"""Tables at a store, beside the same tables here."""

import sys
from pathlib import Path

import fsspec
import pytest

from keras_genre.catalog import MovieCatalog, read_labels, read_poster_csv, read_tmdb_csv
from keras_genre.errors import CatalogError, MissingPackageError

BUCKET = "memory://bucket/films"


@pytest.fixture
def put():
    """Write a file of some name at a store in memory, and give its URL."""
    store = fsspec.filesystem("memory")

    def write(name, content):
        store.pipe(f"/bucket/films/{name}", content)
        return f"{BUCKET}/{name}"

    yield write
    store.store.clear()


@pytest.fixture
def sample_at_store(put, sample_csv):
    """The table of the sample films and their posters at a store."""
    folder = Path(sample_csv).parent
    for path in folder.rglob("*.jpg"):
        put(path.relative_to(folder).as_posix(), path.read_bytes())
    return put("movies.csv", Path(sample_csv).read_bytes())


def check_same_but_for_the_place(there, here, folder):
    posters = [
        poster and f"{BUCKET}/{Path(poster).relative_to(folder)}" for poster in here["poster"]
    ]
    assert any(posters)
    assert there["poster"].tolist() == posters
    assert there.drop(columns="poster").equals(here.drop(columns="poster"))


def test_poster_csv_at_a_store_is_the_same_one_here_with_its_posters(sample_at_store, sample_csv):
    here, there = read_poster_csv(sample_csv), read_poster_csv(sample_at_store)
    assert there.notes == here.notes
    check_same_but_for_the_place(there.frame, here.frame, Path(sample_csv).parent)


@pytest.mark.parametrize("kind", ["text", "path"])
def test_table_at_a_file_url_is_that_of_the_path(write_csv, kind):
    path = write_csv([{"id": "a", "genres": "War"}])
    url = f"file://{path}" if kind == "text" else path.as_uri()
    assert read_poster_csv([url]).frame.equals(read_poster_csv([path]).frame)
    assert read_labels(url) == {"a": ("War",)}


def test_table_in_another_encoding_at_a_store_is_recognised(put):
    catalog = read_poster_csv(put("été.csv", "titre;genres\nété;War\n".encode("cp1252")))
    assert catalog.frame["movie_id"].tolist() == ["été-1"]
    assert any("read as Windows-1252" in note for note in catalog.notes)


def test_tmdb_csv_at_a_store_finds_its_folder_of_posters(put):
    url = put("tmdb.csv", b"id,genres,poster_path\n1,War,/a.jpg\n2,War,/gone.jpg\n3,War,\n")
    put("posters/a.jpg", b"a")
    put("posters/3.jpg", b"b")
    posters = read_tmdb_csv(url).frame["poster"].tolist()
    assert posters == [f"{BUCKET}/posters/a.jpg", "", f"{BUCKET}/posters/3.jpg"]


def test_tmdb_csv_at_a_store_without_posters_is_read_as_one_here(put):
    url = put("tmdb.csv", b"id,genres,poster_path\n1,War,/a.jpg\n")
    catalog = read_tmdb_csv(url)
    assert catalog.frame["poster"].tolist() == [""]
    assert any(f"no poster of 'poster_path' is in {BUCKET}" in note for note in catalog.notes)


def test_poster_csv_at_a_store_whose_posters_are_elsewhere_asks_for_their_folder(put):
    url = put("films.csv", b"id,genres,poster\na,War,a.jpg\n")
    with pytest.raises(CatalogError, match=rf"{url} names 1 posters.*\(--posters\)"):
        read_poster_csv(url)


def test_table_that_is_not_at_the_store_is_named(put):
    with pytest.raises(CatalogError, match=rf"There is no file {BUCKET}/gone\.csv"):
        read_poster_csv(f"{BUCKET}/gone.csv")


def test_fault_in_a_table_at_a_store_names_address_and_line(put):
    url = put("films.csv", b"id,genres\na,War\nb,War,more\n")
    with pytest.raises(CatalogError, match=rf"{url}, line 3 has 3 cells"):
        read_poster_csv(url)
    binary = put("films.bin", b"\x89PNG\r\n\x1a\n")
    with pytest.raises(CatalogError, match=rf"{binary} is no text"):
        read_poster_csv(binary)


def test_table_at_a_store_without_its_package_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(MissingPackageError, match=r"s3://bucket/films\.csv .*s3fs"):
        read_poster_csv("s3://bucket/films.csv")


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_saved_catalogue_copied_to_a_store_is_loaded_with_its_posters(
    put, catalog, tmp_path, check_same, ending
):
    (tmp_path / "posters").mkdir()
    (tmp_path / "posters" / "tt1.jpg").write_bytes(b"x")
    catalog.save(tmp_path / f"films.{ending}")
    for path in tmp_path.glob("films.*"):
        put(path.name, path.read_bytes())
    loaded = MovieCatalog.load(f"{BUCKET}/films.{ending}")
    moved = catalog.frame.assign(poster=[f"{BUCKET}/posters/tt1.jpg", ""])
    check_same(loaded, MovieCatalog(moved, catalog.vocabulary, catalog.notes))


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_saved_catalogue_that_is_not_at_the_store_is_named(put, ending):
    with pytest.raises(CatalogError, match=rf"There is no file {BUCKET}/films\.{ending}"):
        MovieCatalog.load(f"{BUCKET}/films.{ending}")


def test_csv_catalogue_at_a_store_without_its_metadata_says_so(put, catalog, tmp_path):
    catalog.save(tmp_path / "films.csv")
    url = put("films.csv", (tmp_path / "films.csv").read_bytes())
    loaded = MovieCatalog.load(url)
    assert list(loaded.vocabulary) == ["Drama", "Sci-Fi", "War"]
    assert any("no films.csv-metadata.json beside it" in note for note in loaded.notes)


def test_catalogue_is_not_saved_at_a_store(catalog):
    with pytest.raises(ValueError, match=r"of this machine; received 's3://bucket/films\.csv'"):
        catalog.save("s3://bucket/films.csv")
