import numpy as np
import pandas as pd
import pytest

from keras_genre.catalog.exploration import (
    co_occurrence,
    genre_frequency,
    genres_per_film,
    missing_parts,
    split_balance,
)

NAMES = ("Drama", "War", "Short", "Comedy")
#                  Drama War Short Comedy
LABELS = np.array([[1, 1, 0, 0],
                   [1, 0, 0, 0],
                   [1, 0, 0, 1],
                   [1, 1, 0, 1],
                   [0, 0, 0, 1]], "float32")  # fmt: skip


def test_frequency_counts_films_and_sorts_them():
    table = genre_frequency.frequency(LABELS, NAMES)
    assert table["genre"].tolist() == ["Drama", "Comedy", "War", "Short"]
    assert table["films"].tolist() == [4, 3, 2, 0]
    assert table["share"].tolist() == [0.8, 0.6, 0.4, 0]


@pytest.mark.parametrize(
    ("labels", "names", "title"),
    [
        (LABELS, NAMES, "Drama is the most frequent genre (80% of films); 1 genre of 4 without"),
        (LABELS[:, :2], NAMES[:2], "Drama is the most frequent genre (80% of films), 2 times as"),
        (LABELS[:, :1], NAMES[:1], "80% of films have the only genre, Drama"),
        (LABELS[:, 2:3], NAMES[2:3], "No film has a genre"),
    ],
)
def test_frequency_says_the_finding(labels, names, title):
    assert genre_frequency._finding(genre_frequency.frequency(labels, names)).startswith(title)


def test_frequency_section_says_the_numbers(check_drawn):
    section = genre_frequency.section(LABELS, NAMES)
    check_drawn(section.plots[0].png)
    assert (
        section.plots[0].alt
        == "Bar chart. Drama 4 (80%), Comedy 3 (60%), War 2 (40%), Short 0 (0%)."
    )
    assert section.table["share of films (%)"].tolist() == pytest.approx([80, 60, 40, 0])


def test_shares_together_are_of_the_films_of_the_row():
    shares = co_occurrence.shares_together(LABELS, NAMES)
    assert shares.index.tolist() == shares.columns.tolist() == ["Drama", "Comedy", "War", "Short"]
    nan = np.nan
    expected = [[nan, 2 / 4, 2 / 4, 0], [2 / 3, nan, 1 / 3, 0], [1, 1 / 2, nan, 0], [nan] * 4]
    np.testing.assert_allclose(shares.to_numpy(), expected)


def test_heat_map_is_headed_by_its_highest_share():
    (plot,) = co_occurrence.section(LABELS, NAMES).plots
    shares = co_occurrence.shares_together(LABELS, NAMES)
    row, column = np.unravel_index(np.nanargmax(shares.to_numpy()), shares.shape)
    highest = f"of {shares.index[row]} films are {shares.columns[column]}"
    assert highest in plot.alt.split(",")[0]
    assert not co_occurrence.section(np.eye(3, dtype="float32"), NAMES[:3]).plots


def test_co_occurrence_section_says_the_numbers(check_drawn):
    section = co_occurrence.section(LABELS, NAMES)
    check_drawn(section.plots[0].png)
    alt = section.plots[0].alt
    assert alt.startswith("Heat map. Highest shares: 100% of War films are Drama, 67% of Comedy ")
    assert section.table.iloc[1, 0] == "Comedy"
    assert section.table.iloc[1, 1] == pytest.approx(200 / 3)


def test_co_occurrence_section_of_films_with_one_genre_each_says_why_it_is_empty():
    section = co_occurrence.section(np.eye(3, dtype="float32"), NAMES[:3])
    assert (section.plots, section.table) == ((), None)
    assert "No film has two genres" in section.text


def test_co_occurrence_of_sixty_genres_is_drawn_without_numbers(check_drawn):
    labels = np.random.default_rng(3).random((200, 60)) < 0.1
    section = co_occurrence.section(labels, [f"Genre {number}" for number in range(60)])
    check_drawn(section.plots[0].png)
    assert section.table.shape == (60, 61)


def test_genres_per_film_counts_films_from_the_first_number_to_the_last():
    table = genres_per_film.genres_per_film(np.array([[1, 1, 1], [1, 0, 0], [0, 0, 1]]))
    assert table["genres"].tolist() == [1, 2, 3]
    assert table["films"].tolist() == [2, 0, 1]
    assert table["share"].tolist() == [2 / 3, 0, 1 / 3]


def test_genres_per_film_counts_films_without_a_genre():
    assert genres_per_film.genres_per_film(np.zeros((2, 3)))["genres"].tolist() == [0]


def test_genres_per_film_section_says_mean_and_numbers(check_drawn):
    section = genres_per_film.section(LABELS)
    check_drawn(section.plots[0].png)
    said = "Mean 1.80 genres a film. 1 genre: 2 films, 2 genres: 2 films, 3 genres: 1 film."
    assert section.plots[0].alt.endswith(said)


@pytest.fixture
def films():
    """Five films: each kind once, one twice, and one plot of white space."""
    return pd.DataFrame(
        {
            "plot": ["A duel.", "", " \n", "A war.", "A ship."],
            "poster": ["a.jpg", "b.jpg", "", "", "e.jpg"],
            "split": ["train", "test", "train", "train", "test"],
        }
    )


def test_missing_parts_are_counted_overall_and_per_split(films):
    table = missing_parts.missing_parts(films)
    assert table.columns.tolist() == ["plot and poster", "plot alone", "poster alone", "neither"]
    assert table.T.to_dict("list") == {
        "all films": [2, 1, 1, 1],
        "train": [1, 1, 0, 1],
        "test": [1, 0, 1, 0],
    }


@pytest.mark.parametrize(
    ("splits", "rows"),
    [
        ([""] * 5, ["all films"]),
        (["test", "", "", "", "train"], ["all films", "train", "test", "no split"]),
    ],
)
def test_missing_parts_name_films_without_split_where_others_have_one(films, splits, rows):
    assert missing_parts.missing_parts(films.assign(split=splits)).index.tolist() == rows


def test_missing_parts_section_says_the_numbers(films, check_drawn):
    section = missing_parts.section(films)
    check_drawn(section.plots[0].png)
    assert (
        "train: plot and poster 1, plot alone 1, poster alone 0, neither 1" in section.plots[0].alt
    )


def test_split_shares_are_of_the_films_of_the_split():
    splits = pd.Series(["train", "train", "test", "test", ""])
    shares = split_balance.split_shares(LABELS, splits, NAMES)
    assert shares.to_dict("index") == {
        "Drama": {"train": 1, "test": 1},
        "War": {"train": 0.5, "test": 0.5},
        "Comedy": {"train": 0, "test": 1},
        "Short": {"train": 0, "test": 0},
    }


def test_split_balance_section_says_the_numbers(check_drawn):
    splits = pd.Series(["train", "train", "test", "test", ""])
    section = split_balance.section(LABELS, splits, NAMES)
    check_drawn(section.plots[0].png)
    assert "Comedy train 0%, test 100%" in section.plots[0].alt
    assert section.table["test (%)"].tolist() == [100, 50, 100, 0]


@pytest.mark.parametrize(
    ("splits", "why"),
    [([""] * 5, "not divided into splits yet"), (["train"] * 4 + [""], "to one split, train")],
)
def test_split_balance_section_without_two_splits_says_why_it_is_empty(splits, why):
    section = split_balance.section(LABELS, pd.Series(splits), NAMES)
    assert section.plots == ()
    assert why in section.text
