import pytest

from keras_genre.catalog import read_labels
from keras_genre.errors import CatalogError


def _write(tmp_path, *lines):
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_labels_of_a_table_are_read_without_plots_and_posters(tmp_path):
    path = _write(
        tmp_path, "tmdb_id,what", "5,Comedy| Crime", "6,", "7,drama", "8,Drama", "9,Drama"
    )
    labels = read_labels(path, {"genres": "what"})
    assert labels == {"5": ("Comedy", "Crime"), "7": ("Drama",), "8": ("Drama",), "9": ("Drama",)}


def test_labels_that_repeat_a_film_count_once(tmp_path):
    path = _write(tmp_path, "id,genres", "5,Comedy|Crime", "5,Crime|Comedy")
    assert read_labels(path) == {"5": ("Comedy", "Crime")}


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["id,genres", "5,Comedy", "5,Crime"], "line 3: movie 5 stands twice .*Comedy, and Crime"),
        (["name,genres", "5,Comedy"], "no column of ids.*--id-column"),
        (["id,genres", "5,"], "no film with an id and a genre"),
    ],
)
def test_labels_that_cannot_be_read_name_the_file(tmp_path, lines, message):
    path = _write(tmp_path, *lines)
    with pytest.raises(CatalogError, match=f"labels.csv.*{message}"):
        read_labels(path)
