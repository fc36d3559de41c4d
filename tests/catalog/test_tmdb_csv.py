import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.tmdb_csv import read_tmdb_csv
from keras_genre.errors import CatalogError
from keras_genre.genres import TMDB_GENRES, GenreVocabulary


def _film(film_id="7", genres="War", **cells):
    return {"id": film_id, "genres": genres, **cells}


def _column(catalog, name):
    return catalog.frame[name].tolist()


@pytest.mark.parametrize(
    "genres",
    [
        '[{"id": 18, "name": "Drama"}, {"id": 10752, "name": "War"}]',
        "[{'id': 18, 'name': 'Drama'}, {'id': 10752, 'name': 'War'}]",
        "Drama|War",
        "War, Drama",
        "[18, 10752]",
        "10752|18",
        " War ,Drama ",
    ],
)
def test_read_tmdb_csv_genres_in_every_shape_are_the_same_genres(write_csv, genres):
    catalog = read_tmdb_csv(write_csv([_film(genres=genres), _film("8", "Drama")]))
    assert _column(catalog, "genres") == [("Drama", "War"), ("Drama",)]
    assert catalog.vocabulary.names == TMDB_GENRES


def test_read_tmdb_csv_genre_ids_alone_are_known_by_their_numbers(write_csv):
    rows = [{"id": "7", "genre_ids": "[878]"}, {"id": "8", "genre_ids": "[]"}]
    catalog = read_tmdb_csv(write_csv(rows))
    assert _column(catalog, "genres") == [("Science Fiction",)]
    assert "1 films without genres left out" in " ".join(catalog.notes)


def test_read_tmdb_csv_unknown_genre_number_names_the_line(write_csv):
    path = write_csv([_film(), _film("8", "[28, 10769]")])
    with pytest.raises(CatalogError, match=r"films\.csv, line 3: Unknown genre number 10769"):
        read_tmdb_csv(path)


def test_read_tmdb_csv_other_genres_stand_behind_tmdbs_and_are_named(write_csv):
    path = write_csv([_film(), _film("8", "Foreign"), _film("9", "war, foreign")])
    catalog = read_tmdb_csv(path)
    assert catalog.vocabulary.names == (*TMDB_GENRES, "Foreign")
    assert _column(catalog, "genres") == [("War",), ("Foreign",), ("War", "Foreign")]
    assert "genres that are not TMDB's 19: Foreign (2 films)" in catalog.notes[-1]


def test_read_tmdb_csv_genre_that_a_vocabulary_lacks_is_refused(write_csv):
    path = write_csv([_film(), _film("8", "Foreign")])
    with pytest.raises(CatalogError, match=r"line 3, movie 8.*'Foreign'"):
        read_tmdb_csv(path, vocabulary=GenreVocabulary(["War"]))


def test_read_tmdb_csv_reads_tmdb_columns_before_others(write_csv):
    row = {
        "imdb_id": "tt0000007", "tmdb_id": "7.0", "Title": "One", "overview": "A plot.",
        "tagline": "Go.", "genres": "War", "release_date": "1999-03-31",
    }  # fmt: skip
    film = read_tmdb_csv(write_csv([row])).frame.iloc[0]
    read = [film[name] for name in ("movie_id", "title", "plot", "tagline", "year")]
    assert read == ["7", "One", "A plot.", "Go.", 1999]


@pytest.mark.parametrize(
    ("date", "year"),
    [("1985", 1985), ("7/5/1985", 1985), ("", None), ("soon", None), ("0000-00-00", None),
     ("5/7/85", None), ("1985.0", 1985), ("19850705", None)],
)  # fmt: skip
def test_read_tmdb_csv_year_of_a_date_empty_or_odd_ones_have_none(write_csv, date, year):
    path = write_csv([_film(release_date=date), _film("8", release_date="2001-01-01")])
    catalog = read_tmdb_csv(path)
    assert (
        catalog.frame["year"].astype(object).where(catalog.frame["year"].notna(), None)[0] == year
    )
    odd = "1 films whose 'release_date' has no year" in " ".join(catalog.notes)
    assert odd == (year is None and date != "")


@given(
    cells=st.lists(
        st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
        min_size=3,
        max_size=3,
    )
)
@settings(max_examples=25, deadline=None)
def test_read_tmdb_csv_any_text_in_dates_and_paths_is_no_failure(tmp_path_factory, cells):
    date, poster, tagline = cells
    path = tmp_path_factory.mktemp("any") / "films.csv"
    quoted = [cell.replace('"', '""') for cell in ("7", "War", date, poster, tagline)]
    line = ",".join(f'"{cell}"' for cell in quoted)
    path.write_text(
        f"id,genres,release_date,poster_path,tagline\n{line}\n", encoding="utf-8", newline=""
    )
    assert _column(read_tmdb_csv(path), "movie_id") == ["7"]


