"""Films of every source, from what the user holds to records; and what is done on the way."""

import json

import pandas as pd
import pytest
from fake_tmdb import TOKEN, FakeTmdb
from mm_imdb_files import film, write_hdf5, write_raw

from keras_genre.catalog import MovieCatalog
from keras_genre.catalog.tmdb import polite_client
from keras_genre.data import MovieDataset
from keras_genre.genres import MM_IMDB_GENRES

_PLOTS = [
    "A lighthouse keeper trains gulls to carry letters across a frozen strait.",
    "Two rival bakers enter the same contest under each other's names.",
    "The last train of the winter arrives with one passenger too many.",
    "A retired juggler is asked to steal back the crown that he once returned.",
    "Nobody believes the girl who hears the river counting at night.",
    "An orchestra of burglars rehearses in the flat below the judge.",
]


@pytest.fixture
def films(tmp_path):
    """Write a CSV file of films that are all different, but for what is given; give its path."""

    def write(**columns):
        table = {
            "id": [f"f{number}" for number in range(6)],
            "title": [f"Film {number}" for number in range(6)],
            "plot": _PLOTS,
            "genres": ["Drama", "Comedy", "Drama", "Crime|Comedy", "Drama", "Musical|Comedy"],
            "split": ["train", "train", "train", "validation", "test", "test"],
        }
        path = tmp_path / "films.csv"
        pd.DataFrame({**table, **columns}).to_csv(path, index=False)
        return path

    return write


@pytest.fixture
def prepare(run, tmp_path):
    """Prepare records; give the exit code, the records' ids by split, and standard error."""

    def call(*words):
        code, _, err = run("prepare", *words, "--out", tmp_path / "data", "--json")
        if code:
            assert not (tmp_path / "data").exists()
            return code, None, err
        dataset = MovieDataset(tmp_path / "data")
        return code, _ids(dataset), err

    return call


def _ids(dataset):
    records = {
        split: dataset.load(split, lambda raw: raw, with_ids=True) for split in dataset.splits
    }
    return {
        split: sorted(i.decode() for *_, ids in batches.as_numpy_iterator() for i in ids)
        for split, batches in records.items()
    }


_LEAKING = [*_PLOTS[:4], _PLOTS[0], _PLOTS[5]]


def test_leak_stops_prepare_and_is_listed(films, prepare, tmp_path):
    code, _, err = prepare("poster-csv", films(plot=_LEAKING))
    assert code == 1
    assert "--clean" in err
    assert "--split-anew" in err
    assert "--allow-leaks" in err
    (leak,) = pd.read_csv(tmp_path / "data-leaks.csv").to_dict("records")
    assert {leak["movie_id"], leak["other_id"]} == {"f0", "f4"}
    assert leak["kind"] == "plot"


def test_leak_that_is_allowed_is_told_and_prepared(films, prepare, tmp_path):
    code, ids, err = prepare("poster-csv", films(plot=_LEAKING), "--allow-leaks")
    assert code == 0
    assert ids == {"train": ["f0", "f1", "f2"], "validation": ["f3"], "test": ["f4", "f5"]}
    assert "probably the same, 1 pair:" in err
    assert (tmp_path / "data-leaks.csv").exists()


def test_leak_is_cleaned_away_from_training(films, prepare, tmp_path):
    code, ids, err = prepare("poster-csv", films(plot=_LEAKING), "--clean")
    assert code == 0
    assert ids == {"train": ["f1", "f2"], "validation": ["f3"], "test": ["f4", "f5"]}
    assert "5 of 6 films left" in err
    (dropped,) = pd.read_csv(tmp_path / "data-cleaning.csv").to_dict("records")
    assert (dropped["movie_id"], dropped["rule"]) == ("f0", "near_duplicate_plot")
    assert not (tmp_path / "data-leaks.csv").exists()


def test_cleaning_list_of_records_stays_when_other_films_are_refused(films, run, tmp_path):
    line = ["prepare", "poster-csv", films(plot=_LEAKING), "--out", tmp_path / "data", "--clean"]
    assert run(*line)[0] == 0
    before = (tmp_path / "data-cleaning.csv").read_bytes()
    films(plot=[f"{plot} <b>Again.</b>" for plot in _PLOTS])
    code, _, err = run(*line)
    assert code == 1
    assert "exists already" in err
    assert (tmp_path / "data-cleaning.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "message"), [("films.csv", "exists already"), ("films.tsv", "neither .parquet nor")]
)
def test_catalogue_never_takes_the_place_of_a_file(films, run, tmp_path, name, message):
    path = films()
    before = path.read_bytes()
    code, _, err = run("catalog", "poster-csv", path, "--out", tmp_path / name)
    assert code == 2
    assert message in err
    assert path.read_bytes() == before


def test_genre_of_the_label_set_that_no_film_has_can_be_dropped(films, run, tmp_path):
    out = tmp_path / "out.parquet"
    line = ["catalog", "poster-csv", films(), "--out", out, "--label-set", "tmdb"]
    assert run(*line, "--drop-genre", "TV Movie", "--drop-genre", "Musical")[0] == 0
    catalog = MovieCatalog.load(out)
    assert "TV Movie" not in catalog.vocabulary
    assert len(catalog.vocabulary) == 18
    assert catalog.frame["genres"].tolist()[-1] == ("Comedy",)
    code, _, err = run(*line[:4], tmp_path / "b.parquet", "--drop-genre", "Dramma")
    assert code == 1
    assert "Did you mean 'Drama'" in err


