import numpy as np
import pandas as pd
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

VOCABULARY = GenreVocabulary(["War", "Drama", "Sci-Fi"])


def make(vocabulary=VOCABULARY, **columns):
    columns = {"movie_id": ["a", "b"], "genres": [["Drama", "War"], ["Sci-Fi"]], **columns}
    return MovieCatalog(pd.DataFrame(columns), vocabulary)


def test_catalog_of_two_columns_has_all_and_empty_means_missing():
    frame = make().frame
    assert list(frame.columns) == [
        "movie_id", "title", "plot", "tagline", "genres", "poster", "year", "crew", "split",
    ]  # fmt: skip
    film = frame.iloc[0]
    assert [film[name] for name in ("title", "plot", "tagline", "poster", "split")] == [""] * 5
    assert film["crew"] == ()
    assert pd.isna(film["year"])


def test_catalog_genres_stand_in_the_order_of_the_vocabulary():
    catalog = make(genres=[("Drama", "War", "Drama"), {"Science Fiction"}])
    assert catalog.frame["genres"].tolist() == [("War", "Drama"), ("Sci-Fi",)]
    np.testing.assert_array_equal(catalog.labels(), [[1, 1, 0], [0, 0, 1]])
    assert catalog.labels().dtype == "float32"


def test_catalog_missing_texts_of_any_kind_become_empty():
    catalog = make(plot=[None, np.nan], title=["x", pd.NA], crew=[["A", "B"], None])
    assert catalog.frame["plot"].tolist() == ["", ""]
    assert catalog.frame["title"].tolist() == ["x", ""]
    assert catalog.frame["crew"].tolist() == [("A", "B"), ()]


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (1999, 1999),
        ("1999", 1999),
        (1999.0, 1999),
        ("1999.5", None),
        ("inf", None),
        ("9" * 30, None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_catalog_year_is_an_integer_or_missing(year, expected):
    found = make(year=pd.Series([year, 2001], dtype=object)).frame["year"]
    assert found.dtype == "Int64"
    assert found[1] == 2001
    assert (None if pd.isna(found[0]) else found[0]) == expected


def test_catalog_made_from_a_catalogs_frame_is_equal():
    catalog = make(year=["1999", ""], plot=["x", ""], split=["train", ""])
    again = MovieCatalog(catalog.frame, VOCABULARY)
    pd.testing.assert_frame_equal(again.frame, catalog.frame)


def test_catalog_frame_when_changed_leaves_the_catalog_alone():
    catalog = make()
    frame = catalog.frame
    frame["movie_id"] = "x"
    frame.loc[0, "split"] = "train"
    assert catalog.frame["movie_id"].tolist() == ["a", "b"]
    assert catalog.splits == ()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"movie_id": ["a", "a"]}, "movie_id 'a' stands 2 times"),
        ({"movie_id": ["7", 7]}, "movie_id '7' stands 2 times"),
        ({"movie_id": ["a", None]}, "row 1 .* has no movie_id"),
        ({"movie_id": ["a", "  "]}, "row 1 .* has no movie_id"),
        ({"genres": [["Drama"], "War"]}, "Movie b: .*bare string 'War'"),
        ({"genres": [["Drama"], None]}, "movie b, received None"),
        ({"genres": [["Drama"], ["SciFi"]]}, "Movie b: Unknown genre 'SciFi'.*mean 'Sci-Fi'"),
        ({"split": ["train", "holdout"]}, "Unknown split 'holdout' in movie b.*validation"),
    ],
)
def test_catalog_of_a_wrong_table_names_the_film(columns, message):
    with pytest.raises(CatalogError, match=message):
        make(**columns)


@pytest.mark.parametrize("column", ["movie_id", "genres"])
def test_catalog_without_a_needed_column_is_refused(column):
    frame = make().frame.drop(columns=column)
    with pytest.raises(CatalogError, match=f"needs a column '{column}'; received"):
        MovieCatalog(frame, VOCABULARY)


