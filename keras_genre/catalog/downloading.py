"""Fetching one big file over a line that breaks."""

import contextlib
import itertools
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import httpx

from keras_genre.catalog.download_part import DownloadPart, Source
from keras_genre.errors import KerasGenreError

_PASSING = (408, 425, 429, 500, 502, 503, 504)
_LONGEST_WAIT = 60.0


def download_file(
    url: str,
    path: str | Path,
    expected_bytes: int | None = None,
    magic: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
    client: httpx.Client | None = None,
    timeout: float = 30.0,
    attempts: int = 5,
    wait: float = 1.0,
) -> None:
    """Fetch a file, going on where an earlier attempt broke off, in this process or another.

    What has come lies in `<path>.part` until it is whole; `<path>.part.json` knows which version
    of the file it is. A server that has another version by now, or that cannot say so, is asked
    for all of it. Where `path` is there already, nothing is fetched.

    Args:
        url: Where the file is, over http or https.
        path: The file to be made.
        expected_bytes: Its size, where it is known.
        magic: What it begins with, such as `b"PK"` for a `.zip`, where it is known.
        progress: Called as `progress(bytes, bytes_in_all)`; both the same while no size is known.
        client: What to ask with; by default a new one.
        timeout: Seconds without a byte until a connection counts as broken.
        attempts: How many in a row may bring nothing new.
        wait: Seconds before the second attempt; doubled each time up to a minute.

    Raises:
        ValueError: If `url` is no http or https address.
        KerasGenreError: If the file is not there, has another size, is a web page, begins with
            something else than `magic`, does not fit on the disk, or did not come. What has come
            is kept, unless it is known to be wrong.

    Example:
        >>> download_file("https://example.org/films.tar.gz", "films.tar.gz")  # doctest: +SKIP
    """
    _check_url(url)
    path = Path(path)
    if _is_there(path, expected_bytes, magic):
        return
    with contextlib.ExitStack() as stack:
        part = stack.enter_context(DownloadPart(path))
        if client is None:
            client = stack.enter_context(httpx.Client())
        download = _Download(url, part, expected_bytes, magic or b"", progress, client, timeout)
        download.run(attempts, wait)
        download.check_start()
        part.finish()


def _is_there(path: Path, expected_bytes: int | None, magic: bytes | None) -> bool:
    """Whether the file was fetched already: only whole ones bear its name."""
    if not path.exists():
        return False
    if not path.is_file():
        raise KerasGenreError(f"{path} is no file. Expected a file, or nothing, in that place.")
    size = path.stat().st_size
    if size != (expected_bytes or size):
        raise KerasGenreError(
            f"{path} exists already and has {size:,} bytes. Expected {expected_bytes:,}. Delete "
            "it first, or name another place."
        )
    if magic:
        with open(path, "rb") as file:
            start = file.read(len(magic))
        if start != magic:
            raise KerasGenreError(
                f"{path} exists already and begins with {start!r}. Expected {magic!r}: it is "
                "another kind of file. Delete it first, or name another place."
            )
    return True


class _BrokenOffError(Exception):
    """An attempt failed that may succeed when it is repeated."""

    def __init__(self, reason: str, seconds: float = 0.0):
        super().__init__(reason)
        self.seconds = seconds


