"""A TMDB on this machine: invented films, drawn posters, and faults that a seed sprinkles."""

import asyncio
import contextlib
import datetime
import email.utils
import functools
import json
import random
import threading
import time
from collections import Counter
from urllib.parse import parse_qs, urlsplit

import numpy as np
from picture_files import encode
from PIL import Image

from keras_genre.catalog.tmdb_genres import TMDB_GENRE_IDS

TOKEN = "eyJhbGciOi.tests-only_0123456789"
PAGE = 20
_RARE = 10752  # War: a film in ten
_COMMON = [number for number in TMDB_GENRE_IDS if number != _RARE]


def film_id(number):
    """The id of the film that stands at some place of the list."""
    return 1000 + 7 * number


@functools.cache
def details(number):
    """What /movie/{id} says."""
    draw = random.Random(number)
    genres = draw.sample(_COMMON, draw.randrange(4)) + [_RARE] * (number % 10 == 3)
    return {
        "id": film_id(number),
        "imdb_id": f"tt{number:07}",
        "title": f'=Film, "{number}" \'é',
        "overview": f"The plot\nof film {number}." if number % 9 else "",
        "tagline": f"Tag {number}" if number % 2 else None,
        "genres": [{"id": genre, "name": TMDB_GENRE_IDS[genre]} for genre in genres],
        "poster_path": f"/poster{number}.jpg" if number % 8 in (0, 3, 4, 7) else None,
        "release_date": f"{1950 + number % 70}-07-01" if number % 6 else "",
    }


def colour(number):
    """The one colour of a film's poster."""
    return (number * 37 % 256, number * 91 % 256, number * 53 % 256)


@functools.cache
def poster(number):
    """The bytes of a film's poster."""
    pixels = np.full((30, 20, 3), colour(number), "uint8")
    return encode(Image.fromarray(pixels), quality=95)


class FakeTmdb:
    """Answers like TMDB's API and its server of posters, on a free port of 127.0.0.1.

    `faults(kind, number, times, count)` says what goes wrong with a request: its kind ("page",
    "film", "poster"), which of them, how many times it was asked for before, and how many requests
    there were in all. It gives None, a status, a `Retry-After` after "429 ", or one of "stall",
    "cut", "html".
    """

    def __init__(self, num_films, faults=lambda *_: None, token=TOKEN, seconds=0.0):
        self.num_films = num_films
        self.faults = faults
        self.token = token
        self.seconds = seconds
        self.asked = Counter()  # (kind, number) -> how many times
        self.times = []  # of all requests, by this machine's monotonic clock
        self.pauses = []  # (from, until) in which nobody may ask
        self.leaks = []  # requests for posters that carried the token
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self):
        self._thread.start()
        start = asyncio.start_server(self._serve, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(start, self._loop).result()
        port = self._server.sockets[0].getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        self.urls = {"base_url": f"{address}/3", "image_url": f"{address}/t/p"}
        return self

    def __exit__(self, *_):
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _stop(self):
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(self, reader, writer):
        try:
            over = (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError)
            with contextlib.suppress(*over):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
                    self.times.append(time.monotonic())
                    answer = self._answer(head[0].split()[1], "\n".join(head), len(self.times))
                    writer.write(await answer)
                    await writer.drain()
        finally:
            writer.transport.abort()

    async def _answer(self, target, head, count):
        await asyncio.sleep(self.seconds)
        parts = urlsplit(target)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        known = f"Bearer {self.token}" in head or query.get("api_key") == self.token
        kind, number = self._wanted(parts.path, query)
        times, self.asked[kind, number] = self.asked[kind, number], self.asked[kind, number] + 1
        if kind == "poster":
            self.leaks += [head] if self.token in head else []
        elif not known:
            return _http(401, b'{"status_message": "Invalid token"}')
        fault = self.faults(kind, number, times, count)
        if fault == "stall":
            await asyncio.sleep(3600)
        if isinstance(fault, int):
            return self._http_fault(fault)
        if fault and fault.startswith("429 "):
            return _http(429, b"{}", {"Retry-After": fault.removeprefix("429 ")})
        content = self._content(kind, number, query)
        if fault == "cut":
            content = content[:-12]
        if fault == "html":
            content = b"<html>Please log in to this hotel's network.</html>"
        return _http(200, content)

    def _wanted(self, path, query):
        last = path.rpartition("/")[2]
        if path == "/3/discover/movie":
            return "page", (query.get("with_genres", ""), int(query["page"]))
        if path.startswith("/3/movie/"):
            return "film", (int(last) - 1000) // 7
        if path.startswith("/t/p/w342/poster"):
            return "poster", int(last.removeprefix("poster").removesuffix(".jpg"))
        return "unknown", path

    def _content(self, kind, number, query):
        if kind == "poster":
            return poster(number)
        if kind == "film":
            return json.dumps(details(number)).encode()
        genre, page = number
        listed = [n for n in range(self.num_films) if _is_of(n, genre)]
        results = [{"id": film_id(n)} for n in listed[PAGE * (page - 1) : PAGE * page]]
        answer = {"page": page, "results": results, "total_pages": -(-len(listed) // PAGE)}
        return json.dumps(answer).encode()

    def _http_fault(self, status):
        """A fault's status; 429 asks for one second, 4290 by a date for one to two."""
        if status not in (429, 4290):
            return _http(status, b"<html>Oops</html>")
        now = time.monotonic()
        self.pauses.append((now, now + 1))
        if status == 429:
            return _http(429, b"{}", {"Retry-After": "1"})
        date = datetime.datetime.now(datetime.UTC)
        until = date + datetime.timedelta(seconds=2)
        dates = (email.utils.format_datetime(moment, usegmt=True) for moment in (date, until))
        return _http(429, b"{}", dict(zip(("Date", "Retry-After"), dates, strict=True)))


def _is_of(number, genre):
    return not genre or int(genre) in [found["id"] for found in details(number)["genres"]]


def _http(status, content, headers=None):
    lines = [f"HTTP/1.1 {status} Something", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + content
