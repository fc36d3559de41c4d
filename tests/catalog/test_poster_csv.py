import csv
import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import read_poster_csv
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary


def _column(catalog, name):
    return catalog.frame[name].tolist()


@pytest.mark.parametrize(
    ("cells", "notation"),
    [
        (["Drama|War", "Drama"], "'genres' (as A|B)"),
        (["Drama", "War"], "'genres' (as one name)"),
        (["['Drama', 'War']", "[]"], "'genres' (as Python list)"),
        (
            ["Drama|War", "[]", "['War']", "nan"],
            "'genres' (A|B in 1 films, Python list in 1 films)",
        ),
    ],
)
def test_read_poster_csv_says_how_genres_are_written(write_csv, cells, notation):
    path = write_csv([{"id": n, "genres": cell} for n, cell in enumerate(cells)])
    assert notation in read_poster_csv(path).notes[0]


def test_read_poster_csv_genres_that_are_no_list_of_names_name_line_and_film(write_csv):
    path = write_csv([{"id": "tt6", "genres": "War"}, {"id": "tt7", "genres": "[1]"}])
    with pytest.raises(CatalogError, match=r"films\.csv, line 3, movie tt7: genres without a name"):
        read_poster_csv(path)


@pytest.mark.parametrize("column", ["crew", "Crew", "people"])
def test_read_poster_csv_reads_crews_as_genres_are_written(write_csv, column):
    cells = ["Ann|Bo", "", '[{"name": "Cy", "job": "Editor"}]', "['Di', 'Di']", "Ed"]
    path = write_csv([{"id": n, "genres": "War", column: cell} for n, cell in enumerate(cells)])
    named = {"crew": column} if column == "people" else {}
    catalog = read_poster_csv(path, columns=named)
    assert _column(catalog, "crew") == [("Ann", "Bo"), (), ("Cy",), ("Di",), ("Ed",)]
    assert "films.csv: 4 films with a crew" in catalog.notes


def test_read_poster_csv_crew_that_cannot_be_read_is_none_and_told(write_csv):
    cells = ["Ann", "[{'name'", "[1]"]
    path = write_csv([{"id": n, "genres": "War", "crew": cell} for n, cell in enumerate(cells)])
    catalog = read_poster_csv(path)
    assert _column(catalog, "crew") == [("Ann",), (), ()]
    note = "1 films with a crew; 2 crews cannot be read, the first in"
    assert any(note in line and "line 3" in line for line in catalog.notes)


@pytest.mark.parametrize(
    ("names", "named"),
    [
        (("movie_id", "title", "year", "plot", "genres", "tagline", "split"), {}),
        (("imdb_id", "Name", "Release_Year", "OVERVIEW", " Genre", "Tagline", "Split"), {}),
        (
            ("a", "b", "c", "d", "e", "f", "g"),
            dict(zip(("id", "title", "year", "plot", "genres", "tagline", "split"), "abcdefg")),  # noqa: B905
        ),
    ],
)
def test_read_poster_csv_columns_are_recognised_or_named(write_csv, names, named):
    values = ("tt1", "Ran", "1985", "A king divides.", "Drama", "Chaos", "dev")
    path = write_csv([dict(zip(names, values, strict=True))])
    film = read_poster_csv(path, columns=named).frame.iloc[0]
    columns = ("movie_id", "title", "year", "plot", "genres", "tagline", "split")
    expected = ("tt1", "Ran", 1985, "A king divides.", ("Drama",), "Chaos", "validation")
    assert tuple(film[name] for name in columns) == expected


def test_read_poster_csv_named_column_wins_over_a_recognised_one(write_csv):
    path = write_csv([{"id": 1, "genres": "Drama", "plot": "short", "story": "long"}])
    assert _column(read_poster_csv(path, columns={"plot": "story"}), "plot") == ["long"]


@pytest.mark.parametrize(
    ("columns", "error", "message"),
    [
        ({"plot": "story"}, CatalogError, "has no column 'story'. It has"),
        ({"plott": "plot"}, ValueError, "Unknown column role 'plott'. Expected one of"),
    ],
)
def test_read_poster_csv_named_column_that_is_not_there_is_refused(
    write_csv, columns, error, message
):
    path = write_csv([{"id": 1, "genres": "Drama", "plot": "x"}])
    with pytest.raises(error, match=message):
        read_poster_csv(path, columns=columns)


