import errno
import json
import os
import shutil
import tempfile
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog, catalog_csv, catalog_parquet
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

SUFFIXES = (".parquet", ".csv")
# All that UTF-8 can hold; and of its own accord Hypothesis seldom draws what is awkward in a CSV.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=10) | st.text(
    "a=+-@'\"\t\r\n\0\ufeff,;|[]{}\\ ", max_size=5
)
NAMES = TEXTS.map(str.strip).filter(bool)


@st.composite
def catalogs(draw, folder):
    """Any catalogue; posters lie inside `folder`, elsewhere, or nowhere."""
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    ids = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    inside = TEXTS.filter(lambda name: name not in ("", ".", "..") and "/" not in name)
    posters = st.just("") | inside.map(lambda name: f"{folder}/{name}")
    posters |= inside.map(lambda name: f"/elsewhere/{name}")
    films = [
        {
            "movie_id": movie_id,
            "title": draw(TEXTS),
            "plot": draw(TEXTS),
            "tagline": draw(TEXTS),
            "genres": draw(st.lists(st.sampled_from(names))),
            "poster": draw(posters),
            "year": draw(st.none() | st.integers(1, 9999)),
            "crew": draw(st.lists(TEXTS, max_size=3)),
            "split": draw(st.sampled_from(["train", "validation", "test", ""])),
        }
        for movie_id in ids
    ]
    notes = draw(st.lists(TEXTS, max_size=2))
    return MovieCatalog(pd.DataFrame(films), GenreVocabulary(names), notes)


