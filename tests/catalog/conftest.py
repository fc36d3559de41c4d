"""A small catalogue, what makes two catalogues the same, and CSV files of films."""

import csv

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from keras_genre.catalog import MovieCatalog
from keras_genre.genres import GenreVocabulary


@pytest.fixture
def catalog(tmp_path):
    """Two films whose vocabulary is in no alphabetical order and has a genre without a film."""
    frame = pd.DataFrame(
        {
            "movie_id": ["tt1", "tt2"],
            "title": ["=cmd|' /C calc'!A0", "Two"],
            "plot": ["A \x00 \"quoted\"\nplot; with 'all', of it.", ""],
            "genres": [["War", "Drama"], ["Sci-Fi"]],
            "poster": [str(tmp_path / "posters" / "tt1.jpg"), ""],
            "year": [1999, None],
            "crew": [["Ann|a", "Bo"], []],
            "split": ["train", ""],
        }
    )
    return MovieCatalog(frame, GenreVocabulary(["War", "Short", "Drama", "Sci-Fi"]), ["a «note»"])


@pytest.fixture(scope="session")
def check_same():
    """Check that two catalogues are the same to the last bit."""

    def check(catalog, other):
        pd.testing.assert_frame_equal(catalog.frame, other.frame, check_exact=True)
        for column in ("genres", "crew"):
            assert catalog.frame[column].tolist() == other.frame[column].tolist()
            assert all(isinstance(names, tuple) for names in other.frame[column])
        assert catalog.vocabulary == other.vocabulary
        assert catalog.notes == other.notes

    return check


@pytest.fixture(scope="session")
def write_table():
    """Write dicts, one a row, as a CSV file."""

    def write(path, rows):
        with open(path, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
            writer.writeheader()
            writer.writerows(rows)

    return write


@pytest.fixture
def write_csv(tmp_path, write_table):
    """Write dicts, one a row, or the whole text, as a CSV file of some name."""

    def write(rows, name="films.csv"):
        path = tmp_path / name
        if isinstance(rows, str):
            path.write_bytes(rows.encode())
        else:
            write_table(path, rows)
        return path

    return write


@pytest.fixture(scope="session")
def smooth_picture():
    """A picture of soft colours that is like that of no other seed."""

    def make(seed):
        colors = np.random.default_rng(seed).integers(0, 256, (12, 8, 3), "uint8")
        return Image.fromarray(colors).resize((160, 240), Image.Resampling.BICUBIC)

    return make