def test_rule_that_is_skipped_leaves_its_films(films, prepare):
    line = ["poster-csv", films(plot=_LEAKING), "--clean", "--skip-rule", "near_duplicate_plot"]
    assert prepare(*line)[0] == 1
    code, _, err = prepare(*line[:-1], "near_duplicate_plots")
    assert code == 1
    assert "near_duplicate_plot" in err


def test_rules_without_cleaning_are_used_wrongly(films, prepare):
    code, _, err = prepare("poster-csv", films(), "--require-plot")
    assert code == 2
    assert "--clean" in err


def test_films_without_splits_are_divided_with_doubles_together(run, tmp_path):
    rows = [(f"f{n}", f"{_PLOTS[n % 6]} {n // 2} {_PLOTS[n % 5]}", "Drama") for n in range(60)]
    rows += [(f"g{n}", plot, "Drama") for n, (_, plot, _) in enumerate(rows[:30])]
    path = tmp_path / "films.csv"
    pd.DataFrame(rows, columns=["id", "plot", "genres"]).to_csv(path, index=False)
    out = tmp_path / "films.parquet"
    code, shown, _ = run("catalog", "poster-csv", path, "--out", out, "--json")
    assert code == 0
    frame = MovieCatalog.load(out).frame.set_index("movie_id")
    assert sum(json.loads(shown)["films"].values()) == 90
    assert set(frame["split"]) == {"train", "validation", "test"}
    for number in range(30):
        assert frame.loc[f"f{number}", "split"] == frame.loc[f"g{number}", "split"]


def test_genres_are_translated_and_rare_ones_merged(films, run, tmp_path):
    out = tmp_path / "films.csv.parquet"
    line = ["catalog", "poster-csv", films(), "--out", out]
    assert run(*line, "--label-set", "tmdb", "--merge-below", 1)[0] == 0
    catalog = MovieCatalog.load(out)
    assert catalog.vocabulary.names == ("Comedy", "Drama", "Others")
    assert catalog.frame["genres"].tolist()[-1] == ("Comedy", "Others")
    code, _, err = run(*line[:4], tmp_path / "b.parquet", "--label-set", "tmbd")
    assert code == 2
    assert "Did you mean 'tmdb'" in err


def test_saved_catalogue_is_prepared_as_it_is(films, run, prepare, tmp_path):
    out = tmp_path / "films.parquet"
    assert run("catalog", "poster-csv", films(), "--out", out)[0] == 0
    code, ids, _ = prepare("catalog", out)
    assert code == 0
    assert ids == {"train": ["f0", "f1", "f2"], "validation": ["f3"], "test": ["f4", "f5"]}


def test_mm_imdb_folder_is_prepared_with_its_splits_and_label_order(prepare, tmp_path):
    splits = ["train", "train", "validation", "test"]
    films = [
        film(f"000000{n}", split, ("War", "Drama"), plot=[_PLOTS[n]], title=f"Film {n}")
        for n, split in enumerate(splits)
    ]
    write_raw(tmp_path / "mmimdb", films, posters=False)
    code, ids, _ = prepare("mm-imdb", tmp_path / "mmimdb")
    assert code == 0
    assert ids == {
        "train": ["0000000", "0000001"],
        "validation": ["0000002"],
        "test": ["0000003"],
    }
    dataset = MovieDataset(tmp_path / "data")
    assert dataset.vocabulary.names == MM_IMDB_GENRES
    _, labels = next(dataset.load("test", lambda raw: raw).as_numpy_iterator())
    assert dataset.vocabulary.decode(labels[0]) == ("Drama", "War")


def test_mm_imdb_hdf5_of_another_size_says_what_was_expected(prepare, tmp_path):
    write_hdf5(tmp_path / "films.hdf5")
    posters = tmp_path / "posters"
    code, _, err = prepare("mm-imdb-hdf5", tmp_path / "films.hdf5", "--posters", posters)
    assert code == 1
    assert "25,959" in err or "25959" in err
    assert not posters.exists()


def test_tmdb_from_its_service_to_records(run, prepare, monkeypatch, tmp_path):
    monkeypatch.setenv("TMDB_API_TOKEN", TOKEN)
    monkeypatch.setattr(polite_client, "BACKOFF_SECONDS", 0.01)
    folder = tmp_path / "tmdb"
    with FakeTmdb(60) as tmdb:
        urls = ["--base-url", tmdb.urls["base_url"], "--image-url", tmdb.urls["image_url"]]
        line = ["collect", "tmdb", "--to", folder, "--films", 60, *urls]
        assert run(*line, "--requests-per-second", 5000)[0] == 0
    code, ids, _ = prepare("tmdb-csv", folder / "movies.csv")
    assert code == 0
    collected = pd.read_csv(folder / "movies.csv", dtype=str, keep_default_na=False)
    with_genres = collected[collected["genres"].map(bool)]
    prepared = [movie_id for of_split in ids.values() for movie_id in of_split]
    assert sorted(prepared) == sorted(with_genres["id"])
