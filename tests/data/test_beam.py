"""Records built with Apache Beam, beside those built without."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.data import write_records
from keras_genre.data.beam import write_records_with_beam

pytest.importorskip("apache_beam")

# Beam's own, and those of what it imports.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:apache_beam"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


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
