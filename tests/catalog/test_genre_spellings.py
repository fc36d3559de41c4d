import pytest

from keras_genre.catalog import read_poster_csv
from keras_genre.catalog.genre_spellings import known_genre
from keras_genre.errors import CatalogError
from keras_genre.genres import TMDB_GENRES, GenreVocabulary


@pytest.fixture
def read(tmp_path):
    """Read films of which each is given by the cell of its genres."""

    def call(*cells, vocabulary=None):
        path = tmp_path / "films.csv"
        rows = [f'tt{number},"{cell}"' for number, cell in enumerate(cells)]
        path.write_text("\n".join(["id,genres", *rows]), encoding="utf-8")
        return read_poster_csv(path, vocabulary=vocabulary)

    return call


def test_read_poster_csv_spellings_of_a_genre_become_the_most_frequent(read):
    catalog = read("drama", "Drama| drama", "DRAMA ", "TVMovie", "TV  Movie", "TV Movie")
    assert catalog.vocabulary.names == ("TV Movie", "drama")
    assert [*catalog.frame["genres"]] == [("drama",)] * 3 + [("TV Movie",)] * 3
    assert catalog.notes[-1] == (
        "one genre, several spellings: 'DRAMA' (1 films) is counted as 'drama', "
        "'Drama' (1 films) is counted as 'drama', 'TV  Movie' (1 films) is counted as 'TV Movie', "
        "'TVMovie' (1 films) is counted as 'TV Movie'"
    )


def test_read_poster_csv_names_of_two_label_sets_become_one(read):
    catalog = read("Sci-Fi|War", "Science Fiction", "science fiction")
    assert catalog.vocabulary.names == ("Sci-Fi", "War")
    assert [*catalog.frame["genres"]] == [("Sci-Fi", "War"), ("Sci-Fi",), ("Sci-Fi",)]


def test_read_poster_csv_names_of_two_label_sets_in_any_case_become_one(read):
    catalog = read("sci-fi", "sci-fi", "Science Fiction")
    assert catalog.vocabulary.names == ("sci-fi",)
    catalog = read("sci-fi", vocabulary=GenreVocabulary(TMDB_GENRES))
    assert [*catalog.frame["genres"]] == [("Science Fiction",)]


def test_read_poster_csv_genres_that_differ_by_more_stay_apart(read):
    catalog = read("Music", "Musical", "Musicals", "Crime", "Krimi")
    assert catalog.vocabulary.names == ("Crime", "Krimi", "Music", "Musical", "Musicals")
    assert "spellings" not in " ".join(catalog.notes)


def test_read_poster_csv_under_a_vocabulary_takes_its_spelling(read):
    vocabulary = GenreVocabulary(TMDB_GENRES)
    catalog = read("sci-fi", "DRAMA", "DRAMA", "Sci-Fi", vocabulary=vocabulary)
    assert catalog.vocabulary == vocabulary
    expected = [("Science Fiction",), ("Drama",), ("Drama",), ("Science Fiction",)]
    assert [*catalog.frame["genres"]] == expected
    assert "'DRAMA' (2 films) is counted as 'Drama'" in catalog.notes[-1]


def test_read_poster_csv_under_a_vocabulary_that_has_both_spellings_keeps_both(read):
    catalog = read("drama", "Drama", vocabulary=GenreVocabulary(["drama", "Drama"]))
    assert [*catalog.frame["genres"]] == [("drama",), ("Drama",)]


def test_read_poster_csv_unknown_genre_under_a_vocabulary_names_line_film_and_match(read):
    message = r"films\.csv, line 3, movie tt1: Unknown genre 'Dramma'.*mean 'Drama'"
    with pytest.raises(CatalogError, match=message):
        read("Drama", "Dramma", vocabulary=GenreVocabulary(["Drama", "War"]))


@pytest.mark.parametrize(
    ("name", "genre"),
    [("sci_fi", "Sci-Fi"), ("Film-Noir", "Film-Noir"), ("TV movie", "TV Movie"), ("NEWS", "News"),
     ("science.fiction", "Science Fiction"), ("adult", None), ("video", None), ("", None)],
)  # fmt: skip
def test_known_genre_goes_by_the_letters_alone(name, genre):
    assert known_genre(name) == genre