@pytest.mark.parametrize("suffix", SUFFIXES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_catalog_saved_and_loaded_is_the_same(suffix, data, check_same):
    with tempfile.TemporaryDirectory() as folder:
        catalog = data.draw(catalogs(folder))
        catalog.save(f"{folder}/films{suffix}")
        check_same(MovieCatalog.load(f"{folder}/films{suffix}"), catalog)


@pytest.fixture(params=SUFFIXES)
def saved(request, catalog, tmp_path):
    path = tmp_path / f"films{request.param}"
    catalog.save(path)
    return path


def test_catalog_save_over_a_file_replaces_it_and_leaves_nothing_else(saved, catalog, check_same):
    there = sorted(os.listdir(saved.parent))
    other = catalog.drop_genres(["War"])
    other.save(str(saved))
    check_same(MovieCatalog.load(str(saved)), other)
    assert sorted(os.listdir(saved.parent)) == there


def test_catalog_with_its_folder_moved_finds_its_posters(saved, catalog, tmp_path):
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    shutil.move(tmp_path, moved)
    posters = MovieCatalog.load(moved / saved.name).frame["poster"].tolist()
    assert posters == [str(moved / "posters" / "tt1.jpg"), ""]


def test_catalog_loaded_by_a_relative_path_has_absolute_posters(
    saved, catalog, monkeypatch, check_same
):
    monkeypatch.chdir(saved.parent)
    check_same(MovieCatalog.load(saved.name), catalog)
    catalog.save(f"again{saved.suffix}")
    check_same(MovieCatalog.load(saved.with_stem("again")), catalog)


@pytest.mark.parametrize(
    ("poster", "stored"),
    [
        ("{folder}/../x.jpg", "{folder}/../x.jpg"),
        ("/elsewhere//x.jpg", "/elsewhere//x.jpg"),
        ("{folder}-2/x.jpg", "{folder}-2/x.jpg"),
        ("{folder}/a//x.jpg", "a/x.jpg"),
        ("{link}/a/x.jpg", "a/x.jpg"),
        ("x.jpg", "{here}/x.jpg"),
    ],
)
def test_catalog_save_stores_posters_in_the_folder_alone_as_relative(
    tmp_path, monkeypatch, poster, stored
):
    folder, link = tmp_path / "folder", tmp_path / "link"
    folder.mkdir()
    link.symlink_to(folder)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    places = {"folder": folder, "link": link, "here": tmp_path / "here"}
    frame = pd.DataFrame(
        {"movie_id": ["a"], "genres": [["War"]], "poster": [poster.format(**places)]}
    )
    through = link if "link" in poster else folder
    MovieCatalog(frame, GenreVocabulary(["War"])).save(through / "films.csv")
    assert pd.read_csv(folder / "films.csv")["poster"].tolist() == [stored.format(**places)]


def test_catalog_of_resolved_posters_saved_through_a_link_stores_them_as_relative(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    frame = pd.DataFrame(
        {"movie_id": ["a"], "genres": [["War"]], "poster": [str(tmp_path / "folder" / "x.jpg")]}
    )
    MovieCatalog(frame, GenreVocabulary(["War"])).save(tmp_path / "link" / "films.csv")
    assert pd.read_csv(tmp_path / "folder" / "films.csv")["poster"].tolist() == ["x.jpg"]


@pytest.mark.parametrize("name", ["films", "films.json", "films.parquet.gz", ".csv"])
def test_catalog_save_and_load_of_another_suffix_name_both(catalog, tmp_path, name):
    for use in (catalog.save, MovieCatalog.load):
        with pytest.raises(ValueError, match=r"\.parquet or \.csv; received .*" + name):
            use(tmp_path / name)
    assert os.listdir(tmp_path) == []


def test_catalog_suffix_in_capitals_is_understood(catalog, tmp_path, check_same):
    for name in ("FILMS.CSV", "Films.Parquet"):
        catalog.save(tmp_path / name)
        check_same(MovieCatalog.load(tmp_path / name), catalog)


# What cannot be written.


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_catalog_save_where_a_folder_has_the_name_is_refused(catalog, tmp_path, suffix):
    path = tmp_path / f"films{suffix}"
    path.mkdir()
    with pytest.raises(CatalogError, match=f"cannot be saved as {path}"):
        catalog.save(path)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_catalog_save_below_a_file_is_refused(catalog, tmp_path, suffix):
    (tmp_path / "file").write_text("mine")
    path = tmp_path / "file" / f"films{suffix}"
    with pytest.raises(CatalogError, match=f"cannot be saved as {path}"):
        catalog.save(path)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_catalog_save_on_a_full_disk_leaves_the_earlier_file(
    catalog, tmp_path, monkeypatch, suffix, check_same
):
    path = tmp_path / f"films{suffix}"
    catalog.save(path)

    def fail(content, place, **_):
        Path(place).write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(catalog_csv, "write_csv", fail)
    monkeypatch.setattr(catalog_parquet.pq, "write_table", fail)
    there = sorted(os.listdir(tmp_path))
    with pytest.raises(CatalogError, match=rf"films{suffix}.*No space left"):
        catalog.drop_genres(["War"]).save(path)
    assert sorted(os.listdir(tmp_path)) == there
    check_same(MovieCatalog.load(path), catalog)


# What cannot be read.


def test_catalog_load_of_no_file_is_refused(tmp_path):
    for suffix in SUFFIXES:
        with pytest.raises(CatalogError, match=f"no file .*films{suffix}"):
            MovieCatalog.load(tmp_path / f"films{suffix}")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_catalog_load_of_a_folder_is_refused(tmp_path, suffix):
    (tmp_path / f"films{suffix}").mkdir()
    with pytest.raises(CatalogError, match=f"films{suffix} cannot be read"):
        MovieCatalog.load(tmp_path / f"films{suffix}")


def _rewrite_parquet(path, change_table=lambda table: table, **about):
    table = pq.read_table(path)
    known = json.loads(table.schema.metadata[b"keras_genre"])
    table = change_table(table)
    table = table.replace_schema_metadata({b"keras_genre": json.dumps({**known, **about})})
    pq.write_table(table, path)


def _rewrite_metadata(path, **about):
    path = path.with_name(f"{path.name}-metadata.json")
    metadata = json.loads(path.read_text())
    metadata["keras_genre"].update(about)
    path.write_text(json.dumps(metadata))


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"format_version": 2}, "format version 2; this keras_genre reads up to 1. Upgrade"),
        ({"format_version": None}, "field 'format_version': expected 1, found None"),
        ({"genres": "War"}, "field 'genres': expected texts, found 'War'"),
        ({"genres": []}, "field 'genres': .*at least one genre"),
        ({"genres": ["War", "War"]}, "field 'genres': .*stands twice"),
        ({"genres": ["War", "Short", "Drama"]}, "Movie tt2: Unknown genre 'Sci-Fi'"),
        ({"notes": [1]}, "field 'notes': expected texts"),
    ],
)
def test_catalog_load_of_wrong_facts_names_file_and_field(saved, about, message):
    (_rewrite_parquet if saved.suffix == ".parquet" else _rewrite_metadata)(saved, **about)
    with pytest.raises(CatalogError, match=message) as caught:
        MovieCatalog.load(saved)
    assert str(saved) in str(caught.value)


def test_catalog_load_of_a_later_format_with_other_fields_says_to_upgrade(saved):
    if saved.suffix == ".parquet":
        _rewrite_parquet(saved, lambda table: table.drop_columns(["crew"]), format_version=2)
    else:
        saved.write_text("film\ntt1\n")
        _rewrite_metadata(saved, format_version=2)
    with pytest.raises(CatalogError, match="Upgrade keras_genre"):
        MovieCatalog.load(saved)
