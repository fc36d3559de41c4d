import json

import pytest

from keras_genre.data import MovieDataset
from keras_genre.runs import Recipe
from keras_genre.training import train


@pytest.fixture(scope="module")
def poster_run(sample_dataset, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "posters"
    return train(Recipe("cnn64", epochs=1), sample_dataset, folder)


def test_link_by_a_run_gives_films_their_neighbors(run, poster_run, sample_dataset, tmp_path):
    out = tmp_path / "linked"
    arguments = (sample_dataset.folder, "--out", out, "--run", poster_run.folder, "--neighbors", 3)
    code, shown, err = run("link", *arguments, "--json")
    assert code == 0, err
    links = MovieDataset(out).manifest.links
    assert (links.max_neighbors, links.dim) == (3, 128)
    assert len(links.encoder) == 64
    assert "films have neighbours" in json.loads(shown)["links"]
    code, _, err = run("link", *arguments)
    assert code == 1
    assert "exists already" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "either --run or --preset"),
        (("--run", "{run}", "--preset", "cnn64"), "either --run or --preset"),
        (("--run", "{run}", "--poster-weights", "x.h5"), "leave --poster-weights out"),
        (("--preset", "lstm"), "'lstm' is not one of"),
    ],
)
def test_link_used_wrongly_exits_with_two(run, tiny_run, tmp_path, arguments, message):
    arguments = [argument.format(run=tiny_run.folder) for argument in arguments]
    code, _, err = run("link", tmp_path, "--out", tmp_path / "linked", *arguments)
    assert (code, message in err) == (2, True), err


def test_link_by_a_run_without_posters_says_so(run, tiny_run, sample_dataset, tmp_path):
    code, _, err = run("link", sample_dataset.folder, "--out", tmp_path, "--run", tiny_run.folder)
    assert code == 2
    assert "sees no posters" in err
