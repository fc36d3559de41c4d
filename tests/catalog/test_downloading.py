import json
import os

import httpx
import numpy as np
import pytest
from download_server import FileServer, chunked, cut, honest, saying, stall, status, whole
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keras_genre.catalog import downloading
from keras_genre.catalog.downloading import download_file
from keras_genre.errors import KerasGenreError

CONTENT = np.random.default_rng(0).integers(0, 256, 300_000, dtype="uint8").tobytes()
OTHER = CONTENT[::-1] + b"more"


@pytest.fixture
def server():
    with FileServer() as server:
        yield server


@pytest.fixture(scope="module")
def client():
    """Making one takes longer than most downloads here."""
    with httpx.Client(trust_env=False) as client:
        yield client


@pytest.fixture
def target(tmp_path):
    return tmp_path / "films.tar.gz"


@pytest.fixture
def part(tmp_path):
    return tmp_path / "films.tar.gz.part"


@pytest.fixture
def fetch(server, target, client):
    """Fetch CONTENT through the behaviours given; the file must then be equal or not there."""
    server.files["/films.tar.gz"] = CONTENT

    def call(*behaviours, **options):
        server.behaviours[:] = behaviours
        options = {"client": client, "timeout": 5.0, "wait": 0.001, **options}
        download_file(f"{server.url}/films.tar.gz", target, **options)
        assert target.read_bytes() == server.files["/films.tar.gz"]
        assert os.listdir(target.parent) == [target.name]

    return call


def _ranges(server):
    return [request.get("Range") for request in server.requests]


def test_download_of_a_whole_answer_is_equal_and_leaves_nothing_else(fetch, server):
    seen = []
    fetch(progress=lambda done, total: seen.append((done, total)))
    assert seen[0] == (0, len(CONTENT))
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert _ranges(server) == [None]
    assert server.requests[0]["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("validators", ["etag", "date"])
def test_download_cut_in_the_middle_goes_on_where_it_was(fetch, server, validators):
    server.validators = validators
    fetch(cut(100_000), cut(50_000))
    assert _ranges(server) == [None, "bytes=100000-", "bytes=150000-"]
    version = next(iter(server.validator(CONTENT).values()))
    assert [request.get("If-Range") for request in server.requests[1:]] == [version] * 2


@pytest.mark.parametrize("validators", ["weak", "none"])
def test_download_cut_where_versions_have_no_name_begins_anew(fetch, server, validators):
    server.validators = validators
    fetch(cut(100_000))
    assert _ranges(server) == [None, None]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=4), changes=st.booleans())
def test_download_cut_anywhere_gives_equal_bytes(fetch, server, target, cuts, changes):
    target.unlink(missing_ok=True)
    server.files["/films.tar.gz"] = CONTENT

    def change(server, handler):
        server.files["/films.tar.gz"] = OTHER
        honest(server, handler)

    fetch(*map(cut, cuts), *([change] if changes else []), attempts=9)


def test_download_stalled_is_broken_off_and_goes_on(fetch, server):
    fetch(stall(100_000), timeout=0.2)
    assert _ranges(server) == [None, "bytes=100000-"]


def test_download_stalled_before_the_headers_is_tried_again(fetch, server):
    fetch(lambda server, handler: server.released.wait(30), timeout=0.2)
    assert _ranges(server) == [None, None]


def test_download_where_the_server_ignores_ranges_begins_anew(fetch, server):
    fetch(cut(100_000), whole)
    assert _ranges(server) == [None, "bytes=100000-"]


def test_download_of_a_file_that_changed_meanwhile_is_the_new_one(fetch, server):
    def changed(server, handler):
        server.files["/films.tar.gz"] = OTHER
        honest(server, handler)

    fetch(cut(100_000), changed)
    assert server.files["/films.tar.gz"] == OTHER


@pytest.mark.parametrize("validators", ["etag", "date"])
@pytest.mark.parametrize("other", [OTHER, CONTENT[::-1]], ids=["longer", "as long"])
def test_download_from_a_careless_server_is_never_a_mixture(fetch, server, other, validators):
    server.validators = validators

    def careless(server, handler):
        server.files["/films.tar.gz"] = other
        del handler.headers["If-Range"]
        honest(server, handler)

    fetch(cut(100_000), careless)
    assert _ranges(server) == [None, "bytes=100000-", None]


