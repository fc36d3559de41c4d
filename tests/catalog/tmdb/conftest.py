"""A TMDB of this machine, and quick collectors of it."""

import sys

import pytest
from fake_tmdb import TOKEN, FakeTmdb

from keras_genre.catalog.tmdb import TmdbCollector, polite_client


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Short waits; and httpcore looks at each request for a library that is not installed."""
    monkeypatch.setattr(polite_client, "BACKOFF_SECONDS", 0.01)
    monkeypatch.setitem(sys.modules, "sniffio", None)


@pytest.fixture
def start_tmdb():
    """Start a TMDB of so many films."""
    running = []

    def start(num_films, *args, **options):
        running.append(FakeTmdb(num_films, *args, **options))
        return running[-1].__enter__()

    yield start
    for tmdb in running:
        tmdb.__exit__()


@pytest.fixture
def collect(tmp_path):
    """Collect from a fake TMDB into `tmp_path`, or another folder."""

    def run(tmdb, folder=tmp_path, token=TOKEN, language="en-US", timeout=5.0, rate=5000, **goal):
        collector = TmdbCollector(
            folder, token, language=language, requests_per_second=rate, timeout=timeout, **tmdb.urls
        )
        return collector.collect(**goal)

    return run
