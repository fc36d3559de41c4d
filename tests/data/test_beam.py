"""Records built with Apache Beam, beside those built without."""

import sys
from pathlib import Path

import pandas as pd
import pytest
from beam_warnings import BEAM_WARNINGS

from keras_genre.catalog import MovieCatalog
from keras_genre.data import write_records
from keras_genre.data.beam import write_records_with_beam

pytest.importorskip("apache_beam")

pytestmark = BEAM_WARNINGS


@pytest.fixture(scope="module")
def catalog(sample_films, tmp_path_factory):
    """The sample films, and one whose poster is no picture."""
    films, _ = sample_films
    page = tmp_path_factory.mktemp("posters") / "page.jpg"
    page.write_text("<html>")
    bad = pd.DataFrame(
        {"movie_id": ["bad"], "genres": [films.vocabulary.names[:1]], "poster": [str(page)]}
    ).assign(split="test", plot="A page for a poster.")
    frame = pd.concat([films.frame, bad], ignore_index=True)
    return MovieCatalog(frame, films.vocabulary, films.notes)


@pytest.fixture(scope="module")
def expected(catalog, tmp_path_factory):
    """Name and bytes of every file that `write_records` writes."""
    folder = tmp_path_factory.mktemp("expected") / "films"
    return _files(write_records(catalog, folder, poster_size=100, seed=3))


def _files(dataset):
    return {path.name: path.read_bytes() for path in Path(dataset.folder).iterdir()}


_PROCESSES = ["--runner=DirectRunner", "--direct_running_mode=multi_processing",
              "--direct_num_workers=2"]  # fmt: skip


@pytest.mark.parametrize("options", [[], _PROCESSES], ids=["one process", "two processes"])
def test_beam_writes_the_same_bytes(catalog, expected, tmp_path, options):
    dataset = write_records_with_beam(catalog, tmp_path / "films", 100, seed=3, options=options)
    assert _files(dataset) == expected
    assert "unreadable_posters.csv" in expected


def test_posters_at_a_store_give_the_same_shards(catalog, expected, tmp_path):
    import fsspec

    store = fsspec.filesystem("memory")
    for path in filter(None, catalog.frame["poster"]):
        store.pipe(f"/bucket{path}", Path(path).read_bytes())
    posters = [path and f"memory://bucket{path}" for path in catalog.frame["poster"]]
    there = MovieCatalog(catalog.frame.assign(poster=posters), catalog.vocabulary, catalog.notes)
    by_beam = _files(write_records_with_beam(there, tmp_path / "beam", 100, seed=3))
    store.store.clear()
    shards = {name for name in expected if name.endswith(".tfrecord")}
    assert len(shards) >= 3
    assert {name: by_beam[name] for name in shards} == {name: expected[name] for name in shards}


def test_beam_on_finished_records_leaves_them(catalog, tmp_path):
    records = write_records(catalog, tmp_path / "films", poster_size=100, seed=3)
    before = {path: path.stat().st_mtime_ns for path in records.folder.iterdir()}
    write_records_with_beam(catalog, tmp_path / "films", 100, seed=3)
    assert {path: path.stat().st_mtime_ns for path in records.folder.iterdir()} == before


def test_beam_that_is_not_installed_is_named_as_an_extra(catalog, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(ImportError, match=r"keras-genre\[beam\]"):
        write_records_with_beam(catalog, tmp_path / "films")
    assert not list(tmp_path.iterdir())
