"""Whole runs of TmdbCollector against a TMDB of this machine."""

import asyncio
import csv
import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import traceback

import numpy as np
import pytest
from fake_tmdb import TOKEN, colour, details, film_id, poster

from keras_genre.catalog.tmdb import TmdbCollector, collector
from keras_genre.catalog.tmdb.folder_lock import locked_folder
from keras_genre.catalog.tmdb_csv import read_tmdb_csv
from keras_genre.errors import CatalogError
from keras_genre.pictures import open_picture, upright_rgb


def _table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _genres(number):
    return {genre["name"] for genre in details(number)["genres"]}


def _check_posters(folder):
    """Check that whatever has a poster's name is that whole poster; give their films' ids."""
    found = {int(path.stem): path for path in (folder / "posters").iterdir()}
    for number, path in found.items():
        assert path.read_bytes() == poster((number - 1000) // 7)
    return set(found)


def _journal(folder):
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def _recorded(folder, kind):
    return {(line["id"] - 1000) // 7 for line in _journal(folder) if line["kind"] == kind}


def _sprinkled(kind, number, times, count):
    """Faults that a seed draws; some films are gone, some posters are never whole."""
    if count in (500, 1500):
        return 429 if count == 500 else 4290
    if kind == "film" and number % 89 == 3:
        return 404
    if kind == "poster" and number % 97 in (4, 7):
        return "html" if number % 97 == 4 else "cut"
    draw = random.Random(f"{kind} {number} {times}").random()
    limits = {"stall": 0.002, 500: 0.02, 503: 0.03, "html": 0.045, "cut": 0.06}
    return next((fault for fault, limit in limits.items() if draw < limit), None)


def test_collect_2000_films_through_faults_of_all_kinds_gives_the_true_films(
    start_tmdb, collect, tmp_path, monkeypatch
):
    # httpcore looks at each connection for each request, and this server answers at once.
    monkeypatch.setattr(collector, "_AT_ONCE", 5)
    tmdb = start_tmdb(2100, _sprinkled)
    shown = []
    summary = collect(
        tmdb, films=2000, timeout=1.5, progress=lambda done, total: shown.append((done, total))
    )
    numbers = [number for number in range(2100) if number % 89 != 3][:2000]
    never_whole = {n for n in numbers if n % 97 in (4, 7) and details(n)["poster_path"]}
    with_poster = {n for n in numbers if details(n)["poster_path"]} - never_whole

    assert (summary.films, summary.posters, summary.reached) == (2000, len(with_poster), True)
    assert summary.without_poster == 2000 - len(with_poster)
    assert summary.without_genres == sum(not details(n)["genres"] for n in numbers)
    assert summary.without_overview == sum(not details(n)["overview"] for n in numbers)
    assert summary.requests == tmdb.asked.total()
    assert summary.retries > 100
    assert shown[-1] == (2000, 2000)
    assert shown == sorted(shown)

    problems = {(int(row["id"]), row["what"]): row["reason"] for row in _table("problems.csv")}
    gone = [n for n in range(numbers[-1]) if n % 89 == 3]
    expected = {(film_id(n), "film"): "HTTP 404" for n in gone}
    assert problems.keys() == expected.keys() | {(film_id(n), "poster") for n in never_whole}
    assert problems.items() >= expected.items()
    assert summary.problems == len(problems)
    assert "expected a JPEG" in problems[film_id(4), "poster"]
    assert "truncated" in problems[film_id(7), "poster"].lower()

    catalog = read_tmdb_csv(tmp_path / "movies.csv").frame
    expected = [n for n in numbers if details(n)["genres"]]
    assert catalog["movie_id"].tolist() == [str(film_id(n)) for n in expected]
    assert [set(genres) for genres in catalog["genres"]] == [_genres(n) for n in expected]
    for column, name in (("title", "title"), ("plot", "overview"), ("tagline", "tagline")):
        assert catalog[column].tolist() == [details(n)[name] or "" for n in expected]
    years = [int(details(n)["release_date"][:4] or 0) for n in expected]
    assert catalog["year"].fillna(0).tolist() == years
    assert [bool(path) for path in catalog["poster"]] == [n in with_poster for n in expected]
    assert _check_posters(tmp_path) == {film_id(n) for n in with_poster}
    for number, path in list(zip(expected, catalog["poster"], strict=True))[::40]:
        if path:
            with open(path, "rb") as file, open_picture(file.read()) as image:
                pixels = np.asarray(upright_rgb(image), int)
            assert abs(pixels - colour(number)).max() <= 6

    # Both pauses were asked of one request and bind all; what was under way when the word came
    # has half a second.
    assert len(tmdb.pauses) == 2
    for start, end in tmdb.pauses:
        assert not [moment for moment in tmdb.times if start + 0.6 < moment < end - 0.02]
    assert tmdb.leaks == []
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(autouse=True)
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_collect_never_sends_more_requests_than_its_rate(start_tmdb, collect):
    tmdb = start_tmdb(100)
    collect(tmdb, films=80, rate=100)
    times = np.array(tmdb.times)
    busiest = max(int(((times >= t) & (times < t + 0.5)).sum()) for t in times)
    assert len(times) > 100
    assert busiest <= 70  # 50, and what a slow machine holds up and then lets go at once


@pytest.fixture(scope="module")
def sixty(tmp_path_factory):
    """The folder of a run of 60 films that nothing disturbed."""
    from fake_tmdb import FakeTmdb

    folder = tmp_path_factory.mktemp("sixty") / "films"
    with FakeTmdb(80) as tmdb:
        TmdbCollector(folder, TOKEN, requests_per_second=5000, **tmdb.urls).collect(films=60)
    return folder


@pytest.mark.parametrize("part", [0.0, 0.004, 0.3, 0.31, 0.77, 0.9999, 1.0])
def test_collect_after_a_journal_cut_anywhere_asks_only_for_what_it_lost(
    start_tmdb, collect, sixty, tmp_path, part
):
    folder = shutil.copytree(sixty, tmp_path / "films")
    journal = folder / "journal.jsonl"
    content = journal.read_bytes()
    journal.write_bytes(content[: int(len(content) * part)])
    films = _recorded(folder, "film")
    kept = [details(n)["poster_path"] for n in films - _recorded(folder, "poster")]
    tmdb = start_tmdb(80)
    assert collect(tmdb, folder, films=60).films == 60
    asked = {number for kind, number in tmdb.asked if kind == "film"}
    assert asked == set(range(60)) - films
    assert not [key for key in tmdb.asked if key[0] == "poster"], kept  # their files are there
    for name in ("movies.csv", "problems.csv"):
        assert (folder / name).read_bytes() == (sixty / name).read_bytes()


def test_collect_asks_again_for_a_poster_whose_file_has_gone(start_tmdb, collect, sixty, tmp_path):
    folder = shutil.copytree(sixty, tmp_path / "films")
    (folder / "posters" / f"{film_id(8)}.jpg").unlink()
    tmdb = start_tmdb(80)
    collect(tmdb, folder, films=60)
    assert dict(tmdb.asked) == {("poster", 8): 1}
    _check_posters(folder)


_KILLED = """
import sys
from keras_genre.catalog.tmdb import TmdbCollector
sys.modules["sniffio"] = None
folder, token, base_url, image_url = sys.argv[1:]
collector = TmdbCollector(
    folder, token, requests_per_second=5000, base_url=base_url, image_url=image_url
)
collector.collect(films=300)
"""


def test_collect_killed_at_many_instants_loses_nothing_and_asks_for_nothing_twice(
    start_tmdb, collect, tmp_path
):
    tmdb = start_tmdb(400, seconds=0.002)
    folder = tmp_path / "films"
    line = [sys.executable, "-c", _KILLED, folder, TOKEN, *tmdb.urls.values()]
    for count in (30, 200, 450):
        films, before = set(), tmdb.asked.copy()
        if count > 30:
            films, posters = _recorded(folder, "film"), _recorded(folder, "poster")
            lines = _journal(folder)
        with subprocess.Popen(line) as process:
            while len(tmdb.times) < count and process.poll() is None:
                time.sleep(0.001)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        _check_posters(folder)
        if films:
            assert _journal(folder)[: len(lines)] == lines
            again = {key for key in tmdb.asked if tmdb.asked[key] > before[key]}
            assert not again & {("film", n) for n in films}
            assert not again & {("poster", n) for n in posters}
    assert len(_recorded(folder, "film")) > 100
    summary = collect(tmdb, folder, films=300)
    assert (summary.films, summary.problems) == (300, 0)
    assert [row["id"] for row in _table(folder / "movies.csv")] == [
        str(film_id(n)) for n in range(300)
    ]
    assert _check_posters(folder) == {film_id(n) for n in range(300) if details(n)["poster_path"]}
    assert not list(folder.glob(".*"))  # what the killed ones were writing


def test_collect_a_rare_genre_until_there_are_enough_of_it(start_tmdb, collect, tmp_path):
    tmdb = start_tmdb(400)
    assert collect(tmdb, films=50).films == 50
    summary = collect(tmdb, genre="War", at_least=12)
    wars = [n for n in range(400) if "War" in _genres(n)]
    assert summary.reached
    assert summary.films == 50 + 12 - sum(n < 50 for n in wars)
    assert _recorded(tmp_path, "film") == {*range(50), *wars[:12]}
    summary = collect(tmdb, genre="War", at_least=1000)
    assert not summary.reached
    assert _recorded(tmp_path, "film") == {*range(50), *wars}
    assert max(times for (kind, _), times in tmdb.asked.items() if kind != "page") == 1


def test_collect_whose_posters_were_away_gets_them_in_the_next_run(start_tmdb, collect, tmp_path):
    def away(kind, number, *_):
        return 503 if (kind, number) == ("poster", 4) else 404 if number == 6 else None

    tmdb = start_tmdb(40, away)
    assert collect(tmdb, films=10).problems == 2  # film 6 and poster 4
    reasons = {row["what"]: row["reason"] for row in _table("problems.csv")}
    assert reasons == {"film": "HTTP 404", "poster": "HTTP 503"}
    tmdb.faults = lambda *_: None
    asked = tmdb.asked.copy()
    summary = collect(tmdb, films=10)
    assert (summary.films, summary.problems, summary.requests) == (10, 1, 1)
    assert tmdb.asked - asked == {("poster", 4): 1}
    assert collect(tmdb, films=12).films == 12
    assert tmdb.asked["film", 6] == 1  # TMDB has said that there is none


@pytest.mark.parametrize("token", [TOKEN, "0123456789abcdefABCDEF0123456789"])
def test_collect_shows_its_token_in_requests_to_the_api_alone(
    start_tmdb, collect, tmp_path, caplog, token
):
    tmdb = start_tmdb(30, token=token)
    with caplog.at_level(logging.DEBUG):
        summary = collect(tmdb, token=token, films=20)
    assert summary.films == 20
    assert "/movie/" in caplog.text  # httpx logs addresses
    shown = [caplog.text, repr(summary), *tmdb.leaks]
    for faults in (lambda *_: 401, lambda *_: 500):
        tmdb.faults = faults
        with caplog.at_level(logging.DEBUG), pytest.raises(CatalogError) as error:
            collect(tmdb, token=token, films=30)
        shown += [caplog.text, "".join(traceback.format_exception(error.value))]
    shown += [path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*.*")]
    assert not [text for text in shown if token in text]


def test_collect_with_a_refused_token_stops_at_once_and_says_where_to_get_one(start_tmdb, collect):
    tmdb = start_tmdb(30)
    with pytest.raises(CatalogError, match="TMDB_API_TOKEN"):
        collect(tmdb, token="wrong", films=20)
    assert len(tmdb.times) == 1


@pytest.mark.parametrize("token", ["", "two\nlines", "schlüssel"])
def test_collector_without_a_usable_token_names_the_variable_and_not_the_token(
    tmp_path, monkeypatch, token
):
    monkeypatch.setenv("TMDB_API_TOKEN", token)
    with pytest.raises(CatalogError, match="TMDB_API_TOKEN") as error:
        TmdbCollector(tmp_path)
    assert not token or token not in str(error.value)


@pytest.mark.parametrize(("kind", "fault"), [("film", 502), ("poster", "html"), ("poster", 302)])
def test_collect_from_a_server_that_is_away_stops_and_keeps_what_it_has(
    start_tmdb, collect, kind, fault
):
    tmdb = start_tmdb(400, lambda *asked: fault if asked[0] == kind and asked[1] > 30 else None)
    with pytest.raises(CatalogError, match=r"20 films in a row.*same command again"):
        collect(tmdb, films=300)
    assert 31 <= len(_table("movies.csv")) < 150
    assert len(tmdb.times) < 1000  # 370 films, six times each
    tmdb.faults = lambda *_: None
    assert collect(tmdb, films=120).problems == 0


def _posters_fail(fault, numbers=range(400)):
    return lambda kind, number, *_: fault if kind == "poster" and number in numbers else None


def _num_with_poster(numbers):
    return sum(details(n)["poster_path"] is not None for n in numbers)


@pytest.mark.parametrize("fault", [403, 404, "cut"])
def test_collect_whose_every_poster_is_refused_goes_on(start_tmdb, collect, fault):
    tmdb = start_tmdb(100, _posters_fail(fault))
    summary = collect(tmdb, films=100)
    assert (summary.films, summary.posters) == (100, 0)
    assert summary.problems == _num_with_poster(range(100)) > 40


@pytest.mark.parametrize("fault", [403, "html"])
def test_collect_with_more_failed_posters_than_mean_a_server_away_goes_on(
    start_tmdb, collect, fault
):
    failing = range(0, 100, 4)
    tmdb = start_tmdb(100, _posters_fail(fault, failing))
    # No run meets 20 new ones; the third begins with 25 that have failed before.
    for films in (60, 100, 100):
        summary = collect(tmdb, films=films)
        assert summary.films == films
    assert summary.problems == _num_with_poster(failing) == 25


def test_collect_whose_posters_are_looked_for_at_a_wrong_address_gets_them_later(
    start_tmdb, collect, tmp_path
):
    tmdb = start_tmdb(40, _posters_fail(404))
    assert collect(tmdb, films=40).posters == 0
    tmdb.faults = lambda *_: None
    assert collect(tmdb, films=40).posters == _num_with_poster(range(40))
    assert len(_check_posters(tmp_path)) == _num_with_poster(range(40))


def test_collect_whose_films_are_gone_leaves_them_out_for_good(start_tmdb, collect):
    tmdb = start_tmdb(100, lambda kind, number, *_: 404 if kind == "film" and number > 30 else None)
    assert collect(tmdb, films=100).problems == 69
    tmdb.faults = lambda *_: None
    assert collect(tmdb, films=100).films == 31


@pytest.mark.parametrize("retry_after", ["", "0", "soon", "-1", "Mon, 01 Jan 2001 00:00:00 GMT"])
def test_collect_told_to_wait_for_no_readable_time_waits_a_little(start_tmdb, collect, retry_after):
    tmdb = start_tmdb(30, lambda _, __, times, ___: f"429 {retry_after}" if times < 2 else None)
    summary = collect(tmdb, films=20)
    assert summary.films == 20
    assert summary.requests == 3 * (summary.requests - summary.retries)


def test_collect_told_to_wait_for_long_stops_and_says_so(start_tmdb, collect):
    tmdb = start_tmdb(30, lambda kind, number, *_: "429 86400" if number == 9 else None)
    with pytest.raises(CatalogError, match="left alone for 86400 s"):
        collect(tmdb, films=20)
    assert "Film" in _table("movies.csv")[0]["title"]


def test_collect_with_a_damaged_journal_names_the_line(start_tmdb, collect, tmp_path):
    tmdb = start_tmdb(30)
    collect(tmdb, films=5)
    journal = tmp_path / "journal.jsonl"
    lines = journal.read_text().splitlines()
    journal.write_text("\n".join([*lines[:3], lines[3][:9], *lines[4:], ""]))
    with pytest.raises(CatalogError, match=r"journal\.jsonl, line 4: .*delete the line"):
        collect(tmdb, films=6)
    journal.write_text("\n".join([*lines[:3], *lines[4:], ""]))
    assert collect(tmdb, films=6).films == 6


def test_collect_in_a_folder_of_another_collector_is_refused(start_tmdb, collect, tmp_path):
    tmdb = start_tmdb(30)
    with locked_folder(tmp_path), pytest.raises(CatalogError, match="Another collector"):
        collect(tmdb, films=20)
    assert tmdb.times == []
    assert collect(tmdb, films=20).films == 20


def test_collect_with_another_language_than_the_folder_was_begun_with_is_refused(
    start_tmdb, collect
):
    tmdb = start_tmdb(30)
    collect(tmdb, films=5)
    with pytest.raises(CatalogError, match="begun with language 'en-US'"):
        collect(tmdb, films=10, language="de-DE")


@pytest.mark.parametrize(
    ("goal", "message"),
    [
        ({}, "how many films"),
        ({"films": 0}, "at least 1 film, received 0"),
        ({"genre": "War"}, "both genre and at_least"),
        ({"genre": "Wra", "at_least": 3}, "Did you mean 'War'"),
    ],
)
def test_collect_without_a_sensible_goal_says_what_was_expected(tmp_path, goal, message):
    with pytest.raises(ValueError, match=message):
        TmdbCollector(tmp_path / "films", TOKEN).collect(**goal)
    assert not (tmp_path / "films").exists()


async def _within(work):
    return work()


def test_collect_in_a_running_event_loop_works_as_elsewhere(start_tmdb, collect):
    tmdb = start_tmdb(30)
    assert asyncio.run(_within(lambda: collect(tmdb, films=20))).films == 20


def test_collect_interrupted_in_a_running_event_loop_ends_and_writes_what_it_has(
    start_tmdb, collect
):
    def interrupt(kind, number, times, count):
        if count == 40:
            os.kill(os.getpid(), signal.SIGINT)

    tmdb = start_tmdb(400, interrupt, seconds=0.01)
    loop = asyncio.new_event_loop()  # notebooks leave SIGINT to Python, as this does
    try:
        with pytest.raises(KeyboardInterrupt):
            loop.run_until_complete(_within(lambda: collect(tmdb, films=300)))
    finally:
        loop.close()
    assert 1 <= len(_table("movies.csv")) < 300
    assert len(tmdb.times) < 300
