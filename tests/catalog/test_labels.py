from collections import Counter

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog
from keras_genre.catalog.labels import merge_rare_genres, translate_genres
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

# The genre columns of a table with IMDb's genres, one a column.
IMDB_COLUMNS = (
    "Action", "Adventure", "Animation", "Biography", "Comedy", "Crime", "Documentary", "Drama",
    "Family", "Fantasy", "History", "Horror", "Music", "Musical", "Mystery", "N/A", "News",
    "Reality-TV", "Romance", "Sci-Fi", "Short", "Sport", "Thriller", "War", "Western",
)  # fmt: skip
SHARED = [*sorted(set(MM_IMDB_GENRES) & set(TMDB_GENRES)), "Sci-Fi"]


def films(genres, vocabulary, splits=None, notes=()):
    ids = [f"film{number}" for number in range(len(genres))]
    frame = pd.DataFrame({"movie_id": ids, "genres": genres, "split": splits or ""})
    return MovieCatalog(frame, GenreVocabulary(vocabulary), notes)


def genres_of(catalog):
    return [set(genres) for genres in catalog.frame["genres"]]


def some_films(names):
    genres = st.lists(st.sampled_from(names), max_size=4, unique=True)
    return st.lists(genres, min_size=1, max_size=12)


def test_translate_uses_the_targets_spelling_and_order_and_says_so():
    catalog = films([["Sci-Fi", "Action"], ["Drama"]], MM_IMDB_GENRES, notes=["first"])
    translated = translate_genres(catalog, TMDB_GENRES)
    assert translated.vocabulary == GenreVocabulary(TMDB_GENRES)
    assert translated.frame["genres"].tolist() == [("Action", "Science Fiction"), ("Drama",)]
    assert translated.notes == (
        "first",
        "genres translated: Sci-Fi is now Science Fiction (1 films)",
    )
    assert catalog.frame["genres"].tolist() == [("Action", "Sci-Fi"), ("Drama",)]


def test_translate_recognises_a_known_genre_in_other_letters():
    catalog = films([["film noir"], ["sci_fi"]], ["film noir", "sci_fi"])
    assert genres_of(translate_genres(catalog, MM_IMDB_GENRES)) == [{"Film-Noir"}, {"Sci-Fi"}]


def test_translate_files_musicals_under_music_only_where_there_are_no_musicals():
    catalog = films([["Musical", "Music"], ["Musical"], ["Music"]], ["Music", "Musical"])
    translated = translate_genres(catalog, ["Music", "Drama"])
    assert translated.frame["genres"].tolist() == [("Music",)] * 3
    assert translated.notes == ("genres translated: Musical is now Music (2 films)",)
    kept = translate_genres(catalog, ["Musical", "Music"])
    assert genres_of(kept) == [{"Musical", "Music"}, {"Musical"}, {"Music"}]
    with pytest.raises(CatalogError, match=r"No counterpart for Music \(2 films\)"):
        translate_genres(catalog, ["Musical"])


def test_translate_of_a_genre_without_counterpart_names_it_or_drops_it_with_counts():
    genres = [["N/A"], ["Drama", "News"], ["Comedy"], []]
    catalog = films(genres, IMDB_COLUMNS)
    message = r"No counterpart for N/A \(1 films\), News \(1 films\) among the 23 genres wanted"
    with pytest.raises(CatalogError, match=message):
        translate_genres(catalog, MM_IMDB_GENRES)
    translated = translate_genres(catalog, MM_IMDB_GENRES, drop_unknown=True)
    assert translated.frame["movie_id"].tolist() == ["film1", "film2", "film3"]
    assert genres_of(translated) == [{"Drama"}, {"Comedy"}, set()]
    assert translated.notes == (
        "genres without a counterpart dropped: N/A (1 films), News (1 films); "
        "1 films had no other and were left out",
    )


def test_translate_does_not_mind_an_unknown_genre_that_no_film_has():
    translated = translate_genres(films([["Drama"]], IMDB_COLUMNS), MM_IMDB_GENRES)
    assert (genres_of(translated), translated.notes) == ([{"Drama"}], ())


def test_translate_that_would_leave_no_film_is_refused():
    catalog = films([["News"], ["N/A"]], ["News", "N/A"])
    with pytest.raises(CatalogError, match=r"No film would be left: all have only News"):
        translate_genres(catalog, TMDB_GENRES, drop_unknown=True)


def test_translate_to_a_bare_string_is_refused():
    with pytest.raises(ValueError, match="bare string 'Drama'"):
        translate_genres(films([["Drama"]], ["Drama"]), "Drama")


