import asyncio
import http.server
import json
import ssl
import threading

import pytest
from certificates import needs_openssl, server_credentials
from fake_model import FakeModel, serving

from keras_genre.client import AsyncGenreClient, GenreClient, RestGenreClient, Tls
from keras_genre.errors import ServerUnavailableError

pytestmark = needs_openssl


@pytest.fixture(params=[False, True], ids=["tls", "mutual tls"])
def mutual(request):
    return request.param


@pytest.fixture
def port(keys, mutual):
    with serving(FakeModel(), credentials=server_credentials(keys, mutual)) as port:
        yield port


def test_client_over_tls_is_answered(keys, port, mutual):
    own = (keys / "client.pem", keys / "client.key") if mutual else ()
    with GenreClient(f"127.0.0.1:{port}", "m", tls=Tls(keys / "ca.pem", *own)) as client:
        assert client.predict(["A heist."])[0].genres == ("Drama",)


def test_asynchronous_client_over_tls_is_answered(keys, port, mutual):
    own = (keys / "client.pem", keys / "client.key") if mutual else ()

    async def ask():
        tls = Tls(keys / "ca.pem", *own)
        async with AsyncGenreClient(f"127.0.0.1:{port}", "m", tls=tls) as client:
            return await client.predict(["A heist."])

    assert asyncio.run(ask())[0].genres == ("Drama",)


def refused(keys, port, tls):
    with (
        GenreClient(f"127.0.0.1:{port}", "m", timeout=3.0, retries=1, tls=tls) as client,
        pytest.raises(ServerUnavailableError, match="check the address"),
    ):
        client.predict(["A heist."])


def test_client_without_tls_or_with_another_authority_is_refused(keys, port):
    refused(keys, port, None)
    refused(keys, port, Tls(keys / "other.pem"))


def test_client_without_a_certificate_where_one_is_asked_for_is_refused(keys, port, mutual):
    if mutual:
        refused(keys, port, Tls(keys / "ca.pem"))


class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        outputs = {"genres": [["Drama"]], "probabilities": [[0.9]], "selected": [[True]]}
        body = json.dumps({"outputs": outputs}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_): ...


@pytest.fixture
def https_port(keys, mutual):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(keys / "server.pem", keys / "server.key")
    context.load_verify_locations(keys / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED if mutual else ssl.CERT_NONE
    server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
    server.handle_error = lambda *_: None  # a client that does not believe it hangs up
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_rest_client_over_tls_believes_only_who_it_is_told(keys, https_port, mutual):
    own = (keys / "client.pem", keys / "client.key") if mutual else ()
    url = f"https://127.0.0.1:{https_port}"
    with RestGenreClient(url, "m", tls=Tls(keys / "ca.pem", *own)) as client:
        assert client.predict(["A heist."])[0].genres == ("Drama",)
    for tls in (None, Tls(keys / "other.pem")):
        with (
            RestGenreClient(url, "m", retries=0, tls=tls) as client,
            pytest.raises(ServerUnavailableError, match="certificate verify failed"),
        ):
            client.predict(["A heist."])


@pytest.mark.parametrize("given", ["certificate", "key"])
def test_tls_with_half_a_pair_says_what_is_missing(keys, given):
    with pytest.raises(ValueError, match=f"with the {given}; received none"):
        Tls(**{given: keys / "client.pem"})


def test_tls_with_a_file_that_is_not_there_names_it(keys):
    with pytest.raises(FileNotFoundError) as raised:
        Tls(keys / "gone.pem")
    assert raised.value.filename == str(keys / "gone.pem")


@pytest.mark.parametrize("names", [("client.key",), (None, "client.pem", "server.key")])
def test_tls_with_unsound_files_raises(keys, names):
    with pytest.raises(ValueError, match="Expected PEM files"):
        Tls(*(name and keys / name for name in names))


def test_rest_client_with_tls_but_a_plain_address_raises(keys):
    with pytest.raises(ValueError, match="https://"):
        RestGenreClient("http://localhost:8501", "m", tls=Tls(keys / "ca.pem"))