def test_read_poster_csv_no_poster_column_nor_folder_reads_plots_alone(write_csv):
    catalog = read_poster_csv(write_csv([{"id": 1, "genres": "Drama", "plot": "x"}]))
    assert _column(catalog, "poster") == [""]
    assert any("no posters" in note for note in catalog.notes)


def test_read_poster_csv_several_files_become_one_catalog(write_csv):
    paths = [
        write_csv([{"id": 1, "genres": "War", "plot": "one"}], "one.csv"),
        write_csv([{"movie_id": 2, "genre": "Drama", "year": 1999}], "two.csv"),
    ]
    catalog = read_poster_csv(paths)
    assert catalog.vocabulary.names == ("Drama", "War")
    assert _column(catalog, "movie_id") == ["1", "2"]
    assert _column(catalog, "plot") == ["one", ""]
    assert [note.split(":")[0] for note in catalog.notes] == ["one.csv"] * 3 + ["two.csv"] * 3
    assert "one.csv: 1 plots, 0 films without" in catalog.notes
    assert catalog.notes[4].startswith("two.csv: no plots (no column plot, overview")


def test_read_poster_csv_with_misspelt_column_names_it_as_unused(write_csv):
    path = write_csv([{"id": 1, "genres": "War", "plto": "one"}], "one.csv")
    assert "one.csv: columns not used: 'plto'" in read_poster_csv(path).notes


def test_read_poster_csv_films_that_contradict_each_other_are_named_or_the_first_is_kept(write_csv):
    films = {"a.csv": "One", "b.csv": "Two", "c.csv": "One"}
    paths = [
        write_csv([{"id": "tt1", "genres": "War", "title": title}], name)
        for name, title in films.items()
    ]
    with pytest.raises(CatalogError, match=r"movie_id .tt1. stands 2 times.*--keep-first"):
        read_poster_csv(paths)
    catalog = read_poster_csv(paths, keep_first=True)
    assert catalog.frame["title"].tolist() == ["One"]
    repeated, again = catalog.notes[-2:]
    assert "repeat another word for word: 1: tt1 (" in repeated
    assert "have an id that stands before: 1: tt1 (" in again
    assert "b.csv" in again


def test_read_poster_csv_of_no_files_is_refused():
    with pytest.raises(ValueError, match="at least one CSV file"):
        read_poster_csv([])


def test_read_poster_csv_films_without_genres_are_left_out_and_counted(write_csv):
    rows = [{"id": n, "genres": genres} for n, genres in enumerate(["Drama", "", "[]", " , "])]
    catalog = read_poster_csv(write_csv(rows))
    assert _column(catalog, "movie_id") == ["0"]
    assert "films.csv: 3 films without genres left out" in catalog.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("id,genres\n", "a header but no films"),
        ("id,plot\n1,x\n", "no column for the genres. Looked for genres, genre, and .*it has"),
        ("id,genres\n1,\n", "no film with a genre"),
        ("id,genres\n1,War\n,Drama\n", "line 3: this film has no movie_id .its 'id' is empty"),
        ("id,genres\n1,Drama,x\n", "line 2 has 3 cells, more than its header, which has 2"),
        (
            "id,genres,split\n1,War,\n2,Drama,Holdout\n",
            "line 3: Unknown split 'Holdout' in movie 2",
        ),
        ("id,genres\n1,War\n2,War\n1,Drama\n", "movie_id '1' stands 2 times: .*line 2, .*line 4"),
    ],
)
def test_read_poster_csv_of_a_wrong_table_says_what_is_wrong(write_csv, text, message):
    with pytest.raises(CatalogError, match=message) as caught:
        read_poster_csv(write_csv(text))
    assert "films.csv" in str(caught.value)