def test_catalog_with_a_column_twice_is_refused():
    frame = pd.concat([make().frame, make().frame[["plot"]]], axis=1)
    with pytest.raises(CatalogError, match=r"stands twice in the table: \['plot'\]"):
        MovieCatalog(frame, VOCABULARY)


def test_catalog_without_films_is_refused():
    with pytest.raises(CatalogError, match="no films"):
        MovieCatalog(make().frame.iloc[:0], VOCABULARY)


def test_catalog_error_is_a_value_error_too():
    with pytest.raises(ValueError, match="no films"):
        MovieCatalog(make().frame.iloc[:0], VOCABULARY)


def test_catalog_select_gives_the_films_of_a_split():
    catalog = make(split=["test", "train"])
    assert catalog.splits == ("train", "test")
    assert catalog.select("test").frame["movie_id"].tolist() == ["a"]
    with pytest.raises(CatalogError, match=r"'validation'\. Splits with films: train, test"):
        catalog.select("validation")


def test_catalog_with_splits_replaces_them_and_keeps_its_notes():
    catalog = MovieCatalog(make().frame, VOCABULARY, ["from here"])
    divided = catalog.with_splits(["test", "train"], "divided")
    assert divided.frame["split"].tolist() == ["test", "train"]
    assert divided.notes == ("from here", "divided")
    assert catalog.splits == ()


def test_catalog_drop_genres_leaves_out_films_that_have_no_other():
    catalog = make(
        movie_id=["both", "dropped", "other", "none"],
        genres=[["War", "Drama"], ["War"], ["Sci-Fi"], []],
    )
    left = catalog.drop_genres(["War"])
    assert left.vocabulary == GenreVocabulary(["Drama", "Sci-Fi"])
    assert dict(zip(left.frame["movie_id"], left.frame["genres"], strict=True)) == {
        "both": ("Drama",),
        "other": ("Sci-Fi",),
        "none": (),
    }
    assert left.notes[-1].startswith("dropped genre War: 1 films")
    assert len(catalog) == 4


def test_catalog_drop_genres_understands_either_spelling():
    assert make().drop_genres(["Science Fiction"]).vocabulary.names == ("War", "Drama")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["Wars"], "Unknown genre 'Wars'.*Did you mean 'War'"),
        ("War", "bare string 'War'"),
        (["War", "Drama", "Sci-Fi"], "would leave none"),
    ],
)
def test_catalog_drop_genres_of_wrong_names_is_refused(names, message):
    with pytest.raises(ValueError, match=message):
        make().drop_genres(names)


def test_catalog_drop_genres_that_leaves_no_film_is_refused():
    with pytest.raises(CatalogError, match="no films"):
        make(genres=[["War"], ["War"]]).drop_genres(["War"])


def test_catalog_repr_counts_films_genres_and_splits():
    catalog = make(split=["train", "test"])
    assert repr(catalog) == "MovieCatalog(2 films, 3 genres: train 1, test 1)"


def _of_objects(*values):
    # Left to itself, pandas 3 encodes texts as it takes them in.
    return pd.Series(values, dtype=object)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"plot": _of_objects("x", "half \ud83c")}, r"Movie b: the plot 'half \\ud83c' holds half"),
        ({"poster": _of_objects("\udce9.jpg", "")}, r"Movie a: the poster '\\udce9.jpg' holds"),
        ({"movie_id": _of_objects("a", "\ud800")}, r"Movie '\\ud800': the movie_id"),
        ({"crew": [["Ann"], ["\ud800"]]}, "Movie b: the crew member"),
        ({"crew": [["Ann"], [7]]}, "Movie b: expected names in the crew, received 7"),
        ({"vocabulary": GenreVocabulary(["War\ud800"])}, r"the genre 'War\\ud800' holds half"),
    ],
)
def test_catalog_with_text_that_no_file_can_hold_names_the_film(columns, message):
    with pytest.raises(CatalogError, match=message):
        make(**columns)


def test_catalog_note_about_a_file_with_an_odd_name_can_be_kept():
    catalog = MovieCatalog(make().frame, VOCABULARY, ["\udce9.csv: é"])
    assert catalog.notes == ("\\udce9.csv: é",)
