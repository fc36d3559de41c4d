import csv

import pytest

from keras_genre.catalog import csv_rows, csv_table
from keras_genre.catalog.csv_table import read_table
from keras_genre.errors import CatalogError


@pytest.fixture
def read(tmp_path):
    """Read a text as a CSV file."""

    def call(text):
        (tmp_path / "films.csv").write_bytes(text.encode())
        return read_table(tmp_path / "films.csv")

    return call


def _rows(table):
    return [list(table.frame.columns), *table.frame.to_numpy().tolist()]


@pytest.mark.parametrize(
    "text",
    [
        "id,plot\n1,x\n2,y\n",
        "id,plot\r\n1,x\r\n2,y",
        "id,plot\r1,x\r2,y\r",
        "\n\nid,plot\n\n1,x\n,\n  ,\t\n2,y\n,,\n\n",
        '"id","plot"\n"1","x"\n"2","y"\n',
        "\ufeff id , plot\n1,x\n2,y\n",
    ],
)
def test_read_table_of_any_line_ends_and_empty_rows_gives_the_rows(read, text):
    table = read(text)
    assert _rows(table) == [["id", "plot"], ["1", "x"], ["2", "y"]]
    assert table.notes == ()


@pytest.mark.parametrize(
    ("separator", "notes"),
    [(",", ()), (";", ("semicolons between the cells",)), ("\t", ("tabs between the cells",))],
)
def test_read_table_recognises_the_separator_whatever_the_texts_hold(read, separator, notes):
    rows = [["id", "genres", "plot"], ["1", "Drama, War", "a; b, c"], ["2", "", "d\te;f;g;h\ti"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    table = read(text.replace('"id"', "id"))
    assert _rows(table) == rows
    assert table.notes == notes


@pytest.mark.parametrize(("separator", "other"), [(",", ";"), (";", ",")])
def test_read_table_with_other_separators_in_its_header_goes_by_the_rows(read, separator, other):
    table = read(
        f"id{separator}plot (short{other} plain{other} text)\n1{separator}x\n2{separator}y\n"
    )
    assert table.frame.iloc[:, 0].tolist() == ["1", "2"]
    assert table.frame.iloc[:, 1].tolist() == ["x", "y"]


def test_read_table_of_one_column_takes_commas(read):
    table = read("id\n1\n2\n")
    assert _rows(table) == [["id"], ["1"], ["2"]]
    assert table.notes == ()


def test_read_table_places_count_the_lines_within_cells(read):
    table = read('\nid,plot\n1,"a\nb\r\nc"\n\n2,x\n')
    assert table.lines == (3, 7)
    assert table.place(1).endswith("films.csv, line 7")


def test_read_table_of_more_rows_than_are_read_at_once_has_them_all(read, monkeypatch):
    monkeypatch.setattr(csv_table, "_ROWS_AT_ONCE", 3)
    table = read("id\n" + "".join(f"{n}\n" for n in range(10)))
    assert table.frame["id"].tolist() == [str(n) for n in range(10)]
    assert table.frame.index.tolist() == list(range(10))


def test_read_table_takes_one_apostrophe_off_before_a_formula_alone(read):
    table = read("id,'=a\n'=1,''-x\n'tis,=2\n")
    assert _rows(table) == [["id", "=a"], ["=1", "'-x"], ["'tis", "=2"]]
    assert table.num_unescaped == 1


def test_read_table_of_a_cell_of_a_million_characters_is_whole(read):
    limit = csv.field_size_limit(1000)
    table = read(f'id,plot\n1,"{"é" * 1_000_000}"\n')
    assert table.frame["plot"].iloc[0] == "é" * 1_000_000
    assert csv.field_size_limit(limit) == 1000


def test_read_table_of_nul_characters_in_cells_keeps_them(read):
    assert _rows(read('id,plot\n1,a\0b\n2,"\0"\n')) == [["id", "plot"], ["1", "a\0b"], ["2", "\0"]]


def test_read_table_pads_short_rows_and_names_nameless_columns(read):
    assert _rows(read("id,,plot,\n1\n2,a,b,c\n")) == [
        ["id", "(column 2)", "plot", "(column 4)"],
        ["1", "", "", ""],
        ["2", "a", "b", "c"],
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("\n ,\n", "is empty"),
        ("id,plot\n", "has a header but no films"),
        ("id,plot\n,\n", "has a header but no films"),
        ("id,plot,plot\n1,x,y\n", "line 1: two columns are called 'plot' .number 2 and 3"),
        ("\nid,\0plot\n1,x\n", "line 2: the header holds NUL characters"),
        ("id,plot\n1,x\n2,x,y\n", "line 3 has 3 cells, more than its header, which has 2"),
        ("id,plot\n1," + "x," * 100_000, "line 2 has 100002 cells"),
        ('id,plot\n1,x\n2,"y\n3,z\n', "line 3: the row that begins here .*quote is not closed"),
        # Taken leniently, film 2 would become a part of the plot of film 1.
        ('id,plot\n1,"x\n2,"y"\n3,z\n', "line 2: the row that begins here .*not doubled"),
    ],
)
def test_read_table_of_a_broken_table_names_file_and_line(read, text, message):
    with pytest.raises(CatalogError, match=message) as caught:
        read(text)
    assert "films.csv" in str(caught.value)


def test_read_table_of_utf_16_without_its_mark_says_what_to_name(tmp_path):
    path = tmp_path / "films.csv"
    path.write_bytes("id,genres\n1,Drama\n".encode("utf-16-le"))
    with pytest.raises(CatalogError, match=r"name its encoding \(utf-16-le"):
        read_table(path)
    assert read_table(path, "utf-16-le").frame["genres"].tolist() == ["Drama"]


def test_read_table_that_cannot_be_opened_is_refused(tmp_path, monkeypatch):
    with pytest.raises(CatalogError, match="There is no file"):
        read_table(tmp_path / "films.csv")
    with pytest.raises(CatalogError, match="cannot be read: Is a directory"):
        read_table(tmp_path)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(csv_rows, "recognise_encoding", refuse)  # root may read everything
    with pytest.raises(CatalogError, match=r"films\.csv cannot be read: Permission denied"):
        read_table(tmp_path / "films.csv")
