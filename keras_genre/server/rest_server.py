"""HTTP for the REST API: connections, bodies, and how they end."""

import contextlib
import http.server
import json
import logging
import re
import socket
import socketserver
import sys
import threading
import time
import zlib
from collections.abc import Iterator

from keras_genre.server.metrics import Metrics
from keras_genre.server.rest_api import RestApi
from keras_genre.server.statuses import answer_to, expired

__all__ = ["RestServer"]

_logger = logging.getLogger(__package__)

# What TensorFlow Serving lets a gzip body inflate to; here it bounds plain bodies too.
_LARGEST_BODY = 100 * 2**20

_JSON = "application/json"
_CODES = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ALREADY_EXISTS": 409,
    "ABORTED": 409, "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip


class RestServer(socketserver.ThreadingTCPServer):
    """Listens, gives each connection a thread, and drains at the end.

    Args:
        api: What answers.
        host: The address to listen on.
        port: The port. 0 = any free one; `server_address` says which.
        max_workers: How many requests run at the same time; the others wait.
        timeout: Seconds until a request that waits is given up.
        metrics: What is told at `metrics_path`.
        metrics_path: The path for Prometheus. None = there is none.

    Raises:
        OSError: If the port cannot be bound.
    """

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self,
        api: RestApi,
        host: str,
        port: int,
        max_workers: int,
        timeout: float,
        metrics: Metrics,
        metrics_path: str | None,
    ):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _Handler)
        self._api = api
        self._timeout = timeout
        self._metrics = metrics
        self._metrics_path = metrics_path
        self._workers = threading.Semaphore(max_workers)
        self._change = threading.Condition()  # guards the next two
        self._at_work = 0
        self._draining = False
        self._thread = threading.Thread(
            target=self.serve_forever, args=(0.1,), name="rest", daemon=True
        )

    def start(self) -> None:
        """Accept connections."""
        self._thread.start()

    def drain(self, timeout: float) -> None:
        """Refuse new requests, and wait for those at work to be answered."""
        with self._change:
            self._draining = True
        self.shutdown()
        self.server_close()
        with self._change:
            self._change.wait_for(lambda: self._at_work == 0, timeout)

    @contextlib.contextmanager
    def admission(self) -> Iterator[bool]:
        """Count a request as at work; give False if no more are taken."""
        with self._change:
            admitted = not self._draining
            self._at_work += admitted
        try:
            yield admitted
        finally:
            with self._change:
                self._at_work -= admitted
                self._change.notify_all()

    def run(self, method: str, path: str, body: bytes) -> tuple[int, str, str]:
        """Return the HTTP status, the answer and its content type."""
        if method == "GET" and path == self._metrics_path:
            return 200, self._metrics.text(), "text/plain"
        try:
            return 200, self._answer(method, path, body), _JSON
        except Exception as error:
            status = answer_to(f"{method} {path}", error)
            return _CODES.get(status.code.name, 500), _error(status.message), _JSON

    def _answer(self, method: str, path: str, body: bytes) -> str:
        deadline = time.monotonic() + self._timeout
        if not self._workers.acquire(timeout=self._timeout):
            raise expired()
        try:
            return self._api.answer(method, path, body, deadline)
        finally:
            self._workers.release()

    def handle_error(self, request, client_address):
        """Pass over clients that went away; log the rest."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            _logger.exception("A REST connection failed")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "keras_genre"
    sys_version = ""
    timeout = 60  # seconds of silence after which the connection is closed
    disable_nagle_algorithm = True  # an answer is two small writes

    def _respond(self) -> None:
        try:
            body = _read_body(self.headers, self.rfile)
        except _RefusedError as refusal:
            self.send_error(*refusal.args)
            return
        with self.server.admission() as admitted:
            if admitted:
                self._reply(*self.server.run(self.command, self.path, body))
            else:
                self.send_error(503, "The server is stopping.")

    # Other methods are known too: the real server calls them malformed.
    do_GET = do_POST = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _respond  # noqa: N815

    def send_error(self, code, message=None, explain=None):
        """Answer with an error and close the connection: what follows may be no request."""
        self.close_connection = True
        self._reply(code, _error(message or self.responses[code][1]))

    def log_message(self, format, *args):
        """Keep quiet: a line a request would bury what the server says of its models."""

    def _reply(self, status: int, content: str, content_type: str = _JSON) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        encoded = content.encode()
        self.send_header("Content-Length", str(len(encoded)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(encoded)


class _RefusedError(Exception):
    """Status and message for a request whose body is not taken."""


def _read_body(headers, stream) -> bytes:
    if "Transfer-Encoding" in headers:
        raise _RefusedError(411, "Send the body whole, with a Content-Length, and not in chunks.")
    lengths = set(headers.get_all("Content-Length", ["0"]))
    if len(lengths) > 1 or not re.fullmatch("[0-9]{1,15}", min(lengths)):
        raise _RefusedError(400, "Expected one Content-Length, a whole number.")
    length = int(lengths.pop())
    if length > _LARGEST_BODY:
        # Read on without keeping it: a client that is still sending hears no answer.
        while length > 0 and (chunk := stream.read(min(length, 2**20))):
            length -= len(chunk)
        raise _RefusedError(413, _too_large())
    body = stream.read(length)
    if len(body) < length:
        raise ConnectionAbortedError("The client left in the middle of its request.")
    encoding = headers.get("Content-Encoding", "identity").lower()
    if encoding == "gzip":
        return _inflate(body)
    if encoding != "identity":
        raise _RefusedError(415, f"Expected a body that is plain or gzip; received {encoding}.")
    return body


def _inflate(body: bytes) -> bytes:
    inflater = zlib.decompressobj(wbits=31)  # 31: gzip
    try:
        content = inflater.decompress(body, _LARGEST_BODY)
    except zlib.error as error:
        raise _RefusedError(400, f"The gzip body is damaged: {error}.") from error
    if len(content) == _LARGEST_BODY:
        raise _RefusedError(413, _too_large())
    if not inflater.eof:
        raise _RefusedError(400, "The gzip body is cut.")
    return content


def _too_large() -> str:
    return f"The body is larger than {_LARGEST_BODY} bytes. Send fewer films at once."


def _error(message: str) -> str:
    return json.dumps({"error": message})
