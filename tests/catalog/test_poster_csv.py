import csv
import os
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import read_poster_csv
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary


@pytest.fixture
def write_csv(tmp_path):
    """Write a table of dicts (or lines of text) as a CSV file."""

    def write(rows, name="films.csv"):
        path = tmp_path / name
        if isinstance(rows, str):
            path.write_bytes(rows.encode())
        else:
            _write_table(path, rows)
        return path

    return write


def _write_table(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)


def _column(catalog, name):
    return catalog.frame[name].tolist()


@pytest.mark.parametrize(
    "genres",
    [
        "Drama|War",
        "War | Drama",
        "Drama, War",
        " War,Drama , ",
        "Drama,Drama,War",
        '["Drama", " War "]',
        "['Drama', 'War']",
        "[u'War', 'Drama']",
        '[{"id": 18, "name": "Drama"}, {"id": 2, "name": "War"}]',
        "[{'id': 18, 'name': 'Drama'}, {'id': 2, 'name': 'War'}]",
    ],
)
def test_read_poster_csv_genres_in_any_notation_are_the_same(write_csv, genres):
    catalog = read_poster_csv(write_csv([{"id": 1, "genres": genres}]))
    assert catalog.vocabulary == GenreVocabulary(["Drama", "War"])
    assert _column(catalog, "genres") == [("Drama", "War")]


@pytest.mark.parametrize(
    "genres",
    ["[1, 2]", '["Drama"', '[{"id": 18}]', "[None]", "[{[]: 1}]", "[" * 100_000, "[open('x')]"],
)
def test_read_poster_csv_genres_that_are_no_list_of_names_name_the_film(write_csv, genres):
    with pytest.raises(CatalogError, match="movie tt7: "):
        read_poster_csv(write_csv([{"id": "tt7", "genres": genres}]))


def test_read_poster_csv_two_spellings_of_a_genre_become_one(write_csv):
    rows = [{"id": 1, "genres": "Sci-Fi|War"}, {"id": 2, "genres": "Science Fiction"}]
    catalog = read_poster_csv(write_csv(rows))
    assert catalog.vocabulary.names == ("Sci-Fi", "War")
    assert _column(catalog, "genres") == [("Sci-Fi", "War"), ("Sci-Fi",)]


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


def test_read_poster_csv_coursework_shape_finds_posters_by_id(write_csv, tmp_path):
    posters = tmp_path / "Images"
    posters.mkdir()
    (posters / "tt1.jpg").write_bytes(b"x")
    (posters / "tt3.png").write_bytes(b"x")
    path = write_csv([{"Id": f"tt{n}", "Genre": "['Drama', 'War']"} for n in (1, 2, 3)])
    catalog = read_poster_csv(path, posters)
    expected = [str(posters / "tt1.jpg"), "", str(posters / "tt3.png")]
    assert _column(catalog, "poster") == expected
    assert any("2 posters found, 1 films without" in note for note in catalog.notes)


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


def test_read_poster_csv_same_film_in_two_files_is_named(write_csv):
    paths = [write_csv([{"id": "tt1", "genres": "War"}], name) for name in ("a.csv", "b.csv")]
    with pytest.raises(CatalogError, match="movie_id 'tt1' stands 2 times"):
        read_poster_csv(paths)


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
        ("\n\n", "is empty"),
        ("id,genres\n", "a header but no films"),
        ("id,plot\n1,x\n", "no column for the genres. Looked for genres, genre; it has"),
        ("genres,plot\nDrama,x\n", "no column for the id"),
        ("id,genres\n1,\n", "no film with a genre"),
        ("id,genres\n,Drama\n", "row 0 .* no movie_id"),
        ('id,genres\n1,"Drama\n', "cannot be read as a CSV file with commas"),
        ("id,genres\n1,Drama\n2,Drama,x\n", "cannot be read as a CSV file with commas"),
        ("id,genres\n1,Drama,x\n", "more cells than its header"),
        ("id,genres,split\n1,Drama,holdout\n", "Unknown split 'holdout' in movie 1"),
    ],
)
def test_read_poster_csv_of_a_wrong_table_says_what_is_wrong(write_csv, text, message):
    with pytest.raises(CatalogError, match=message):
        read_poster_csv(write_csv(text))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_read_poster_csv_of_a_file_that_is_not_utf_8_is_refused(tmp_path, encoding):
    (tmp_path / "films.csv").write_bytes("id,genres,plot\n1,Drama,é\n".encode(encoding))
    with pytest.raises(CatalogError, match="UTF-8"):
        read_poster_csv(tmp_path / "films.csv")


def test_read_poster_csv_of_a_file_with_a_byte_order_mark_is_read(write_csv):
    assert len(read_poster_csv(write_csv("\ufeffid,genres\n1,Drama\n"))) == 1


def test_read_poster_csv_of_a_path_without_a_table_is_refused(tmp_path):
    with pytest.raises(CatalogError, match="no file"):
        read_poster_csv(tmp_path / "films.csv")
    with pytest.raises(CatalogError, match="cannot be read"):
        read_poster_csv(tmp_path)


def test_read_poster_csv_short_row_has_empty_cells(write_csv):
    catalog = read_poster_csv(write_csv("id,genres,plot\n1,Drama\n2,War,x\n"))
    assert _column(catalog, "plot") == ["", "x"]


def test_read_poster_csv_words_that_pandas_takes_for_missing_stay(write_csv):
    rows = [{"id": "NA", "genres": "None", "plot": "nan", "title": "null"}]
    film = read_poster_csv(write_csv(rows)).frame.iloc[0]
    assert (film["movie_id"], film["plot"], film["title"]) == ("NA", "nan", "null")
    assert film["genres"] == ("None",)


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
    assert _column(catalog, "poster") == [there, "", "", "", "", "", there]
    note = "films.csv: 2 posters found, 1 films without, 4 named but not there (counted as missing)"
    assert note in catalog.notes


def test_read_poster_csv_poster_paths_are_relative_to_the_csv_by_default(write_csv, poster_folder):
    catalog = read_poster_csv(_with_poster(write_csv, "posters/in.jpg"))
    assert _column(catalog, "poster") == [str(poster_folder / "in.jpg")]


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
        read_poster_csv(path, tmp_path / "elsewhere")


def test_read_poster_csv_no_poster_found_by_id_is_refused(write_csv, tmp_path):
    path = write_csv([{"id": "tt1", "genres": "Drama"}])
    with pytest.raises(CatalogError, match=r"No film .* has a poster .*tt1\.jpg"):
        read_poster_csv(path, tmp_path / "elsewhere")


def test_read_poster_csv_of_the_sample_films_gives_their_catalog(sample_csv, sample_films):
    catalog, truth = sample_films
    read = read_poster_csv(sample_csv, vocabulary=truth.vocabulary)
    columns = ["movie_id", "title", "plot", "genres", "poster", "year", "split"]
    assert read.frame[columns].equals(catalog.frame[columns])


# What a UTF-8 file can hold: everything but lone surrogates.
_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=5))
def test_read_poster_csv_of_any_unicode_texts_gives_them_back_stripped(texts):
    rows = [
        {"id": f"id{n}", "title": title, "plot": plot, "genres": "Drama"}
        for n, (title, plot) in enumerate(texts)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "films.csv")
        _write_table(path, rows)
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