@given(some_films(SHARED))
@settings(max_examples=25, deadline=None)
def test_translate_there_and_back_gives_the_same_films(genres):
    catalog = films(genres, MM_IMDB_GENRES)
    there = translate_genres(catalog, TMDB_GENRES)
    back = translate_genres(there, MM_IMDB_GENRES)
    assert back.frame["genres"].tolist() == catalog.frame["genres"].tolist()
    assert there.labels().sum() == catalog.labels().sum()


@given(some_films(IMDB_COLUMNS))
@settings(max_examples=25, deadline=None)
def test_translate_that_drops_keeps_every_film_with_a_known_genre(genres):
    known = [[name for name in of if name in TMDB_GENRES or name == "Sci-Fi"] for of in genres]
    musicals = [["Music"] * ("Musical" in of) for of in genres]
    expected = [
        {"Science Fiction" if name == "Sci-Fi" else name for name in one + other}
        for one, other, of in zip(known, musicals, genres, strict=True)
        if one or other or not of
    ]
    catalog = films(genres, IMDB_COLUMNS)
    if expected:
        assert genres_of(translate_genres(catalog, TMDB_GENRES, drop_unknown=True)) == expected
    else:
        with pytest.raises(CatalogError, match="No film would be left"):
            translate_genres(catalog, TMDB_GENRES, drop_unknown=True)


def test_merge_by_number_counts_training_films_alone():
    # Of all films War has 3, of the training films 1; Drama has 2 of both.
    genres = [["War"], ["Drama"], ["Drama", "Western"], ["War"], ["War"]]
    splits = ["train", "train", "train", "validation", "test"]
    merged = merge_rare_genres(films(genres, ["War", "Drama", "Western"], splits), at_least=2)
    assert merged.vocabulary.names == ("Drama", "Others")
    assert genres_of(merged) == [
        {"Others"},
        {"Drama"},
        {"Drama", "Others"},
        {"Others"},
        {"Others"},
    ]
    assert merged.notes == (
        "merged into Others: War (1 films), Western (1 films) (genres with fewer than 2 of 3 "
        "training films); 3 genres before, 2 after",
    )


def test_merge_without_splits_counts_all_films():
    genres = [["War"], ["Drama"], ["Drama", "Western"], ["War"], ["War"]]
    merged = merge_rare_genres(films(genres, ["War", "Drama", "Western"]), at_least=2)
    assert merged.vocabulary.names == ("War", "Drama", "Others")
    assert "fewer than 2 of 5 films" in merged.notes[-1]


@pytest.mark.parametrize(("share", "left"), [(0.25, 4), (0.26, 3), (0.5, 3), (0.51, 2)])
def test_merge_by_share_keeps_genres_with_exactly_that_share(share, left):
    genres = [["Drama", "War"], ["Drama", "War", "Western"], ["Drama"], ["Drama", "Short"]]
    catalog = films(genres, ["Drama", "War", "Western", "Short"])
    assert len(merge_rare_genres(catalog, at_least=share).vocabulary) == left


def test_merge_by_share_compares_without_rounding():
    genres = [["Drama", "War"]] * 7 + [["Drama"]] * 18  # and 0.28 * 25 is more than 7
    merged = merge_rare_genres(films(genres, ["Drama", "War"]), at_least=0.28)
    assert merged.vocabulary.names == ("Drama", "War")
    assert merged.notes[-1].endswith("there are no genres with a share below 0.28 of 25 films")


def test_merge_by_name_into_a_genre_that_exists_keeps_its_place():
    genres = [["War", "Drama"], ["Sci-Fi"], ["Western"]]
    catalog = films(genres, ["War", "Sci-Fi", "Drama", "Western"])
    merged = merge_rare_genres(catalog, genres=["Western", "War"], into="Science Fiction")
    assert merged.vocabulary.names == ("Sci-Fi", "Drama")
    assert genres_of(merged) == [{"Sci-Fi", "Drama"}, {"Sci-Fi"}, {"Sci-Fi"}]
    assert "genres chosen by name, of 3 films); 4 genres before, 2 after" in merged.notes[-1]


def test_merge_does_not_take_the_target_itself_for_rare():
    catalog = films([["Drama"], ["Drama"], ["Others"]], ["Others", "Drama"])
    merged = merge_rare_genres(catalog, at_least=2)
    assert merged.vocabulary == catalog.vocabulary
    assert merged.notes == (
        "no genre merged into Others: there are no genres with fewer than 2 of 3 films",
    )


