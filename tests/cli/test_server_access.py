import json

import pytest
from certificates import needs_openssl, server_credentials
from fake_model import FakeModel, serving

from keras_genre.cli.server_access import server_hints
from keras_genre.errors import ModelNotFoundError, ServerUnavailableError

PREDICT = ("predict", "--model", "m", "--plot", "A heist.", "--timeout", 5)


@pytest.fixture(params=[False, True], ids=["tls", "mutual tls"])
def mutual(request):
    return request.param


@pytest.fixture
def port(keys, mutual):
    with serving(FakeModel(), credentials=server_credentials(keys, mutual)) as port:
        yield port


@pytest.fixture
def token(tmp_path):
    token = tmp_path / "token"
    token.write_text("secret\n")
    return token


@needs_openssl
@pytest.mark.parametrize("command", ["predict", "explain"])
def test_command_over_tls_is_answered(run, keys, port, mutual, command):
    own = ("--tls-certificate", keys / "client.pem", "--tls-key", keys / "client.key")
    line = (command, *PREDICT[1:], "--server", f"127.0.0.1:{port}", "--tls-ca", keys / "ca.pem")
    code, out, err = run(*line, *(own if mutual else ()), "--json")
    assert code == 0, err
    genre = json.loads(out)["genres"][0]
    assert (genre if command == "predict" else genre["name"]) == "Drama"


@needs_openssl
def test_predict_that_does_not_believe_the_server_or_is_not_believed_fails(run, keys, port, mutual):
    line = (*PREDICT[:-1], 1, "--server", f"127.0.0.1:{port}")
    for options in [("--tls",), ("--tls-ca", keys / "other.pem"), ()]:
        code, _, err = run(*line, *options)
        assert code == 1
        assert "check the address" in err
    code, _, err = run(*line, "--tls-ca", keys / "ca.pem")
    assert code == (1 if mutual else 0), err


def test_token_of_the_file_is_sent_and_read_anew_for_each_request(run, token, tmp_path):
    (tmp_path / "films.csv").write_text("id,plot,genres\nx,A heist.,Drama\n")
    model = FakeModel()
    predict = model.Predict

    def renewing(request, context):
        token.write_text("another secret")
        return predict(request, context)

    model.Predict = renewing
    out = tmp_path / "genres.csv"
    table = ("predict", "--model", "m", "--csv", tmp_path / "films.csv", "--out", out)
    with serving(model) as port:
        code, _, err = run(*table, "--server", f"127.0.0.1:{port}", "--token-file", token)
    assert code == 0, err
    sent = [metadata["authorization"] for metadata in model.metadata]
    assert sent[0] == "Bearer secret"
    assert set(sent[1:]) == {"Bearer another secret"}


@pytest.mark.parametrize("content", ["", "two\nlines", "gehéim", b"\xff"])
def test_file_without_a_token_is_refused_before_anything_is_sent(run, token, content):
    token.write_bytes(content if isinstance(content, bytes) else content.encode())
    model = FakeModel()
    with serving(model) as port:
        code, _, err = run(*PREDICT, "--server", f"127.0.0.1:{port}", "--token-file", token)
    assert (code, err) == (1, f"Error: Expected a token in {token}: one line, in ASCII.\n")
    assert not model.calls


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--tls"], "name the --server"),
        (["--server", "localhost:1", "--tls-key", "token"], "go together"),
        (["--server", "localhost:1", "--tls-certificate", "token"], "go together"),
        (["--server", "localhost:1", "--tls-ca", "gone"], "'gone' does not exist"),
        (["--server", "localhost:1", "--token-file", "gone"], "'gone' does not exist"),
    ],
)
def test_options_that_do_not_go_together_exit_with_two(run, token, monkeypatch, options, message):
    monkeypatch.chdir(token.parent)
    for command in ("predict", "explain"):
        own = ["saved"] if command == "explain" and "--server" not in options else []
        code, out, err = run(command, *own, *PREDICT[1:], *options)
        assert (code, out) == (2, "")
        assert message in err


@pytest.mark.parametrize(
    ("error", "server", "hint"),
    [
        (ServerUnavailableError, "localhost:8501", "try 8500"),
        (ModelNotFoundError, "localhost:8500", "--model"),
    ],
)
def test_server_hints_say_what_to_do_on_the_command_line(error, server, hint):
    with pytest.raises(error, match=f"It is so.*{hint}"), server_hints(server):
        raise error("It is so.")


def test_predict_asks_the_server_of_several_that_is_there(run):
    with serving(FakeModel()) as port:
        servers = f"127.0.0.1:1,127.0.0.1:{port}"
        code, out, err = run(*PREDICT, "--server", servers, "--json")
    assert code == 0, err
    assert json.loads(out)["genres"] == ["Drama"]
