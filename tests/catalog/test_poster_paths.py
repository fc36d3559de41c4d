import pytest

from keras_genre.catalog import read_poster_csv
from keras_genre.errors import CatalogError


def _posters(catalog):
    return catalog.frame["poster"].tolist()


def test_read_poster_csv_coursework_shape_finds_posters_by_id(write_csv, tmp_path):
    posters = tmp_path / "Images"
    posters.mkdir()
    (posters / "tt1.jpg").write_bytes(b"x")
    (posters / "tt3.png").write_bytes(b"x")
    path = write_csv([{"Id": f"tt{n}", "Genre": "['Drama', 'War']"} for n in (1, 2, 3)])
    catalog = read_poster_csv(path, posters)
    expected = [str(posters / "tt1.jpg"), "", str(posters / "tt3.png")]
    assert _posters(catalog) == expected
    assert any("2 posters found, 1 films without" in note for note in catalog.notes)


@pytest.fixture
def poster_folder(tmp_path):
    """`posters/` with a poster and a link out of it, and a file beside the folder."""
    folder = tmp_path / "posters"
    folder.mkdir()
    (folder / "in.jpg").write_bytes(b"x")
    (tmp_path / "out.jpg").write_bytes(b"x")
    (folder / "link.jpg").symlink_to(tmp_path / "out.jpg")
    (folder / "inner.jpg").symlink_to("in.jpg")
    return folder


def _with_poster(write_csv, *names):
    return write_csv(
        [{"id": f"tt{n}", "genres": "Drama", "poster": name} for n, name in enumerate(names)]
    )


def test_read_poster_csv_poster_files_not_there_count_as_missing(write_csv, poster_folder):
    names = ("in.jpg", "gone.jpg", "", "x" * 300 + ".jpg", "a\0b.jpg", ".", "inner.jpg")
    catalog = read_poster_csv(_with_poster(write_csv, *names), poster_folder)
    there = str(poster_folder / "in.jpg")
    assert _posters(catalog) == [there, "", "", "", "", "", there]
    note = "films.csv: 2 posters found, 1 films without, 4 named but not there (counted as missing)"
    assert note in catalog.notes


def test_read_poster_csv_poster_paths_are_relative_to_the_csv_by_default(write_csv, poster_folder):
    catalog = read_poster_csv(_with_poster(write_csv, "posters/in.jpg"))
    assert _posters(catalog) == [str(poster_folder / "in.jpg")]


@pytest.mark.parametrize("name", ["../out.jpg", "a/../../out.jpg", "{tmp}/out.jpg", "link.jpg"])
def test_read_poster_csv_poster_outside_its_folder_is_refused(
    write_csv, poster_folder, tmp_path, name
):
    name = name.format(tmp=tmp_path)
    path = _with_poster(write_csv, "in.jpg", name)
    with pytest.raises(CatalogError, match=r"movie tt1: the poster .* lies outside") as caught:
        read_poster_csv(path, poster_folder)
    assert name in str(caught.value)


def test_read_poster_csv_id_that_leads_out_of_the_folder_is_refused(write_csv, poster_folder):
    path = write_csv([{"id": "../out", "genres": "Drama"}])
    with pytest.raises(CatalogError, match="lies outside"):
        read_poster_csv(path, poster_folder)


def test_read_poster_csv_no_named_poster_found_is_refused(write_csv, tmp_path):
    path = _with_poster(write_csv, "a.jpg", "b.jpg")
    with pytest.raises(CatalogError, match=r"names 2 posters, but none .*'a\.jpg'"):
        read_poster_csv(path, tmp_path)
    with pytest.raises(CatalogError, match="There is no folder"):
        read_poster_csv(path, tmp_path / "elsewhere")


def test_read_poster_csv_no_poster_found_by_id_is_refused(write_csv, tmp_path):
    path = write_csv([{"id": "tt1", "genres": "Drama"}])
    with pytest.raises(CatalogError, match=r"No film .* has a poster .*tt1\.jpg"):
        read_poster_csv(path, tmp_path / "elsewhere")
