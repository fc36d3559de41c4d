"""A loopback server of one version of some files, which misbehaves as a test tells it to."""

import contextlib
import hashlib
import http.server
import re
import threading


class FileServer:
    """Serves `files`, a dict from paths to bytes; `url` is its address.

    A context manager. Each request is answered by the next of `behaviours`, then honestly;
    `requests` are the headers that came. `validators` says what names a version: "etag", "date",
    "weak", or nothing.
    """

    def __init__(self):
        self.files, self.behaviours, self.requests = {}, [], []
        self.validators = "etag"
        self.released = threading.Event()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self):
                with contextlib.suppress(ConnectionError):  # the client breaks off too
                    super().handle()

            def do_GET(self):
                outer.requests.append(dict(self.headers))
                behaviour = outer.behaviours.pop(0) if outer.behaviours else honest
                behaviour(outer, self)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def validator(self, content):
        mark = hashlib.md5(content).hexdigest()
        return {
            "etag": {"ETag": f'"{mark}"'},
            "weak": {"ETag": f'W/"{mark}"'},
            "date": {"Last-Modified": f"Mon, 01 Jan 2001 00:00:{int(mark, 16) % 60:02} GMT"},
        }.get(self.validators, {})


def answer(handler, status, headers, body):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def _honest_parts(server, handler):
    """Status, headers and body of the answer that HTTP asks for."""
    content = server.files.get(handler.path)
    if content is None:
        return 404, {"Content-Length": "0"}, b""
    headers = server.validator(content)
    asked = re.fullmatch("bytes=([0-9]+)-", handler.headers.get("Range", ""))
    version = handler.headers.get("If-Range")
    if asked is None or (version is not None and version not in headers.values()):
        return 200, {**headers, "Content-Length": str(len(content))}, content
    start = int(asked[1])
    if start >= len(content):
        return 416, {"Content-Range": f"bytes */{len(content)}", "Content-Length": "0"}, b""
    place = f"bytes {start}-{len(content) - 1}/{len(content)}"
    headers = {**headers, "Content-Range": place, "Content-Length": str(len(content) - start)}
    return 206, headers, content[start:]


def honest(server, handler):
    answer(handler, *_honest_parts(server, handler))


def cut(after):
    """Promise everything, and break off after some bytes."""

    def behave(server, handler):
        status, headers, body = _honest_parts(server, handler)
        answer(handler, status, headers, body[:after])
        handler.close_connection = True

    return behave


def stall(after):
    """Send some bytes, and then nothing until the test is over."""

    def behave(server, handler):
        status, headers, body = _honest_parts(server, handler)
        answer(handler, status, headers, body[:after])
        handler.wfile.flush()
        server.released.wait(30)
        handler.close_connection = True

    return behave


def whole(server, handler):
    """Ignore that a part was asked for."""
    del handler.headers["Range"]
    honest(server, handler)


def status(code, **headers):
    """Answer nothing but a status."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def behave(server, handler):
        answer(handler, code, {"Content-Length": "0", **headers}, b"")

    return behave


def saying(changes, body=None, code=None):
    """Answer honestly but for some headers (None leaves one out), the body or the status."""

    def behave(server, handler):
        status, headers, honest_body = _honest_parts(server, handler)
        headers = {name: value for name, value in {**headers, **changes}.items() if value}
        answer(handler, code or status, headers, honest_body if body is None else body)
        handler.close_connection = True

    return behave


def chunked(extra=b"", after=None):
    """Send everything, or its beginning, and something more, in chunks that tell no length."""

    def behave(server, handler):
        status, headers, body = _honest_parts(server, handler)
        del headers["Content-Length"]
        answer(handler, status, {**headers, "Transfer-Encoding": "chunked"}, b"")
        body = body[:after] + extra
        handler.wfile.write(b"%x\r\n%b\r\n" % (len(body), body))
        if after is None:
            handler.wfile.write(b"0\r\n\r\n")
        handler.close_connection = True

    return behave
