"""The crew of films in their records, and records of films without, which are as they were."""

import pandas as pd
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.data import write_records
from keras_genre.data.examples import film_example
from keras_genre.data.parsing import SCHEMA, parse
from keras_genre.genres import GenreVocabulary

VOCABULARY = GenreVocabulary(["War", "Drama"])
CREWS = [("Ann", "Bo"), ("Zoë ß", "Ann|a", ""), ()]
# Of the films below without crew, made before records knew of crews: data_hash and source_hash.
CREWLESS = {
    "plot": (
        "cfe4f8cd6512ddb66a9ac3322add21c22df05eeb9bdb94a8e3cdd7a477630ace",
        "a026e26ef92c678881ef242efc95566ee8cc109b1f3ce7768ea34a59f1084d49",
    ),
    "plot+tagline": (
        "bbe7759f81541dabaa9d01f40b1b6abce8ffb08a862b356f0e1763fdd68fe054",
        "16bcc848db4dcdecc845ddb6f5be805083c3e7d9c8c2f9550e0f6f7354ec2d25",
    ),
}


def make_catalog(crews=((), (), ())):
    films = [
        ("tt1", "Léon", "A duel.", "Two swords.", ["Drama"], "train"),
        ("tt2", "", "", "", ["War", "Drama"], "train"),
        ("tt3", "x", "Plot.", "", [], "validation"),
    ]
    columns = ["movie_id", "title", "plot", "tagline", "genres", "split"]
    return MovieCatalog(pd.DataFrame(films, columns=columns).assign(crew=list(crews)), VOCABULARY)


@pytest.mark.parametrize("text", CREWLESS)
def test_records_without_crew_keep_the_bytes_and_hashes_that_they_had(tmp_path, text):
    manifest = write_records(make_catalog(), tmp_path / "films", text=text).manifest
    assert (manifest.data_hash, manifest.source_hash) == CREWLESS[text]


def test_records_with_crew_give_it_back_in_their_order(tmp_path):
    catalog = make_catalog(CREWS)
    dataset = write_records(catalog, tmp_path / "films")
    by_id = dict(zip(catalog.frame["movie_id"], CREWS, strict=True))
    for split in dataset.splits:
        ids = [film["movie_id"].decode() for film in dataset.films(split).as_numpy_iterator()]
        assert dataset.crews(split) == [by_id[movie_id] for movie_id in ids]


def test_crews_of_records_without_any_are_empty(tmp_path):
    dataset = write_records(make_catalog(), tmp_path / "films")
    assert dataset.crews("train") == [(), ()]


def test_example_differs_by_the_crew_alone_and_only_where_there_is_one():
    films = list(make_catalog(CREWS).frame.itertuples())
    without = list(make_catalog().frame.itertuples())
    same = [
        film_example(a, b"", VOCABULARY, "plot") == film_example(b, b"", VOCABULARY, "plot")
        for a, b in zip(films, without, strict=True)
    ]
    assert same == [False, False, True]


def test_source_hash_sees_the_crew(tmp_path):
    changed = [CREWS[0], CREWS[1], ("Cy",)]
    hashes = {
        write_records(make_catalog(crews), tmp_path / str(number)).manifest.source_hash
        for number, crews in enumerate(([(), (), ()], CREWS, changed))
    }
    assert len(hashes) == 3


def test_parse_leaves_the_crew_alone_unless_it_is_asked_for(tmp_path):
    film = next(make_catalog(CREWS).frame.itertuples())
    records = [film_example(film, b"", VOCABULARY, "plot")]
    assert set(parse(records)) == set(SCHEMA)
    assert parse(records, "crew")["crew"].to_list() == [[b"Ann", b"Bo"]]
