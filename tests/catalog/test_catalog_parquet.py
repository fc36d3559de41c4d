import tempfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary


def test_catalog_load_of_a_truncated_parquet_file_is_refused(catalog, tmp_path):
    path = tmp_path / "films.parquet"
    catalog.save(path)
    content = path.read_bytes()
    for size in (0, 3, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:size])
        with pytest.raises(CatalogError, match=r"films\.parquet cannot be read as a Parquet"):
            MovieCatalog.load(path)


def test_catalog_load_of_a_parquet_file_with_a_bit_turned_in_a_cell_is_refused(catalog, tmp_path):
    path = tmp_path / "films.parquet"
    catalog.save(path)
    content = bytearray(path.read_bytes())
    place = content.index(b"plot; with")
    content[place] ^= 1
    path.write_bytes(content)
    with pytest.raises(CatalogError, match=r"films\.parquet cannot be read as a Parquet"):
        MovieCatalog.load(path)


def test_catalog_load_of_a_parquet_file_with_a_damaged_name_is_refused(catalog, tmp_path):
    path = tmp_path / "films.parquet"
    catalog.save(path)
    path.write_bytes(path.read_bytes().replace(b"tagline", b"tagl\xffne"))
    with pytest.raises(CatalogError, match=r"films\.parquet cannot be read as a Parquet"):
        MovieCatalog.load(path)


@settings(max_examples=80, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), mask=st.integers(1, 255))
def test_catalog_load_of_any_damage_gives_a_catalog_or_a_catalog_error(place, mask):
    frame = pd.DataFrame({"movie_id": ["a", "b"], "genres": [["War"], ["Drama"]]})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "films.parquet")
        MovieCatalog(frame, GenreVocabulary(["War", "Drama"])).save(path)
        content = bytearray(path.read_bytes())
        content[int(place * len(content))] ^= mask
        path.write_bytes(content)
        try:
            num_films = len(MovieCatalog.load(path))
        except CatalogError:
            return
    assert num_films == 2


def _rewrite(path, change):
    """Change the table, and keep what the file says about it."""
    table = pq.read_table(path)
    pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda t: t.drop_columns(["plot"]),
            "field 'plot': expected large_string not null, found none",
        ),
        (
            lambda t: t.set_column(6, "year", pa.array(["1999", "soon"])),
            "field 'year': expected int64, found string",
        ),
        (
            lambda t: t.set_column(4, "genres", pa.array(["War", "Drama"])),
            "field 'genres': expected .*list",
        ),
    ],
)
def test_catalog_load_of_a_parquet_file_with_another_field_names_it(
    catalog, tmp_path, change, message
):
    catalog.save(tmp_path / "films.parquet")
    _rewrite(tmp_path / "films.parquet", change)
    with pytest.raises(CatalogError, match=f"films.parquet, {message}"):
        MovieCatalog.load(tmp_path / "films.parquet")


def test_catalog_load_of_a_parquet_file_that_lost_a_film_is_refused(catalog, tmp_path):
    catalog.save(tmp_path / "films.parquet")
    _rewrite(tmp_path / "films.parquet", lambda table: table.slice(0, 1))
    with pytest.raises(CatalogError, match=r"films\.parquet, .*'num_films': 2 films .*found 1"):
        MovieCatalog.load(tmp_path / "films.parquet")


@pytest.mark.parametrize("metadata", [{}, {b"keras_genre": b"{"}, {b"keras_genre": b"\xff"}])
def test_catalog_load_of_a_parquet_file_without_its_metadata_is_refused(
    catalog, tmp_path, metadata
):
    path = tmp_path / "films.parquet"
    catalog.save(path)
    pq.write_table(pq.read_table(path).replace_schema_metadata(metadata), path)
    with pytest.raises(CatalogError, match=r"films.parquet says nothing .*'keras_genre'"):
        MovieCatalog.load(path)