class _Download:
    def __init__(self, url, part, expected_bytes, magic, progress, client, timeout):
        self._url = url
        self._part = part
        self._expected = expected_bytes
        self._magic = magic
        self._progress = progress or (lambda done, total: None)
        self._client = client
        self._timeout = timeout

    def run(self, attempts: int, wait: float) -> None:
        """Repeat attempts until the part is whole."""
        failures, most = 0, self._part.size if self._is_ours() else 0
        while not self._is_whole():
            try:
                return self._attempt()
            except httpx.TooManyRedirects as cause:
                raise KerasGenreError(
                    f"{self._url}: {cause} Expected the file; check the address.{self._kept()}"
                ) from cause
            except (httpx.TransportError, _BrokenOffError) as cause:
                # Only what is beyond all attempts so far is progress: a server that begins anew
                # each time and always breaks off would keep us for ever.
                failures = 1 if self._part.size > most else failures + 1
                most = max(most, self._part.size)
                if failures >= attempts:
                    raise self._gave_up(failures, cause) from cause
                seconds = getattr(cause, "seconds", 0.0)
                time.sleep(min(max(wait * 2 ** (failures - 1), seconds), _LONGEST_WAIT))
        return None

    def check_start(self) -> None:
        """Refuse what came, all of it, if it is another kind of file."""
        start = self._part.start_of(len(self._magic))
        if start != self._magic:
            self._part.clear()
            raise self._another_kind(start)

    def _is_whole(self) -> bool:
        return self._is_ours() and self._part.source.total == self._part.size

    def _is_ours(self) -> bool:
        """Whether what came so far may be a part of the file that is asked for."""
        source = self._part.source
        return (
            source is not None
            and source.url == self._url
            and (None in (source.total, self._expected) or source.total == self._expected)
        )

    def _attempt(self) -> None:
        headers = {"Accept-Encoding": "identity", "User-Agent": "keras-genre"}
        validator = self._part.source.validator if self._is_ours() else None
        resume = bool(self._part.size and validator)
        if resume:
            headers |= {"Range": f"bytes={self._part.size}-", "If-Range": validator}
        with self._client.stream(
            "GET", self._url, headers=headers, timeout=self._timeout, follow_redirects=True
        ) as response:
            self._check_answer(response, resume)
            chunks = response.iter_raw()
            if response.status_code == 206:
                total = self._check_range(response)
            else:
                source = self._offered(response)
                chunks = self._checked_start(chunks)
                self._part.start(source)
                total = source.total
            self._receive(chunks, total)

    def _check_answer(self, response: httpx.Response, resume: bool) -> None:
        """Refuse an answer that is not the file, before a byte of what came so far is touched."""
        way = [step.url for step in (*response.history, response)]
        insecure = [url for url in way if url.scheme != "https"]
        if way[0].scheme == "https" and insecure:
            raise KerasGenreError(
                f"{self._url} led to {insecure[0]}, whose answer anybody on the way could change. "
                "Expected https throughout."
            )
        status = f"{response.status_code} {response.reason_phrase}".strip()
        if response.status_code in _PASSING:
            after = response.headers.get("Retry-After", "")
            seconds = float(after) if re.fullmatch("[0-9]{1,6}", after) else 0.0
            raise _BrokenOffError(f"the server answered {status}", seconds)
        if response.status_code == 416 and resume:
            self._part.clear()
            raise _BrokenOffError(f"the server answered {status}: what had come does not fit")
        if response.status_code not in ((200, 206) if resume else (200,)):
            raise KerasGenreError(
                f"{self._url}: the server answered {status}. Expected the file; check the address."
                f"{self._kept()}"
            )
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind in ("text/html", "application/xhtml+xml"):
            raise KerasGenreError(
                f"{self._url}: received a web page ({kind}). Expected a file of data; open the "
                "address in a browser to see what it says (a proxy, a network's sign-in page?)."
                f"{self._kept()}"
            )

    def _offered(self, response: httpx.Response) -> Source:
        """Return what a whole answer promises, checked against what is expected."""
        headers = response.headers
        length = headers.get("Content-Length", "")
        total = int(length) if re.fullmatch("[0-9]{1,18}", length) else None
        if total is None and "chunked" not in headers.get("Transfer-Encoding", "").lower():
            total = self._expected
            if total is None:
                raise KerasGenreError(
                    f"{self._url}: the server does not say how long the file is, so nobody could "
                    "tell whether all of it came. Try another server (--url)."
                )
        if total is not None:
            if total != (self._expected or total):
                raise KerasGenreError(
                    f"{self._url}: the server offers {total:,} bytes. Expected "
                    f"{self._expected:,}; check the address.{self._kept()}"
                )
            self._check_space(total, to_be_dropped=self._part.size)
        etag = headers.get("ETag", "")
        # Weak ones (W/) do not promise that every byte is equal.
        validator = etag if etag.startswith('"') else headers.get("Last-Modified", "")
        validator = validator if validator.isascii() else ""  # it could not be sent back
        return Source(self._url, self._expected if total is None else total, validator or None)

    def _checked_start(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Refuse another kind of file by its first bytes, before what came so far is dropped."""
        start = b""
        while len(start) < len(self._magic) and (chunk := next(chunks, None)) is not None:
            start += chunk
        if start[: len(self._magic)] != self._magic[: len(start)]:
            raise self._another_kind(start)
        return itertools.chain([start] if start else [], chunks)

    def _another_kind(self, start: bytes) -> KerasGenreError:
        return KerasGenreError(
            f"{self._url}: received what begins with {start[:60]!r}. Expected a file that begins "
            f"with {self._magic!r}; try again in a while (the server may be busy and say so in "
            f"words), or another server (--url).{self._kept()}"
        )

    def _check_range(self, response: httpx.Response) -> int | None:
        """See that the answer goes on where the part ends, in the same version of the file.

        Returns:
            The size of the whole file; None where it is still unknown.
        """
        source, received = self._part.source, response.headers.get("Content-Range", "")
        found = re.fullmatch(r"bytes ([0-9]{1,18})-[0-9]{1,18}/([0-9]{1,18}|\*)", received)
        total = source.total
        if found and found[2] != "*":
            total = int(found[2])
        name = "ETag" if source.validator.startswith('"') else "Last-Modified"
        fits = (
            found is not None
            and int(found[1]) == self._part.size
            and total == (source.total or total)
            and response.headers.get(name, source.validator) == source.validator
        )
        if not fits:
            self._part.clear()
            raise _BrokenOffError(
                f"the server answered with another part than asked for: {received!r:.80}"
            )
        if total is not None:
            self._check_space(total - self._part.size)
        return total

    def _receive(self, chunks: Iterable[bytes], total: int | None) -> None:
        self._progress(self._part.size, total or self._part.size)
        for chunk in chunks:
            if total is not None and self._part.size + len(chunk) > total:
                self._part.clear()
                raise KerasGenreError(
                    f"{self._url}: received more than the {total:,} bytes that were promised, so "
                    "none of them can be trusted; they are deleted. Try again, or another server "
                    "(--url)."
                )
            self._part.append(chunk)
            self._progress(self._part.size, total or self._part.size)
        if total is not None and self._part.size < total:
            raise _BrokenOffError(f"the answer ended after {self._part.size:,} of {total:,} bytes")

    def _check_space(self, needed: int, to_be_dropped: int = 0) -> None:
        folder = self._part.path.parent
        free = shutil.disk_usage(folder).free + to_be_dropped
        if needed > free:
            raise KerasGenreError(
                f"{folder} has {free:,} bytes free, and {needed:,} are still to come from "
                f"{self._url}. Free some space, or name another folder.{self._kept()}"
            )

    def _gave_up(self, failures: int, cause: Exception) -> KerasGenreError:
        return KerasGenreError(
            f"{self._url} did not come: {failures} attempts in a row brought nothing new "
            f"({str(cause) or type(cause).__name__}).{self._kept() or ' Try again later.'}"
        )

    def _kept(self) -> str:
        if not (self._part.is_useful and self._is_ours()):
            return ""
        return (
            f" The {self._part.size:,} bytes that came are kept in {self._part.path}: run the "
            "same again to go on."
        )


def _check_url(url: str) -> None:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError) as cause:
        raise ValueError(
            f"Expected an http or https address, received {url!r}: {cause}."
        ) from cause
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"Expected an http or https address, received {url!r}.")
