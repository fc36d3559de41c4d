"""PoliteClient: requests that keep a pace, wait when asked to, and try again."""

import asyncio
import logging
import random
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from keras_genre.catalog.tmdb.access_token import VARIABLE, AccessToken
from keras_genre.catalog.tmdb.pace import Pace
from keras_genre.catalog.tmdb.retry_after import retry_after_seconds
from keras_genre.errors import CatalogError

ATTEMPTS = 6
BACKOFF_SECONDS = 0.5
_WAITS = 20  # of one request for a server that says 429
_LONGEST_WAIT_SECONDS = 600
_MAX_BYTES = 20_000_000  # a poster has some 50 kB; what never ends must not fill the memory
_FAILURES_IN_A_ROW = 20

T = TypeVar("T")


class RequestError(Exception):
    """What was asked for could not be had.

    Args:
        reason: For people; it names neither the address nor the token.
        final: Whether there is no such thing, so that another run would get no more.
        repeat: Whether asking again at once may help.
        away: Whether it says that the server is away, or is another, rather than anything about
            what was asked for.
    """

    def __init__(self, reason: str, *, final: bool, repeat: bool, away: bool):
        super().__init__(reason)
        self.final = final
        self.repeat = repeat
        self.away = away


@dataclass(frozen=True)
class _Answer:
    """What came back; `fault` says why where nothing whole did, `status` is 0 without any."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    fault: str = ""


class PoliteClient:
    """Sends requests for many workers: at one pace, with pauses that bind all, and patience.

    Args:
        token: Sent to the API alone, never to where posters are.
        requests_per_second: The rate of all requests together.
        connections: How many requests there are at a time.
        timeout: Seconds within which an answer must be complete.
        seed: Of the jitter of waiting times.

    Attributes:
        requests: How many were sent.
        retries: How many of these repeated another.
    """

    def __init__(
        self,
        token: AccessToken,
        requests_per_second: float,
        connections: int,
        timeout: float,
        seed: int,
    ):
        self.requests = self.retries = 0
        self._token = token
        self._pace = Pace(requests_per_second)
        self._timeout = timeout
        self._random = random.Random(seed)  # noqa: S311
        self._failures = Counter()  # in a row, of the API and of the server of posters
        self._given = set()  # which of the two have given anything that was asked for
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(timeout=None, limits=limits)  # noqa: S113

    async def __aenter__(self) -> "PoliteClient":
        logging.getLogger("httpx").addFilter(self._token)
        return self

    async def __aexit__(self, *_) -> None:
        await self._http.aclose()
        logging.getLogger("httpx").removeFilter(self._token)

    async def fetch(
        self,
        url: str,
        read: Callable[[bytes], T],
        params: Mapping[str, str] | None = None,
        with_token: bool = False,
        failed_before: bool = False,
    ) -> T:
        """Ask until there is an answer that can be read, and return what was read.

        Args:
            url: What to get.
            read: Makes the result of the answer's bytes; a ValueError means a broken answer.
            params: What the address says after its question mark.
            with_token: Whether the token goes along.
            failed_before: Whether an earlier run has failed to get it, so that another failure
                says nothing about the server.

        Raises:
            RequestError: If there was no such answer.
            CatalogError: If going on makes no sense: the token is refused, the server asks to
                be left alone for long, or many requests in a row have shown that it is away.
        """
        failed = waits = 0
        while True:
            answer = await self._ask(url, params or {}, with_token)
            if answer.status == 429 and waits < _WAITS:
                waits += 1
                self._pace.pause(self._pause_seconds(answer, waits))
            else:
                try:
                    result = _result(answer, read, with_token, with_token in self._given)
                except RequestError as error:
                    failed += 1
                    if failed == ATTEMPTS or not error.repeat:
                        if error.away and not failed_before:
                            self._count_failure(url, with_token, error)
                        raise
                    await asyncio.sleep(self._backoff_seconds(failed))
                else:
                    self._failures[with_token] = 0
                    self._given.add(with_token)
                    return result
            self.retries += 1

    async def _ask(self, url: str, params: Mapping[str, str], with_token: bool) -> _Answer:
        headers = self._token.headers() if with_token else {}
        params = {**params, **self._token.params()} if with_token else params
        await self._pace.turn()
        self.requests += 1
        try:
            # One limit on the whole: an answer that comes byte by byte would keep others alive.
            async with (
                asyncio.timeout(self._timeout),
                self._http.stream("GET", url, params=params, headers=headers) as response,
            ):
                return await _read_answer(response)
        except TimeoutError:
            fault = f"no answer within {self._timeout:g} s"
        except (httpx.TransportError, httpx.DecodingError) as cause:
            fault = f"no answer ({type(cause).__name__})"  # its own text may hold the address
        return _Answer(fault=fault)

    def _pause_seconds(self, answer: _Answer, waits: int) -> float:
        seconds = retry_after_seconds(answer.headers)
        if seconds is None:
            return self._backoff_seconds(min(waits, ATTEMPTS))
        if seconds > _LONGEST_WAIT_SECONDS:
            raise CatalogError(
                f"TMDB asks to be left alone for {seconds:.0f} s. What was collected is kept; run "
                "the same command again after that, with fewer requests per second."
            )
        return seconds

    def _backoff_seconds(self, failed: int) -> float:
        return BACKOFF_SECONDS * 2 ** (failed - 1) * self._random.uniform(0.5, 1.0)

    def _count_failure(self, url: str, with_token: bool, error: RequestError) -> None:
        """Give up where a server is away, or is another, rather than to find all films missing."""
        self._failures[with_token] += 1
        if self._failures[with_token] >= _FAILURES_IN_A_ROW:
            raise CatalogError(
                f"{urlsplit(url).netloc} has failed {_FAILURES_IN_A_ROW} films in a row (the last: "
                f"{error}). Expected TMDB there, and no log-in page of a network before it. What "
                "was collected is kept; run the same command again when it answers."
            ) from error


async def _read_answer(response: httpx.Response) -> _Answer:
    parts, size = [], 0
    async for part in response.aiter_bytes():
        parts.append(part)
        size += len(part)
        if size > _MAX_BYTES:
            fault = f"an answer of more than {_MAX_BYTES // 10**6} MB"
            return _Answer(response.status_code, fault=fault)
    return _Answer(response.status_code, response.headers, b"".join(parts))


def _result(answer: _Answer, read: Callable[[bytes], T], with_token: bool, known: bool) -> T:
    """Return what the answer holds, or raise what is wrong with it.

    Only of a server that is `known` to have other things is "there is none" believed for ever: at
    a wrong address nothing is found.
    """
    if answer.fault:
        raise RequestError(answer.fault, final=False, repeat=True, away=not answer.status)
    if answer.status == 401 and with_token:
        raise CatalogError(
            f"TMDB refuses the token (HTTP 401). Expected a valid one in {VARIABLE}: a read access "
            "token or a v3 key from https://www.themoviedb.org/settings/api."
        )
    if answer.status >= 500 or answer.status in (408, 429):
        raise RequestError(f"HTTP {answer.status}", final=False, repeat=True, away=True)
    if answer.status != 200:
        gone = known and answer.status in (404, 410)
        # 401 and 407 come from what stands before the server of posters; so do redirections.
        away = answer.status in (401, 407) or not 400 <= answer.status < 500
        raise RequestError(f"HTTP {answer.status}", final=gone, repeat=False, away=away)
    try:
        return read(answer.content)
    except ValueError as cause:
        away = answer.content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")  # a web page
        reason = f"a broken answer: {cause}"
        raise RequestError(reason, final=False, repeat=True, away=away) from cause
