"""Posters at a store, beside the same posters here."""

import sys
from pathlib import Path

import fsspec
import pytest

from keras_genre.catalog import MovieCatalog, clean, read_poster_csv, read_tmdb_csv
from keras_genre.catalog.poster_folder import open_poster_folder
from keras_genre.errors import CatalogError, KerasGenreError

STORE = "memory://bucket/posters"


@pytest.fixture
def store(sample_films):
    """The sample films' posters at a store in memory, and the names of them."""
    catalog, _ = sample_films
    store = fsspec.filesystem("memory")
    paths = [Path(path) for path in catalog.frame["poster"] if path]
    for path in paths:
        store.pipe(f"/bucket/posters/{path.name}", path.read_bytes())
    yield [path.name for path in paths]
    store.store.clear()


def test_poster_csv_with_posters_at_a_store_is_that_of_the_same_posters_here(store, sample_csv):
    here = read_poster_csv(sample_csv)
    there = read_poster_csv(sample_csv, "memory://bucket")
    assert len(store) > 50
    names = [path and Path(path).name for path in here.frame["poster"]]
    assert there.frame["poster"].tolist() == [name and f"{STORE}/{name}" for name in names]
    assert there.notes == here.notes


def test_posters_at_a_store_are_found_by_id_and_by_whole_url(store, write_csv):
    name = store[0]
    by_id = read_poster_csv(write_csv([{"id": Path(name).stem, "genres": "War"}]), STORE)
    by_url = read_poster_csv(
        write_csv([{"id": "a", "genres": "War", "poster": f"{STORE}/{name}"}]), f"{STORE}/"
    )
    of_tmdb = read_tmdb_csv(
        write_csv([{"id": "1", "genres": "War", "poster_path": f"/{name}"}]), STORE
    )
    for catalog in (by_id, by_url, of_tmdb):
        assert catalog.frame["poster"].tolist() == [f"{STORE}/{name}"]


@pytest.mark.parametrize(
    "name", ["../other/a.jpg", "memory://bucket/other/a.jpg", "/etc/passwd", "file:///etc/passwd",
             "a/../../b.jpg", "..", STORE + "/../other/a.jpg", f"https://example.org/{STORE}/a"]
)  # fmt: skip
def test_poster_outside_its_folder_at_a_store_is_refused(store, write_csv, name):
    path = write_csv([{"id": "a", "genres": "War", "poster": name}])
    with pytest.raises(CatalogError, match=r"movie a: the poster .* lies outside memory://"):
        read_poster_csv(path, STORE)


def test_poster_that_is_not_at_the_store_counts_as_missing(store, write_csv):
    films = [{"id": "a", "genres": "War", "poster": store[0]},
             {"id": "b", "genres": "War", "poster": "gone.jpg"}]  # fmt: skip
    catalog = read_poster_csv(write_csv(films), STORE)
    assert catalog.frame["poster"].tolist() == [f"{STORE}/{store[0]}", ""]
    assert any("1 named but not there" in note for note in catalog.notes)


def test_folder_at_a_store_that_cannot_be_listed_is_named():
    with pytest.raises(CatalogError, match=r"memory://bucket/none cannot be listed"):
        open_poster_folder("memory://bucket/none")


def test_store_without_its_package_is_no_table_without_posters(write_csv, monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    path = write_csv([{"id": "a", "genres": "War", "poster": "a.jpg"}])
    with pytest.raises(KerasGenreError, match="s3fs"):
        read_poster_csv(path, "s3://bucket/posters")


def test_catalog_with_posters_at_a_store_is_saved_loaded_and_cleaned(store, write_csv, tmp_path):
    fsspec.filesystem("memory").pipe("/bucket/posters/bad.jpg", b"<html>")
    names = [store[0], "bad.jpg"]
    films = [
        {"id": name, "genres": "War", "plot": f"A long plot about {name}.", "poster": name}
        for name in names
    ]
    catalog = read_poster_csv(write_csv(films), STORE)
    for ending in ("parquet", "csv"):
        catalog.save(tmp_path / f"films.{ending}")
        loaded = MovieCatalog.load(tmp_path / f"films.{ending}")
        assert loaded.frame["poster"].tolist() == [f"{STORE}/{name}" for name in names]
    cleaned, _ = clean(catalog)
    assert cleaned.frame["poster"].tolist() == [f"{STORE}/{store[0]}", ""]