@pytest.mark.parametrize("how", [{"at_least": 1}, {"genres": ["TV Movie", "News"]}])
def test_merge_drops_genres_without_any_film_and_makes_no_empty_genre(how):
    catalog = films([["Drama"], ["War"]], ["Drama", "TV Movie", "War", "News"])
    merged = merge_rare_genres(catalog, **how)
    assert merged.vocabulary.names == ("Drama", "War")
    assert merged.notes[-1].startswith("dropped, as no film has them: TV Movie, News (genres ")
    assert merged.notes[-1].endswith("; 4 genres before, 2 after")
    assert genres_of(merged) == [{"Drama"}, {"War"}]


def test_merge_of_genres_with_and_without_films_tells_them_apart():
    genres = [["Drama"], ["Drama"], ["War"], ["Short"]]
    splits = ["train", "train", "train", "test"]  # no training film is a short one, a film is
    catalog = films(genres, ["Drama", "War", "Short", "News"], splits)
    merged = merge_rare_genres(catalog, at_least=2)
    assert merged.vocabulary.names == ("Drama", "Others")
    assert merged.notes[-1] == (
        "merged into Others: War (1 films), Short (0 films); dropped, as no film has them: News "
        "(genres with fewer than 2 of 3 training films); 4 genres before, 2 after"
    )


def test_merge_of_genres_that_no_film_has_is_refused_if_none_is_left():
    with pytest.raises(CatalogError, match="would leave no genre"):
        merge_rare_genres(films([[]], ["Drama", "War"]), at_least=1)


def test_translate_keeps_genres_of_the_target_that_no_film_has_until_they_are_dropped():
    translated = translate_genres(films([["Sci-Fi"], ["Drama"]], MM_IMDB_GENRES), TMDB_GENRES)
    assert "TV Movie" in translated.vocabulary
    left = merge_rare_genres(translated, at_least=1)
    assert set(left.vocabulary) == {"Science Fiction", "Drama"}


@pytest.mark.parametrize("how", [{"at_least": 9}, {"genres": ["Drama", "War"]}])
def test_merge_of_every_genre_is_refused(how):
    with pytest.raises(CatalogError, match=r"Drama \(1 films\), War \(1 films\) into 'Others'"):
        merge_rare_genres(films([["Drama"], ["War"]], ["Drama", "War"]), **how)


def test_merge_that_leaves_one_genre_is_refused():
    with pytest.raises(CatalogError, match="would leave 'Drama' alone"):
        merge_rare_genres(films([["Drama"]], ["Drama", "War"]), genres=["War"], into="Drama")


@pytest.mark.parametrize("how", [{}, {"at_least": 2, "genres": ["War"]}])
def test_merge_told_nothing_or_two_things_is_refused(how):
    with pytest.raises(ValueError, match="either `at_least` or `genres`"):
        merge_rare_genres(films([["War"]], ["War"]), **how)


@pytest.mark.parametrize("at_least", [0, -1, 1.5, True, "2", float("nan"), float("inf")])
def test_merge_by_what_is_no_number_of_films_is_refused(at_least):
    with pytest.raises(ValueError, match="whole number of films"):
        merge_rare_genres(films([["War"]], ["War"]), at_least=at_least)


def test_merge_of_an_unknown_genre_names_the_close_one():
    with pytest.raises(ValueError, match="Did you mean 'War'"):
        merge_rare_genres(films([["War"]], ["War", "Drama"]), genres=["Wart"])


NAMES = ("Drama", "War", "Western", "Short", "Others")


@given(some_films(NAMES), st.integers(1, 5), st.data())
@settings(max_examples=40, deadline=None)
def test_merge_changes_rare_genres_alone_and_loses_no_film(genres, at_least, data):
    splits = [data.draw(st.sampled_from(["train", "test"])) for _ in genres]
    train = [of for of, split in zip(genres, splits, strict=True) if split == "train"]
    counts = Counter(name for of in train or genres for name in of)
    rare = {name for name in NAMES[:4] if counts[name] < at_least}
    catalog = films(genres, NAMES, splits)
    if len(rare) == 4:
        with pytest.raises(CatalogError, match="would leave 'Others' alone"):
            merge_rare_genres(catalog, at_least=at_least)
        return
    merged = merge_rare_genres(catalog, at_least=at_least)
    assert set(merged.vocabulary) == set(NAMES) - rare
    assert merged.frame["movie_id"].tolist() == catalog.frame["movie_id"].tolist()
    for before, after in zip(genres, genres_of(merged), strict=True):
        assert after - {"Others"} == set(before) - rare - {"Others"}
        assert ("Others" in after) == bool(set(before) & (rare | {"Others"}))
