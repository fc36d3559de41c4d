import csv
import io
import os
import tempfile

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from keras_genre.csv_files import escape_formula, unescape_formula, write_csv

FORMULA_SIGNS = "=+-@\t\r\n\0\uff1d\uff0b\uff0d\uff20"
# All that UTF-8 can hold; and of its own accord Hypothesis seldom draws what is awkward in a CSV.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=12) | st.text(
    "a=+-@'\"\t\r\n\0,; ", max_size=5
)


def _written(frame, folder):
    path = os.path.join(folder, "table.csv")
    write_csv(frame, path)
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


@pytest.mark.parametrize("sign", list(FORMULA_SIGNS))
def test_escape_formula_of_a_formula_puts_an_apostrophe_before_it(sign):
    assert escape_formula(f"{sign}cmd|' /C calc'!A0") == f"'{sign}cmd|' /C calc'!A0"
    assert escape_formula(f"''{sign}x") == f"'''{sign}x"


@pytest.mark.parametrize("text", ["", "'", "'tis", "a=b", " =1", "''", "1-2", "\uff1cx"])
def test_escape_formula_of_other_text_leaves_it(text):
    assert escape_formula(text) == text == unescape_formula(text)


@given(TEXTS)
@example("'=")
@example("''\r")
def test_unescape_formula_gives_back_what_was_escaped(text):
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    assert escaped[:1] not in tuple(FORMULA_SIGNS)


@pytest.mark.parametrize("text", ["=1", "-x", "plain"])
def test_unescape_formula_of_text_without_apostrophe_leaves_it(text):
    assert unescape_formula(text) == text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=4))
def test_write_csv_of_any_texts_is_inert_and_reads_back(rows):
    frame = pd.DataFrame(rows, columns=["=a", "b"], dtype=object)
    with tempfile.TemporaryDirectory() as folder:
        text = _written(frame, folder)
    read = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert not any(cell.startswith(tuple(FORMULA_SIGNS)) for row in read for cell in row)
    assert [tuple(map(unescape_formula, row)) for row in read] == [("=a", "b"), *rows]


def test_write_csv_leaves_numbers_and_writes_missing_values_as_nothing(tmp_path):
    frame = pd.DataFrame(
        {
            "score": [-0.5, float("nan")],
            "year": pd.array([-3, None], dtype="Int64"),
            "text": ["-0.5", None],
        },
        index=[7, 8],
    )
    assert _written(frame, tmp_path) == "score,year,text\n-0.5,-3,'-0.5\n,,\n"


def test_write_csv_of_a_carriage_return_keeps_the_row_whole_in_pandas(tmp_path):
    frame = pd.DataFrame({"text": ["a\rb", "c\r\nd"], "more": ["x", "y"]})
    write_csv(frame, tmp_path / "table.csv")
    read = pd.read_csv(tmp_path / "table.csv")
    assert read["text"].tolist() == ["a\rb", "c\r\nd"]


def test_write_csv_into_no_folder_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_csv(pd.DataFrame({"a": [1]}), tmp_path / "no" / "table.csv")