@pytest.fixture
def posters(tmp_path):
    """A folder with a poster by TMDB's name, and one by its film's id."""
    folder = tmp_path / "posters"
    folder.mkdir()
    for name in ("abc.jpg", "8.jpg"):
        (folder / name).write_bytes(b"a picture")
    return folder


@pytest.mark.parametrize("told", [True, False])
def test_read_tmdb_csv_posters_are_found_by_path_or_id(write_csv, posters, told):
    paths = ["/abc.jpg", "/gone.jpg", "https://image.tmdb.org/t/p/w500/abc.jpg", "/gone.jpg", ""]
    films = [_film(str(n), poster_path=path) for n, path in enumerate(paths, start=7)]
    catalog = read_tmdb_csv(write_csv(films), posters if told else None)
    abc, by_id = str(posters / "abc.jpg"), str(posters / "8.jpg")
    assert _column(catalog, "poster") == [abc, by_id, abc, "", ""]
    assert "1 named but not there" in " ".join(catalog.notes)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("column", ["imdb_id", "movie_id", "Imdb_Id"])
def test_read_tmdb_csv_posters_are_found_by_any_id(write_csv, posters, told, column):
    (posters / "tt0000009.jpg").write_bytes(b"a picture")
    films = [{column: "tt0000009", "genres": "War", "poster_path": "/gone.jpg"}]
    catalog = read_tmdb_csv(write_csv(films), posters if told else None)
    assert _column(catalog, "poster") == [str(posters / "tt0000009.jpg")]


def test_read_tmdb_csv_poster_path_that_leads_out_of_the_folder_is_refused(write_csv, posters):
    (posters.parent / "secret").write_text("x")
    path = write_csv([_film(poster_path="/../secret"), _film("8", poster_path="/abc.jpg")])
    with pytest.raises(CatalogError, match=r"movie 7: the poster .* lies outside"):
        read_tmdb_csv(path, posters)


def test_read_tmdb_csv_without_any_poster_reads_films_unless_a_folder_is_named(write_csv, tmp_path):
    path = write_csv([_film(poster_path="/abc.jpg")])
    catalog = read_tmdb_csv(path)
    assert _column(catalog, "poster") == [""]
    assert "no poster of 'poster_path' is in" in " ".join(catalog.notes)
    with pytest.raises(CatalogError, match="none is in"):
        read_tmdb_csv(path, tmp_path)


def test_read_tmdb_csv_repeated_rows_count_once_also_across_files(write_csv):
    one, two = _film(title="One", popularity="3.1"), _film("8", title="Two", popularity="1")
    first = write_csv([one, two, {**one, "popularity": "3.2"}], "first.csv")
    second = write_csv([two, _film("9", title="Three", popularity="1")], "second.csv")
    catalog = read_tmdb_csv([first, second])
    assert _column(catalog, "movie_id") == ["7", "8", "9"]
    assert "since they repeat another word for word: 2: 7 (" in catalog.notes[-1]
    assert "first.csv, line 4)" in catalog.notes[-1]


def test_read_tmdb_csv_rows_that_contradict_each_other_are_refused(write_csv):
    path = write_csv([_film(title="One"), _film(title="Another")])
    with pytest.raises(CatalogError, match=r"'7' stands 2 times: .*line 2, and .*line 3"):
        read_tmdb_csv(path)


def test_read_tmdb_csv_rows_of_shifted_cells_are_left_out_and_named(write_csv):
    rows = [_film(), _film(" - Written by nobody", "Some Company"), _film("8"), _film("", "")]
    catalog = read_tmdb_csv(write_csv([{**row, "title": "x"} for row in rows]))
    assert _column(catalog, "movie_id") == ["7", "8"]
    notes = " ".join(catalog.notes)
    assert "1 rows left out whose id is no number: their cells are shifted (line 3)" in notes
    assert "1 rows left out without an id in the column 'id' (line 5)" in notes


def test_read_tmdb_csv_without_any_numeric_id_is_refused(write_csv):
    path = write_csv([_film("a"), _film("b")])
    with pytest.raises(CatalogError, match=r"no id in the column 'id' is a number.*'a'"):
        read_tmdb_csv(path)


def test_read_tmdb_csv_columns_may_be_named(write_csv):
    path = write_csv([{"no": "7", "kind": "[16]", "story": "A plot.", "id": "x"}])
    columns = {"id": "no", "genres": "kind", "plot": "story"}
    film = read_tmdb_csv(path, columns=columns).frame.iloc[0]
    assert (film["movie_id"], film["genres"], film["plot"]) == ("7", ("Animation",), "A plot.")
    with pytest.raises(CatalogError, match="no column 'nowhere'"):
        read_tmdb_csv(path, columns={"id": "nowhere"})
