import json

import pandas as pd
import pytest

from keras_genre.catalog import MovieCatalog
from keras_genre.genres import GenreVocabulary


@pytest.fixture
def source(tmp_path):
    frame = pd.DataFrame(
        {
            "movie_id": list("abcd"),
            "genres": [["Drama", "War"], ["Drama"], ["Comedy", "Drama"], ["Comedy"]],
            "plot": ["A duel.", "", "A feast.", "A ship."],
        }
    )
    path = tmp_path / "films.parquet"
    MovieCatalog(frame, GenreVocabulary(["Drama", "War", "Comedy"])).save(path)
    return path


def test_explore_leaves_a_page_and_plots_and_says_where(run, source, tmp_path):
    out = tmp_path / "out"
    code, stdout, stderr = run("explore", source, "--out", out)
    assert code == 0
    assert stdout == f"{out / 'index.html'}: 4 films, 3 genres, 7 plots\n"
    assert stderr.startswith("Drawing: 9 in ")
    assert (out / "index.html").is_file()


def test_explore_with_merging_draws_what_it_would_do(run, source, tmp_path):
    out = tmp_path / "out"
    code, stdout, _ = run("explore", source, "--out", out, "--merge-below", 2, "--json")
    assert code == 0
    result = json.loads(stdout)
    assert result["page"] == str(out / "index.html")
    assert str(out / "genre_network_merged.png") in result["plots"]
    assert (result["films"], result["genres"]) == (4, ["Drama", "War", "Comedy"])
    assert result["merged"].startswith(
        "merged into Others: War (1 films) (genres with fewer than 2"
    )


def test_explore_of_a_file_that_is_not_there_fails_and_leaves_nothing(run, tmp_path):
    code, stdout, stderr = run("explore", tmp_path / "no.parquet", "--out", tmp_path / "out")
    assert (code, stdout) == (1, "")
    assert "no.parquet" in stderr
    assert not (tmp_path / "out").exists()


def test_explore_into_a_folder_with_files_fails(run, source, tmp_path):
    code, _, stderr = run("explore", source, "--out", tmp_path)
    assert code == 1
    assert "exists already. Choose another place (--out)" in stderr