@pytest.mark.parametrize(
    "place", ["bytes 99999-299999/300000", "bytes 100000-299999/300001", "nonsense", None]
)
def test_download_of_another_part_than_asked_for_begins_anew(fetch, server, place):
    fetch(cut(100_000), saying({"Content-Range": place}))
    assert _ranges(server) == [None, "bytes=100000-", None]


def test_download_answered_416_begins_anew(fetch, server):
    fetch(cut(100_000), status(416, Content_Range="bytes */300000"))
    assert _ranges(server) == [None, "bytes=100000-", None]


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_download_answered_by_a_passing_fault_is_tried_again(fetch, server, code):
    fetch(status(code), cut(100_000), status(code))
    assert _ranges(server) == [None, None, "bytes=100000-", "bytes=100000-"]


def test_download_waits_longer_each_time_and_as_long_as_the_server_asks(fetch, target, monkeypatch):
    waits = []
    monkeypatch.setattr(downloading.time, "sleep", waits.append)
    faults = [status(503)] * 3
    fetch(*faults, cut(1000), status(503, Retry_After="7"), status(503), wait=1.0, attempts=9)
    assert waits == [1, 2, 4, 1, 7, 4]
    waits.clear()
    target.unlink()
    with pytest.raises(KerasGenreError):
        fetch(*[status(503)] * 9, attempts=9, wait=1.0)
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("code", [401, 403, 404, 410, 204, 304])
def test_download_of_what_is_not_there_fails_at_once(fetch, server, tmp_path, code):
    with pytest.raises(KerasGenreError, match=rf"answered {code}.*check the address"):
        fetch(status(code))
    assert len(server.requests) == 1
    assert os.listdir(tmp_path) == []


def test_download_that_brings_nothing_new_gives_up_and_says_how_to_go_on(fetch, server, part):
    with pytest.raises(KerasGenreError) as error:
        fetch(cut(100_000), *[status(500)] * 9, attempts=4)
    assert "4 attempts in a row brought nothing new" in str(error.value)
    assert f"The 100,000 bytes that came are kept in {part}: run the same again" in str(error.value)
    assert part.read_bytes() == CONTENT[:100_000]
    assert len(server.requests) == 4
    server.requests.clear()
    fetch()
    assert _ranges(server) == ["bytes=100000-"]


def test_download_that_always_begins_anew_gives_up_and_keeps_nothing(fetch, server, tmp_path):
    server.validators = "none"
    with pytest.raises(KerasGenreError, match="3 attempts in a row") as error:
        fetch(*[cut(100_000)] * 20, attempts=3)
    assert len(server.requests) == 3
    assert "kept" not in str(error.value)
    assert os.listdir(tmp_path) == []


def test_download_with_nobody_there_says_so(target):
    with pytest.raises(KerasGenreError, match=r"2 attempts in a row .* Try again later"):
        download_file("http://127.0.0.1:1/films", target, attempts=2, wait=0.001)
    assert os.listdir(target.parent) == []


def test_download_promised_too_much_is_never_taken_for_whole(fetch, part):
    lie = saying({"Content-Length": "300001"})
    with pytest.raises(KerasGenreError, match="300,000 bytes that came are kept"):
        fetch(lie, *[saying({}, b"", 500)] * 9, attempts=3)
    assert part.stat().st_size == len(CONTENT)


def test_download_of_more_than_promised_is_an_error_and_nothing_is_kept(fetch, tmp_path):
    more = chunked(extra=b"and more")
    with pytest.raises(KerasGenreError, match="more than the 300,000 bytes that were promised"):
        fetch(more, expected_bytes=len(CONTENT))
    with pytest.raises(KerasGenreError, match="more than the 300,000 bytes"):
        fetch(cut(100_000), more)
    assert os.listdir(tmp_path) == []


