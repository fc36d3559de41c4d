import json
import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from keras_genre.cli import predict_films


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--csv", "films.csv"], "--out"),
        (["--csv", "films.csv", "--out", "x.csv", "--plot", "A heist."], "not both"),
        (["--plot", "A heist.", "--out", "x.csv"], "--csv"),
        (["--plot", "A heist.", "--plot-column", "story"], "--csv"),
        (["--csv", "films.csv", "--out", "x.csv", "--server", "localhost:1"], "--model"),
        (["--csv", "films.csv", "--out", "x.csv", "--text", "title"], "--text"),
    ],
)
def test_predict_of_a_table_used_wrongly_exits_with_two(run, args, message):
    code, out, err = run("predict", *args)
    assert (code, out) == (2, "")
    assert message in err


def test_progress_off_a_terminal_is_a_plain_line_now_and_then(capsys, monkeypatch):
    now = iter(range(0, 1000, 4))
    monkeypatch.setattr(predict_films.time, "monotonic", lambda: next(now))
    with predict_films.film_progress() as progress:
        for done in range(0, 700, 100):
            progress(done, 700)
    lines = capsys.readouterr().err.splitlines()
    assert 1 < len(lines) < 4
    assert re.fullmatch(r"\d+ of 700 films, 25 a second, 0:\d\d to go", lines[-1])


def test_predict_of_a_table_that_is_interrupted_says_how_it_goes_on(
    run, exported_model, sample_csv, tmp_path, monkeypatch
):
    def interrupt(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("keras_genre.client.predict_table", interrupt)
    args = ("predict", "--csv", sample_csv, "--out", tmp_path / "genres.csv")
    code, out, err = run(*args, "--saved-models", exported_model.parents[1])
    assert (code, out) == (130, "")
    assert "512 films are kept: the same command goes on" in err


def test_progress_on_a_terminal_is_one_line_redrawn(capsys, monkeypatch):
    monkeypatch.setattr(predict_films.sys.stderr, "isatty", lambda: True)
    now = iter(range(0, 1000, 4))
    monkeypatch.setattr(predict_films.time, "monotonic", lambda: next(now))
    with predict_films.film_progress() as progress:
        progress(100, 700)
        progress(200, 700)
    err = capsys.readouterr().err
    assert "\n" not in err
    assert "200 of 700 films, 25 a second, 0:20 to go" in err


def test_predict_of_a_table_here_and_over_a_server_agree(run, exported_model, sample_csv, tmp_path):
    from keras_genre.server import DevelopmentServer

    folder = tmp_path / "films"
    shutil.copytree(Path(sample_csv).parent, folder)
    asked = ("predict", "--csv", folder / "movies.csv", "--json")
    models = ("--saved-models", exported_model.parents[1])
    code, out, err = run(*asked, *models, "--out", tmp_path / "here.parquet")
    assert code == 0, err
    found = json.loads(out)
    assert (found["films"], found["predicted"], found["version"]) == (120, 120, 1)
    with DevelopmentServer({"untrained": exported_model.parent}, port=0) as server:
        over = ("--server", server.address, "--model", "untrained", "--timeout", 60)
        code, out, err = run(*asked, *over, "--out", tmp_path / "there.parquet")
    assert code == 0, err
    here, there = (pq.read_table(tmp_path / f"{name}.parquet") for name in ("here", "there"))
    assert here.schema.equals(there.schema, check_metadata=True)
    for one, other in zip(here.to_pylist(), there.to_pylist(), strict=True):
        assert one["id"] == other["id"]
        assert one["Drama"] == pytest.approx(other["Drama"], abs=1e-5)
    code, _, err = run(*asked, *models, "--out", tmp_path / "here.parquet")
    assert code == 1
    assert "exists already" in err
