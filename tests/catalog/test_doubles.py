import numpy as np
import pandas as pd
import pytest
from picture_files import encode

from keras_genre.catalog import MovieCatalog
from keras_genre.catalog.doubles import (
    MOST_TITLES,
    doubles_by_id,
    doubles_by_plot,
    doubles_by_title_and_year,
    duplicate_groups,
    find_doubles,
)
from keras_genre.genres import GenreVocabulary

PLOT = "A lighthouse keeper finds a map to a town that the sea took long ago"


def table(**columns):
    length = len(next(iter(columns.values())))
    columns = {"movie_id": [f"film-{row}" for row in range(length)], **columns}
    frame = pd.DataFrame({**columns, "genres": [["War"]] * length})
    return MovieCatalog(frame, GenreVocabulary(["War"])).frame


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("tt0000603", "603", True),
        ("TT603", "tt0603", True),
        ("Film-A", "film-a", True),
        ("603", "6030", False),
        ("film-07", "film-7", False),
        ("0", "00", True),
        ("tt", "ttt", False),
    ],
)
def test_doubles_by_id_are_those_but_for_case_prefix_and_zeros(one, other, same):
    pairs = doubles_by_id(table(movie_id=[one, "other", other]))
    assert pairs.tolist() == ([[0, 2]] if same else [])


def test_doubles_by_id_of_another_title_are_none():
    films = table(movie_id=["603", "tt603", "0603"], title=["The Map", "The Sea", "the map!"])
    assert doubles_by_id(films).tolist() == [[0, 2]]


def test_doubles_by_title_and_year_need_both():
    films = table(
        title=["The Map", "the  map!", "The Map", "", "", "The Map", "?!", "?!"],
        year=[1999, 1999, 2000, 1999, 1999, None, 1999, 1999],
    )
    assert doubles_by_title_and_year(films).tolist() == [[0, 1], [6, 7]]
    assert doubles_by_title_and_year(table(title=["A", "A"])).tolist() == []


@pytest.mark.parametrize("num_films", [MOST_TITLES, MOST_TITLES + 1])
def test_doubles_by_plot_leave_out_what_too_many_titles_share(num_films):
    titles = [f"Film {row}" for row in range(num_films)]
    films = table(title=titles, plot=["No overview found."] * num_films)
    assert bool(len(doubles_by_plot(films))) == (num_films <= MOST_TITLES)
    # Copies of one film are no placeholder, however many.
    assert len(doubles_by_plot(films.assign(title="One")))


def test_find_doubles_by_poster_leaves_out_a_picture_of_too_many_films(tmp_path, smooth_picture):
    content = encode(smooth_picture(1))
    paths = []
    for row in range(MOST_TITLES + 4):
        paths.append(str(tmp_path / f"{row}.jpg"))
        (tmp_path / f"{row}.jpg").write_bytes(content)
    for row in (3, 4):
        (tmp_path / f"{row}.jpg").write_bytes(encode(smooth_picture(2)))
    titles = [f"Film {row}" for row in range(len(paths))]
    doubles = find_doubles(table(title=titles, poster=paths), posters=True)
    assert doubles["poster"].tolist() == [[3, 4]]


def test_duplicate_groups_connect_films_by_any_way(tmp_path, smooth_picture):
    for name in ("one.jpg", "same.png"):
        (tmp_path / name).write_bytes(encode(smooth_picture(3), name[-3:].replace("jpg", "jpeg")))
    films = table(
        movie_id=["7", "tt07", "a", "b", "c", "d"],
        title=["Map", "Map", "Map", "", "Sea", ""],
        year=[None, 1999, 1999, None, None, None],
        plot=["", "", PLOT, f"{PLOT}!", "", ""],
        poster=["", "", "", str(tmp_path / "one.jpg"), str(tmp_path / "same.png"), ""],
    )
    catalog = MovieCatalog(films, GenreVocabulary(["War"]))
    assert duplicate_groups(catalog).tolist() == [0, 0, 0, 0, 0, 1]
    assert duplicate_groups(catalog, posters=False).tolist() == [0, 0, 0, 0, 1, 2]


def test_duplicate_groups_of_clean_films_are_the_films(sample_films):
    catalog, _ = sample_films
    np.testing.assert_array_equal(duplicate_groups(catalog), np.arange(len(catalog)))
