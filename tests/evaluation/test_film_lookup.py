import pytest

from keras_genre.evaluation import look_up_films
from keras_genre.evaluation.film_lookup import film_contents, film_texts


def test_films_are_found_in_the_order_asked_for(sample_dataset, sample_films):
    frame = sample_films[0].frame.set_index("movie_id")
    wanted = frame.index[frame["split"] == "test"][:5].tolist()[::-1]
    films = look_up_films(sample_dataset, "test", wanted)
    assert list(films) == wanted
    for movie_id, film in films.items():
        row = frame.loc[movie_id]
        assert (film.movie_id, film.title, film.plot) == (movie_id, row["title"], row["plot"])
        assert set(film.genres) == set(row["genres"])
        assert film.poster.startswith(b"\xff\xd8") if row["poster"] else film.poster == b""


def test_film_of_another_split_is_not_found(sample_dataset, sample_films):
    frame = sample_films[0].frame
    other = frame["movie_id"][frame["split"] == "train"].iloc[0]
    with pytest.raises(ValueError, match=f"The test split of .* has no film '{other}'"):
        look_up_films(sample_dataset, "test", [other])


def test_texts_and_contents_tell_of_every_film_in_order(sample_dataset):
    films = look_up_films(sample_dataset, "train")
    texts, contents = film_texts(sample_dataset, "train"), film_contents(sample_dataset, "train")
    assert texts["movie_id"].tolist() == contents.index.tolist() == list(films)
    assert texts["plot"].tolist() == [film.plot for film in films.values()]
    assert texts["title"].tolist() == [film.title for film in films.values()]
    assert contents["has_plot"].tolist() == [bool(film.plot) for film in films.values()]
    assert contents["has_poster"].tolist() == [bool(film.poster) for film in films.values()]
    assert not contents["has_poster"].all()
