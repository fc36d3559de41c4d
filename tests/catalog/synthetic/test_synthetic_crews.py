import hashlib
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from keras_genre.catalog import MovieCatalog, read_poster_csv
from keras_genre.catalog.synthetic.crews import person_name, sample_crews

# Of 60 films of seed 3, made before films had crews.
WITHOUT_CREW = "9c313442b20237bff8d8e29121352a558ae8526e65d7eaf8ba96da3461ce0acd"


@pytest.fixture(scope="module")
def crews(many_films):
    return sample_crews(many_films.labels[:20_000], np.random.default_rng(4))


def test_make_catalog_with_crews_leaves_everything_else_as_it_was(made):
    _, catalog, truth = made
    frame = catalog.frame.drop(columns="crew")
    frame["poster"] = [Path(poster).name if poster else "" for poster in frame["poster"]]
    arrays = (truth.cues, truth.has_plot, truth.has_poster, truth.labels)
    rows = frame.astype(str).values.tolist()
    content = [list(frame.columns), rows, *(array.astype(int).tolist() for array in arrays)]
    assert hashlib.sha256(json.dumps(content).encode()).hexdigest() == WITHOUT_CREW


def test_make_catalog_writes_the_crews_to_csv_and_parquet(made, tmp_path):
    folder, catalog, _ = made
    crews = catalog.frame["crew"].tolist()
    assert all(2 <= len(crew) <= 5 for crew in crews)
    read = read_poster_csv(folder / "movies.csv")
    assert read.frame["crew"].tolist() == crews
    assert "movies.csv: 60 films with a crew" in read.notes
    for name in ("films.parquet", "films.csv"):
        catalog.save(tmp_path / name)
        assert MovieCatalog.load(tmp_path / name).frame["crew"].tolist() == crews


def test_sample_crews_names_nobody_twice_and_is_of_all_sizes(crews):
    assert all(len(set(crew)) == len(crew) for crew in crews)
    sizes = Counter(map(len, crews))
    assert set(sizes) == {2, 3, 4, 5}
    assert max(sizes.values()) < 1.1 * min(sizes.values())


def test_sample_crews_takes_a_person_for_about_eight_films(crews):
    films = Counter(name for crew in crews for name in crew)
    assert np.mean(list(films.values())) == pytest.approx(8, abs=0.2)
    assert max(films.values()) < 40


def test_sample_crews_people_prefer_a_genre(crews, many_films):
    labels = many_films.labels[:20_000]
    base = labels.mean(axis=0)
    rates = {}
    for crew, of_film in zip(crews, labels, strict=True):
        for name in crew:
            rates.setdefault(name, []).append(of_film)
    often = np.array([np.mean(films, axis=0) for films in rates.values() if len(films) >= 8])
    preferred = (often / base).argmax(axis=1)
    assert set(preferred) == set(range(8))
    assert often[np.arange(len(often)), preferred].mean() > 0.7 > 2 * base.max()


def test_sample_crews_of_few_films_ends(many_films):
    labels = many_films.labels[:1]
    assert 2 <= len(sample_crews(labels, np.random.default_rng(0))[0]) <= 5


def test_sample_crews_of_equal_seed_are_equal(many_films):
    labels = many_films.labels[:50]
    first, again, other = (sample_crews(labels, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_person_name_is_another_for_each_number():
    names = [person_name(number) for number in range(120_000)]
    assert len(set(names)) == len(names)
    assert not any(mark in name for name in names for mark in "|;,[")