def test_download_in_chunks_is_whole_at_their_end(fetch, server):
    seen = []
    fetch(chunked(), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (len(CONTENT), len(CONTENT))


def test_download_in_chunks_cut_goes_on(fetch, server):
    fetch(chunked(after=100_000))
    assert _ranges(server) == [None, "bytes=100000-"]


def test_download_in_chunks_shorter_than_expected_goes_on(fetch, server):
    def early(server, handler):
        content = server.files["/films.tar.gz"]
        server.files["/films.tar.gz"] = content[:100_000]
        headers = {**server.validator(content)}
        saying({**headers, "Content-Length": None, "Transfer-Encoding": "chunked"},
               b"186a0\r\n" + content[:100_000] + b"\r\n0\r\n\r\n")(server, handler)  # fmt: skip
        server.files["/films.tar.gz"] = content

    fetch(early, expected_bytes=len(CONTENT))
    assert _ranges(server) == [None, "bytes=100000-"]


def test_download_without_any_length_is_refused(fetch, tmp_path):
    silent = saying({"Content-Length": None})
    with pytest.raises(KerasGenreError, match="does not say how long the file is"):
        fetch(silent)
    assert os.listdir(tmp_path) == []
    fetch(silent, expected_bytes=len(CONTENT))


def test_download_of_another_size_than_expected_is_an_error(fetch, tmp_path):
    with pytest.raises(KerasGenreError, match=r"offers 300,000 bytes. Expected 7"):
        fetch(expected_bytes=7)
    assert os.listdir(tmp_path) == []


def test_download_of_a_web_page_is_an_error_that_keeps_what_came(fetch, server, part):
    page = saying({"Content-Type": "text/html; charset=utf-8"}, b"<html>", 200)
    with pytest.raises(KerasGenreError, match="received a web page") as error:
        fetch(cut(100_000), page)
    assert "100,000 bytes that came are kept" in str(error.value)
    assert part.read_bytes() == CONTENT[:100_000]
    fetch()


@pytest.mark.parametrize("body", [b"Rate limited\n", b"", CONTENT[:3]])
def test_download_of_another_kind_of_file_is_an_error_that_keeps_nothing(
    fetch, server, tmp_path, body
):
    other = saying({"Content-Type": "text/plain", "Content-Length": str(len(body))}, body)
    with pytest.raises(KerasGenreError, match="Expected a file that begins with") as error:
        fetch(other, magic=CONTENT[:4])
    assert repr(body) in str(error.value)
    assert f"{server.url}/films.tar.gz" in str(error.value)
    assert os.listdir(tmp_path) == []
    fetch(cut(2), cut(1), cut(100_000), magic=CONTENT[:4])
    (tmp_path / "films.tar.gz").unlink()
    fetch(chunked(), magic=CONTENT[:4])


def test_download_of_another_kind_of_file_keeps_what_came_before(fetch, server, part):
    other = saying({"ETag": '"another"'}, b"Rate limited" * 25_000, 200)
    with pytest.raises(KerasGenreError, match="Rate limited") as error:
        fetch(cut(100_000), other, magic=CONTENT[:4])
    assert "100,000 bytes that came are kept" in str(error.value)
    assert part.read_bytes() == CONTENT[:100_000]
    fetch(magic=CONTENT[:4])
    assert _ranges(server)[-1] == "bytes=100000-"


def test_download_whose_part_is_of_another_kind_is_dropped_at_the_end(fetch, part, tmp_path):
    def interrupt(done, total):
        if done >= 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(progress=interrupt)
    with pytest.raises(KerasGenreError, match=r"Expected a file that begins with b'none'") as error:
        fetch(magic=b"none")
    assert "kept" not in str(error.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", [b"", b"Rate limited\n"])
def test_download_where_another_kind_of_file_is_says_to_delete_it(fetch, server, target, content):
    target.write_bytes(content)
    with pytest.raises(KerasGenreError, match=r"exists already and begins with .* Delete it first"):
        fetch(magic=CONTENT[:4])
    assert target.read_bytes() == content
    assert server.requests == []
    target.write_bytes(CONTENT)
    fetch(magic=CONTENT[:4])
    assert server.requests == []


def test_download_without_room_says_how_much_is_needed(fetch, monkeypatch, part):
    class Usage:
        free = 250_000

    monkeypatch.setattr(downloading.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(KerasGenreError, match="250,000 bytes free, and 300,000 are still to come"):
        fetch()
    Usage.free = 400_000
    with pytest.raises(KerasGenreError, match="in a row"):
        fetch(cut(100_000), *[status(500)] * 9)
    Usage.free = 199_999
    with pytest.raises(KerasGenreError, match=r"200,000 are still to come.*100,000 bytes .* kept"):
        fetch()
    assert part.read_bytes() == CONTENT[:100_000]
    Usage.free = 200_000
    fetch()


def test_download_begun_anew_may_use_the_room_of_what_it_drops(fetch, server, monkeypatch):
    class Usage:
        free = 300_000

    def changed(server, handler):
        Usage.free = 200_000
        server.files["/films.tar.gz"] = CONTENT[::-1]
        honest(server, handler)

    monkeypatch.setattr(downloading.shutil, "disk_usage", lambda _: Usage)
    fetch(cut(100_000), changed)


def test_download_interrupted_keeps_what_came(fetch, server, part):
    def interrupt(done, total):
        if done >= 100_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(progress=interrupt)
    kept = part.stat().st_size
    assert kept >= 100_000
    fetch()
    assert _ranges(server)[-1] == f"bytes={kept}-"


def test_download_interrupted_when_whole_asks_no_more(fetch, server):
    def interrupt(done, total):
        if done == total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(progress=interrupt)
    fetch()
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "about",
    [
        b"",
        b"[]",
        b"{",
        b'{"url": 1, "total": "a", "validator": []}',
        json.dumps({"url": "http://elsewhere/", "total": 300_000, "validator": '"a"'}).encode(),
        None,
    ],
)
def test_download_beside_a_part_of_unknown_origin_begins_anew(fetch, server, part, about):
    part.write_bytes(b"x" * 300_000)
    if about is not None:
        part.with_name(f"{part.name}.json").write_bytes(about)
    fetch(cut(50_000), cut(50_000), attempts=2)
    assert _ranges(server) == [None, "bytes=50000-", "bytes=100000-"]


def test_download_that_fails_beside_a_useless_part_does_not_promise_to_go_on(fetch, part, tmp_path):
    part.write_bytes(b"x" * 100_000)
    with pytest.raises(KerasGenreError, match="answered 404") as error:
        fetch(status(404))
    assert "kept" not in str(error.value)
    assert os.listdir(tmp_path) == []


def test_download_of_a_file_that_is_there_fetches_nothing(fetch, server, target):
    target.write_bytes(CONTENT)
    fetch()
    fetch(expected_bytes=len(CONTENT))
    assert server.requests == []
    with pytest.raises(KerasGenreError, match=r"exists already and has 300,000 bytes. Expected 7"):
        fetch(expected_bytes=7)
    assert target.read_bytes() == CONTENT


def test_download_where_a_folder_is_fails_before_anything_is_fetched(fetch, server, target):
    target.mkdir()
    with pytest.raises(KerasGenreError, match="is no file"):
        fetch()
    assert server.requests == []


@pytest.mark.parametrize("url", ["ftp://a/b", "films.tar.gz", "file:///etc/passwd", "http://", 7])
def test_download_from_no_http_address_is_an_argument_error(target, url):
    with pytest.raises(ValueError, match="Expected an http or https address"):
        download_file(url, target)


def test_download_led_in_a_circle_says_so(fetch, server):
    circle = status(302, Location="/films.tar.gz")
    with pytest.raises(KerasGenreError, match="redirects"):
        fetch(*[circle] * 50)


def test_download_led_elsewhere_follows(server, target, client):
    server.files["/elsewhere"] = CONTENT
    server.behaviours = [status(302, Location="/elsewhere"), cut(100_000)]
    server.behaviours += [status(302, Location="/elsewhere")]
    download_file(f"{server.url}/films.tar.gz", target, client=client, wait=0.001)
    assert target.read_bytes() == CONTENT
    assert server.requests[-1]["Range"] == "bytes=100000-"


@pytest.mark.parametrize("end", ["http://example.org/end", "https://example.org/end"])
def test_download_led_from_https_to_http_is_refused(target, end):
    leads = {
        "https://example.org/films": "http://example.org/films",
        "http://example.org/films": end,
    }

    def answer(request):
        if str(request.url) in leads:
            return httpx.Response(302, headers={"Location": leads[str(request.url)]})
        return httpx.Response(200, content=CONTENT)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    with client, pytest.raises(KerasGenreError, match="Expected https throughout"):
        download_file("https://example.org/films", target, client=client)
    assert os.listdir(target.parent) == []
