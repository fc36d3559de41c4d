import csv

import pytest

from keras_genre.catalog import read_poster_csv
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary


@pytest.fixture
def write(tmp_path):
    """Write a header and rows of cells, parted by spaces, as a CSV file."""

    def call(header, *rows):
        path = tmp_path / "films.csv"
        with open(path, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(row.split(" ") for row in (header, *rows))
        return path

    return call


def _genres(catalog):
    return catalog.frame["genres"].tolist()


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("1.0", "0.0"), ("True", "False"), ("TRUE", "no"), ("yes", "No")]
)
def test_read_poster_csv_01_columns_named_as_genres_are_genres(write, yes, no):
    path = write("id War Drama", f"a {yes} {no}", f"b {yes} {yes}")
    catalog = read_poster_csv(path)
    assert catalog.vocabulary == GenreVocabulary(["Drama", "War"])
    assert _genres(catalog) == [("War",), ("Drama", "War")]
    assert catalog.notes[0] == "films.csv: 2 films; id = 'id', genres = 0/1 columns 'War', 'Drama'"


def test_read_poster_csv_01_columns_get_the_usual_names_of_genres(write):
    path = write("id sci_fi TVMovie DRAMA science_fiction", "a 1 1 0 1", "b 0 0 1 0")
    assert _genres(read_poster_csv(path)) == [("Sci-Fi", "TV Movie"), ("Drama",)]


def test_read_poster_csv_01_columns_of_other_names_are_no_genres(write):
    path = write("id adult War Drama video", "a 1 1 0 0", "b 0 1 1 1")
    catalog = read_poster_csv(path)
    assert catalog.vocabulary.names == ("Drama", "War")
    assert any("0/1 columns not used: 'adult', 'video' (if" in note for note in catalog.notes)


def test_read_poster_csv_01_columns_that_are_named_are_genres(write):
    path = write("id Krimi War adult", "a 1 1 0", "b 0 1 1")
    catalog = read_poster_csv(path, columns={"genres": ["Krimi", "adult"]})
    assert _genres(catalog) == [("Krimi",), ("adult",)]
    assert any("columns not used: 'War'" in note for note in catalog.notes)


def test_read_poster_csv_01_columns_that_are_named_win_over_a_list(write):
    path = write("id genres Krimi", "a Drama 1", "b War 1")
    assert _genres(read_poster_csv(path, columns={"genres": ["Krimi"]})) == [("Krimi",)] * 2


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (["a Drama|War 1 1 0", "b Krimi 0 0 0"], "they say the same"),
        (["a Drama 1 1 0", "b War 0 1 0"], "they say otherwise of 1 films (the first in line 2)"),
    ],
)
def test_read_poster_csv_list_wins_over_01_columns_and_tells_whether_they_agree(write, rows, says):
    catalog = read_poster_csv(write("id genres Drama War adult", *rows))
    assert _genres(catalog)[0] == tuple(sorted(rows[0].split(" ")[1].split("|")))
    note = f"films.csv: 0/1 columns not used, since 'genres' has the genres: 'Drama', 'War'; {says}"
    assert note in catalog.notes
    assert "films.csv: columns not used: 'adult'" in catalog.notes


def test_read_poster_csv_many_01_columns_are_shown_in_short(write):
    names = ["Action", "Comedy", "Crime", "Drama", "War"]
    path = write(" ".join(["id", *names]), "a 1 1 1 1 0")
    shown = "genres = 0/1 columns 'Action', 'Comedy' ... 'War' (5 columns)"
    assert shown in read_poster_csv(path).notes[0]


def test_read_poster_csv_film_without_a_1_is_left_out(write):
    catalog = read_poster_csv(write("id War Drama", "a 0 0", "b 1 0"))
    assert catalog.frame["movie_id"].tolist() == ["b"]
    assert "films.csv: 1 films without genres left out" in catalog.notes


@pytest.mark.parametrize("cell", ["x", "2", "", "-1", "0,5"])
def test_read_poster_csv_01_column_with_another_cell_names_line_film_and_column(write, cell):
    path = write("id War Drama", "a 1 0", f"b {cell} 1", "c 0 1")
    message = rf"films\.csv, line 3, movie b: the genre column 'War' holds '{cell}'\. Expected 0"
    with pytest.raises(CatalogError, match=message):
        read_poster_csv(path)
    with pytest.raises(CatalogError, match=message):
        read_poster_csv(path, columns={"genres": ["Drama", "War"]})


def test_read_poster_csv_column_of_text_named_as_a_genre_is_no_genre(write):
    path = write("id War Drama Short", "a 1 0 Boy", "b 1 1 Girl")
    catalog = read_poster_csv(path)
    assert catalog.vocabulary.names == ("Drama", "War")
    assert "films.csv: columns not used: 'Short'" in catalog.notes


@pytest.mark.parametrize(
    ("header", "hint"),
    [
        ("id War plot", r"--genres-column\), or all those of 0 and 1 \(--genre-columns War\)"),
        ("id comedia accion", r"\(--genre-columns comedia,accion\)\.$"),
    ],
)
def test_read_poster_csv_01_columns_in_doubt_are_no_genres_but_named(write, header, hint):
    with pytest.raises(CatalogError, match=r"no column for the genres\..*" + hint):
        read_poster_csv(write(header, "a 1 0", "b 0 1"))


def test_read_poster_csv_named_01_column_that_is_not_there_is_refused(write):
    with pytest.raises(CatalogError, match=r"has no column 'Krimi'\. It has"):
        read_poster_csv(write("id War", "a 1"), columns={"genres": ["War", "Krimi"]})


def test_read_poster_csv_several_columns_of_another_role_are_refused(write):
    with pytest.raises(ValueError, match="one column of the plot, received"):
        read_poster_csv(write("id genres a b", "a War x y"), columns={"plot": ["a", "b"]})