def test_read_poster_csv_without_ids_calls_films_by_their_row(write_csv, tmp_path):
    path = write_csv("genres,title\nWar,a\n,b\nDrama,c\n")
    catalog = read_poster_csv(path)
    assert _column(catalog, "movie_id") == ["films-1", "films-3"]
    assert any("no column of ids (movie_id, id, tmdb_id" in note for note in catalog.notes)
    with pytest.raises(CatalogError, match=r"no column of ids .*no poster <id>\.jpg .*--id-column"):
        read_poster_csv(path, tmp_path)


def test_read_poster_csv_formula_stays_text_and_leaves_inert(write_csv, tmp_path):
    formula = "=cmd|' /C calc'!A0"
    path = write_csv([{"id": "a", "title": formula, "plot": f"'{formula}", "genres": formula}])
    catalog = read_poster_csv(path, vocabulary=GenreVocabulary([formula, "=cmd", "' /C calc'!A0"]))
    film = catalog.frame.iloc[0]
    assert (film["title"], film["plot"]) == (formula, formula)
    catalog.save(tmp_path / "out.csv")
    with open(tmp_path / "out.csv", encoding="utf-8", newline="") as file:
        cells = next(csv.DictReader(file))
    assert (cells["title"], cells["plot"]) == (f"'{formula}", f"'{formula}")
    assert cells["genres"][0] == "'"


def test_read_poster_csv_words_that_pandas_takes_for_missing_stay(write_csv):
    rows = [{"id": "NA", "genres": "Drama", "plot": "nan", "title": "null"}]
    film = read_poster_csv(write_csv(rows)).frame.iloc[0]
    assert (film["movie_id"], film["plot"], film["title"]) == ("NA", "nan", "null")


def test_read_poster_csv_unknown_genre_under_a_vocabulary_names_film_and_match(write_csv):
    path = write_csv([{"id": 1, "genres": "Drama"}, {"id": "tt0133093", "genres": "SciFi"}])
    with pytest.raises(CatalogError, match=r"tt0133093: Unknown genre 'SciFi'.*mean 'Sci-Fi'"):
        read_poster_csv(path, vocabulary=GenreVocabulary(MM_IMDB_GENRES))


def test_read_poster_csv_under_a_vocabulary_keeps_its_order(write_csv):
    vocabulary = GenreVocabulary(["War", "Drama"])
    catalog = read_poster_csv(write_csv([{"id": 1, "genres": "Drama|War"}]), vocabulary=vocabulary)
    assert catalog.vocabulary == vocabulary
    assert _column(catalog, "genres") == [("War", "Drama")]


@pytest.mark.parametrize(
    ("given", "split"),
    [("train", "train"), (" Dev ", "validation"), ("VAL", "validation"), ("valid", "validation"),
     ("validation", "validation"), ("test", "test"), ("", "")],
)  # fmt: skip
def test_read_poster_csv_splits_by_their_usual_names_are_understood(write_csv, given, split):
    catalog = read_poster_csv(write_csv([{"id": 1, "genres": "Drama", "split": given}]))
    assert _column(catalog, "split") == [split]


def test_read_poster_csv_of_the_sample_films_gives_their_catalog(sample_csv, sample_films):
    catalog, truth = sample_films
    read = read_poster_csv(sample_csv, vocabulary=truth.vocabulary)
    columns = ["movie_id", "title", "plot", "genres", "poster", "year", "split"]
    assert read.frame[columns].equals(catalog.frame[columns])


# What a UTF-8 file can hold: everything but lone surrogates.
_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5))
def test_read_poster_csv_of_any_unicode_texts_gives_them_back_stripped(write_table, texts):
    rows = [
        {"id": f"id{n}", "title": title, "plot": plot, "genres": "Drama"}
        for n, (title, plot) in enumerate(texts)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "films.csv")
        write_table(path, rows)
        catalog = read_poster_csv(path)
    assert _column(catalog, "title") == [title.strip() for title, _ in texts]
    assert _column(catalog, "plot") == [plot.strip() for _, plot in texts]


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), _TEXT.map(lambda text: f"id,genres\n1,{text}".encode())))
def test_read_poster_csv_of_any_bytes_gives_a_catalog_or_a_catalog_error(content):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "films.csv")
        with open(path, "wb") as file:
            file.write(content)
        try:
            num_films = len(read_poster_csv(path))
        except CatalogError:
            return
    assert num_films > 0
