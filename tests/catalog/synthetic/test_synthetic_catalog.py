import csv
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from keras_genre.catalog import MovieCatalog, read_poster_csv
from keras_genre.catalog.synthetic import make_catalog, make_synthetic_catalog
from keras_genre.errors import CatalogError


def files_of(folder):
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(folder):
    with open(folder / "movies.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_make_catalog_writes_a_csv_that_equals_the_catalog(made):
    folder, catalog, truth = made
    assert isinstance(catalog, MovieCatalog)
    rows, frame = rows_of(folder), catalog.frame
    columns = ["movie_id", "title", "year", "plot", "genres", "poster", "crew", "split"]
    assert list(rows[0]) == columns
    assert len(rows) == len(frame) == 60
    for row, film in zip(rows, frame.itertuples(), strict=True):
        for column in ("movie_id", "title", "plot", "split"):
            assert row[column] == getattr(film, column)
        assert int(row["year"]) == film.year
        assert tuple(row["genres"].split("|")) == film.genres
        assert tuple(row["crew"].split("|")) == film.crew
        assert film.poster == (str(folder / row["poster"]) if row["poster"] else "")
    assert catalog.vocabulary == truth.vocabulary
    np.testing.assert_array_equal(catalog.labels(), truth.labels)
    assert tuple(frame["movie_id"]) == truth.movie_ids
    assert tuple(frame["split"]) == truth.splits


def test_make_catalog_leaves_out_what_the_truth_says_is_missing(made):
    folder, catalog, truth = made
    frame = catalog.frame
    np.testing.assert_array_equal(frame["plot"] != "", truth.has_plot)
    np.testing.assert_array_equal(frame["poster"] != "", truth.has_poster)
    assert 0 < (~truth.has_plot).sum() + (~truth.has_poster).sum() < 30
    drawn = {path.stem for path in (folder / "posters").iterdir()}
    assert drawn == set(frame["movie_id"][truth.has_poster])
    for poster in frame["poster"][truth.has_poster]:
        with Image.open(poster) as image:
            assert (image.format, image.size) == ("JPEG", (192, 288))


def test_make_catalog_deals_splits_and_writes_no_text_twice(made):
    _, catalog, truth = made
    counts = [truth.splits.count(split) for split in ("train", "validation", "test")]
    assert counts == [42, 9, 9]
    frame = catalog.frame
    assert frame["title"].is_unique
    assert frame["plot"][truth.has_plot].is_unique
    assert frame["movie_id"].is_unique


def test_make_catalog_of_texts_that_repeat_writes_until_they_are_new(tmp_path, monkeypatch):
    monkeypatch.setattr(make_catalog, "write_title", lambda rng: f"Part {rng.integers(9)}")
    monkeypatch.setattr(make_catalog, "write_plot", lambda a, b, rng: f"Plot {rng.integers(9)}.")
    _, truth = make_synthetic_catalog(tmp_path / "films", num_films=8)
    rows = rows_of(tmp_path / "films")
    assert len({row["title"] for row in rows}) == 8
    assert len({row["plot"] for row in rows} - {""}) == truth.has_plot.sum()


def test_make_catalog_of_a_title_like_a_formula_writes_it_inert(tmp_path, monkeypatch):
    monkeypatch.setattr(make_catalog, "write_title", lambda rng: f"=Part {rng.integers(9)}")
    catalog, _ = make_synthetic_catalog(tmp_path / "films", num_films=3)
    assert all(row["title"].startswith("'=Part ") for row in rows_of(tmp_path / "films"))
    read = read_poster_csv(tmp_path / "films" / "movies.csv")
    assert read.frame["title"].tolist() == catalog.frame["title"].tolist()


@pytest.mark.parametrize("workers", [1, 5])
def test_make_catalog_of_equal_seed_writes_equal_bytes(made, tmp_path, monkeypatch, workers):
    monkeypatch.setattr(make_catalog, "_WORKERS", workers)
    make_synthetic_catalog(tmp_path / "films", num_films=60, seed=3)
    assert files_of(tmp_path / "films") == files_of(made[0])


def test_make_catalog_of_another_seed_makes_other_films(made, tmp_path):
    catalog, truth = make_synthetic_catalog(tmp_path / "films", num_films=60, seed=4)
    assert set(catalog.frame["plot"]) & set(made[1].frame["plot"]) <= {""}
    assert (truth.cues != made[2].cues).any()


def test_make_catalog_in_a_relative_folder_gives_absolute_posters(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    catalog, _ = make_synthetic_catalog("deep/down/films", num_films=3)
    posters = [Path(poster) for poster in catalog.frame["poster"] if poster]
    assert posters
    assert all(poster.is_absolute() and poster.is_file() for poster in posters)


def test_make_catalog_of_one_film_is_a_catalogue(tmp_path):
    catalog, truth = make_synthetic_catalog(tmp_path / "films", num_films=1)
    assert len(catalog) == len(truth.movie_ids) == 1
    assert truth.splits == ("train",)


def test_make_catalog_reports_progress_after_each_film(tmp_path):
    calls = []
    make_synthetic_catalog(tmp_path / "films", 5, progress=lambda *call: calls.append(call))
    assert calls == [(done, 5) for done in range(1, 6)]


@pytest.mark.parametrize("kind", ["full folder", "file", "dangling link"])
def test_make_catalog_where_something_is_refuses_and_leaves_it(tmp_path, kind):
    there = tmp_path / "films"
    if kind == "file":
        there.write_text("mine")
    elif kind == "dangling link":
        there.symlink_to(tmp_path / "nowhere")
    else:
        there.mkdir()
        (there / "notes.txt").write_text("mine")
    before = files_of(tmp_path)
    with pytest.raises(CatalogError, match=r"films exists already.*another place"):
        make_synthetic_catalog(there, num_films=2)
    assert files_of(tmp_path) == before
    assert [path.name for path in tmp_path.iterdir()] == ["films"]


def test_make_catalog_into_folder_made_meanwhile_refuses_and_leaves_it(tmp_path):
    def meddle(done, total):
        (tmp_path / "films").mkdir(exist_ok=True)
        (tmp_path / "films" / "notes.txt").write_text("mine")

    with pytest.raises(CatalogError, match="exists already"):
        make_synthetic_catalog(tmp_path / "films", num_films=3, progress=meddle)
    assert [path.name for path in tmp_path.iterdir()] == ["films"]
    assert [path.name for path in (tmp_path / "films").iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("error", "raised", "message"),
    [
        (
            OSError(28, "No space left on device"),
            CatalogError,
            "No space left.*name another folder",
        ),
        (RuntimeError("the brush broke"), RuntimeError, "the brush broke"),
        (KeyboardInterrupt("stopped"), KeyboardInterrupt, "stopped"),
    ],
)
def test_make_catalog_that_fails_midway_leaves_nothing(
    tmp_path, monkeypatch, error, raised, message
):
    drawn, draw = [], make_catalog.draw_poster

    def failing(*args):
        drawn.append(args)
        if len(drawn) > 6:
            time.sleep(0.02)
            raise error
        return draw(*args)

    monkeypatch.setattr(make_catalog, "draw_poster", failing)
    with pytest.raises(raised, match=message):
        make_synthetic_catalog(tmp_path / "films", num_films=300)
    assert not list(tmp_path.iterdir())
    assert 6 < len(drawn) < 200  # the rest was not begun


def test_make_catalog_that_fails_in_progress_stops_and_leaves_nothing(tmp_path, monkeypatch):
    drawn, draw = [], make_catalog.draw_poster
    stopping = threading.Event()

    def slow(*args):
        drawn.append(args)
        if len(drawn) > 6:
            stopping.wait(10)
            time.sleep(0.02)
        return draw(*args)

    def stop(done, total):
        stopping.set()
        raise RuntimeError("enough")

    monkeypatch.setattr(make_catalog, "draw_poster", slow)

    with pytest.raises(RuntimeError, match="enough"):
        make_synthetic_catalog(tmp_path / "films", num_films=150, progress=stop)
    assert not list(tmp_path.iterdir())
    assert len(drawn) < 75


def test_make_catalog_where_no_folder_can_be_is_refused(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CatalogError, match=r"Cannot write to .*file"):
        make_synthetic_catalog(tmp_path / "file" / "films", num_films=2)


@pytest.mark.parametrize("arguments", [{"num_films": 0}, {"num_films": 2.5}, {"seed": -1}])
def test_make_catalog_of_impossible_number_is_refused(tmp_path, arguments):
    (name,) = arguments
    with pytest.raises(ValueError, match=f"`{name}` as an integer of at least"):
        make_synthetic_catalog(tmp_path / "films", **arguments)
    assert not list(tmp_path.iterdir())


def test_synthetic_room_imports_without_tensorflow():
    code = "import sys, keras_genre.catalog.synthetic; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
