"""`keras-genre collect tmdb` against a TMDB of this machine."""

import json
import os
import signal
import sys

import pytest
from fake_tmdb import TOKEN, FakeTmdb

from keras_genre.catalog.tmdb import polite_client
from keras_genre.catalog.tmdb_csv import read_tmdb_csv


@pytest.fixture
def collect(run, tmp_path, monkeypatch):
    """Run the command on a TMDB; give exit code, standard output and error."""
    monkeypatch.setenv("TMDB_API_TOKEN", TOKEN)
    monkeypatch.setattr(polite_client, "BACKOFF_SECONDS", 0.01)
    monkeypatch.setitem(sys.modules, "sniffio", None)

    def call(*options, tmdb=None):
        urls = tmdb.urls if tmdb else {"base_url": "http://127.0.0.1:9", "image_url": "http://x"}
        places = ["--base-url", urls["base_url"], "--image-url", urls["image_url"]]
        line = ["collect", "tmdb", "--to", tmp_path, *places, *options]
        return run(*line, "--requests-per-second", 5000)

    return call


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--films N"),
        (["--genre", "War"], "go together"),
        (["--genre", "Wra", "--at-least", "3"], "Did you mean 'War'"),
        (["--films", "0"], "--films"),
        (["--films", "1", "--poster-width", "341"], "--poster-width"),
    ],
)
def test_collect_used_wrongly_exits_with_two(collect, options, message):
    code, out, err = collect(*options)
    assert (code, out) == (2, "")
    assert message in err


def test_collect_writes_films_that_can_be_read_and_says_so(collect, tmp_path):
    with FakeTmdb(50) as tmdb:
        code, out, _ = collect("--films", "30", "--json", tmdb=tmdb)
        result = json.loads(out)
        assert (code, result["films"], result["reached"]) == (0, 30, True)
        assert result["csv"] == str(tmp_path / "movies.csv")
        assert len(read_tmdb_csv(result["csv"])) == 30 - result["without_genres"]
        code, out, _ = collect("--genre", "War", "--at-least", "99", tmdb=tmdb)
    assert code == 0
    assert "fewer than you asked for" in out


def test_collect_without_a_token_exits_with_one_and_names_the_variable(collect, monkeypatch):
    monkeypatch.delenv("TMDB_API_TOKEN")
    code, out, err = collect("--films", "3")
    assert (code, out) == (1, "")
    assert "environment variable TMDB_API_TOKEN" in err


def test_collect_from_nowhere_exits_with_one_and_says_how_to_go_on(collect):
    code, out, err = collect("--films", "3")
    assert (code, out) == (1, "")
    assert "Page 1 of TMDB's films could not be had (no answer (ConnectError))" in err
    assert "same command again" in err


def test_collect_interrupted_writes_what_it_has_and_the_same_command_goes_on(collect, tmp_path):
    def interrupt(kind, number, times, count):
        if count == 40:
            os.kill(os.getpid(), signal.SIGINT)

    with FakeTmdb(100, interrupt, seconds=0.01) as tmdb:
        code, out, err = collect("--films", "90", tmdb=tmdb)
        assert (code, out) == (130, "")
        assert "the same command goes on with it" in err
        assert 1 <= len(read_tmdb_csv(tmp_path / "movies.csv")) < 90
        assert not list(tmp_path.glob(".*"))
        code, out, err = collect("--films", "90", tmdb=tmdb)
        assert code == 0, err
    assert "90 films in" in out
