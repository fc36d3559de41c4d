"""Several servers behind one client: real processes, which are killed."""

import asyncio
import collections
import contextlib
import socket
import subprocess
import sys
import threading
import time

import pytest
import replica
import tensorflow as tf
from certificates import needs_openssl, server_credentials
from fake_model import FakeModel, serving
from tensorflow_serving.apis import predict_pb2

from keras_genre.client import AsyncGenreClient, GenreClient, Tls
from keras_genre.client.balancing import find_target
from keras_genre.errors import ServerUnavailableError

_REQUESTS = 300
_CONCURRENCY = 8
_KILLED_AFTER = 60
_TIMEOUT = 60.0  # as long as a busy machine may take


def _answer(version):
    """What the server of this number says, which it tells as the model's version."""
    answer = predict_pb2.PredictResponse()
    answer.model_spec.name = "m"
    answer.model_spec.version.value = version
    rows = {"genres": [["Drama"]], "probabilities": [[0.5]], "selected": [[True]]}
    for name, value in rows.items():
        answer.outputs[name].CopyFrom(tf.make_tensor_proto(value))
    return answer.SerializeToString()


@contextlib.contextmanager
def _replicas(folder, health):
    """Start a server for each word about its health; give their processes and addresses."""
    processes = []
    with contextlib.ExitStack() as stack:
        for version, said in enumerate(health, start=1):
            path = folder / f"answer-{version}"
            path.write_bytes(_answer(version))
            words = [said] if said else []
            process = stack.enter_context(
                subprocess.Popen([sys.executable, replica.__file__, path, *words],
                                 stdout=subprocess.PIPE, text=True)
            )  # fmt: skip
            stack.callback(process.kill)
            processes.append(process)
        yield processes, [f"127.0.0.1:{int(one.stdout.readline())}" for one in processes]


def _client(addresses):
    return GenreClient(addresses, "m", timeout=_TIMEOUT)


def _meet_all(predict):
    """Ask until each server has answered: connecting takes a while."""
    met = set()
    while len(met) < 3:
        met.add(predict().version)


def _load(predict, after_some):
    """Ask from several threads; call `after_some` meanwhile; count the answers of each server."""
    answers, failures = collections.Counter(), []
    numbers = iter(range(_REQUESTS))
    lock = threading.Lock()

    def ask():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            if number == _KILLED_AFTER:
                after_some()
            try:
                answers[predict().version] += 1
            except Exception as error:
                failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(_CONCURRENCY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, failures


@pytest.mark.parametrize("said", ["", "yes"], ids=["no health service", "healthy"])
def test_killing_one_of_three_servers_under_load_loses_no_request(tmp_path, said):
    with _replicas(tmp_path, [said] * 3) as (processes, ports), _client(ports) as client:

        def predict():
            return client.predict(["A heist."])[0]

        _meet_all(predict)
        answers, failures = _load(predict, processes[1].kill)
    assert failures == []
    assert sum(answers.values()) == _REQUESTS
    assert processes[1].returncode == -9
    assert min(answers[1], answers[3]) > _REQUESTS / 5
    assert 0 < answers[2] < _KILLED_AFTER


def test_asynchronous_client_loses_no_request_to_a_killed_server(tmp_path):
    async def ask_all(processes, addresses):
        free = asyncio.Semaphore(_CONCURRENCY)

        async def ask(client, number):
            async with free:
                if number == _KILLED_AFTER:
                    processes[1].kill()
                return (await client.predict(["A heist."]))[0].version

        async with AsyncGenreClient(",".join(addresses), "m", timeout=_TIMEOUT) as client:
            while len({await ask(client, None) for _ in range(3)}) < 3:
                pass
            return await asyncio.gather(*(ask(client, number) for number in range(_REQUESTS)))

    with _replicas(tmp_path, [""] * 3) as (processes, addresses):
        answers = collections.Counter(asyncio.run(ask_all(processes, addresses)))
    assert sum(answers.values()) == _REQUESTS
    assert min(answers[1], answers[3]) > _REQUESTS / 5
    assert 0 < answers[2] < _KILLED_AFTER


def test_server_that_is_not_ready_gets_no_requests(tmp_path):
    said = ["yes", "no", "yes"]
    with _replicas(tmp_path, said) as (_, ports), _client(ports) as client:
        answers = collections.Counter(client.predict(["A heist."])[0].version for _ in range(30))
    assert answers[2] == 0
    assert min(answers[1], answers[3]) > 10


def test_no_server_of_several_answering_is_unavailable_and_named():
    free = []
    for _ in range(2):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free.append(f"localhost:{probe.getsockname()[1]}")
    started = time.monotonic()
    with (
        GenreClient(free, "m", timeout=2.0) as client,
        pytest.raises(ServerUnavailableError, match=f"{free[0]}, {free[1]}"),
    ):
        client.predict(["A heist."])
    assert time.monotonic() - started < 10


def test_name_that_stands_for_servers_is_asked_by_its_dns_address():
    with serving(FakeModel()) as port, GenreClient(f"dns:///127.0.0.1:{port}", "m") as client:
        assert client.predict(["A heist."])[0].genres == ("Drama",)


@needs_openssl
def test_several_encrypted_servers_of_one_name_prove_it(keys):
    credentials = server_credentials(keys, mutual=False)
    with (
        serving(FakeModel(), credentials=credentials) as first,
        serving(FakeModel(), credentials=credentials) as second,
    ):
        addresses = [f"127.0.0.1:{first}", f"127.0.0.1:{second}"]
        with GenreClient(addresses, "m", tls=Tls(keys / "ca.pem")) as client:
            assert client.predict(["A heist."])[0].genres == ("Drama",)
        of_another_name = [f"localhost:{first}", f"localhost:{second}"]
        for servers, authority in ((addresses, "other"), (of_another_name, "ca")):
            tls = Tls(keys / f"{authority}.pem")
            with (
                GenreClient(servers, "m", tls=tls, timeout=2.0) as client,
                pytest.raises(ServerUnavailableError, match="certificates"),
            ):
                client.predict(["A heist."])


def test_several_encrypted_servers_of_different_names_are_refused():
    with pytest.raises(ValueError, match="known by one name"):
        find_target("127.0.0.1:1,localhost:2", is_encrypted=True)


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("films.example:8500", "films.example:8500"),
        (["[::1]:8500"], "[::1]:8500"),
        ("127.0.0.1:1, 127.0.0.2:2", "ipv4:127.0.0.1:1,127.0.0.2:2"),
        (["127.0.0.1:1", "127.0.0.1:1"], "ipv4:127.0.0.1:1"),
        ("[::1]:1,[::2]:2", "ipv6:[::1]:1,[::2]:2"),
        ("dns:///films.example:8500", "dns:///films.example:8500"),
    ],
)
def test_addresses_become_what_grpc_wants(address, uri):
    assert find_target(address, is_encrypted=False).uri == uri


@pytest.mark.parametrize(
    "address",
    ["", [], "a:1,", "a:1,b", ["a:1", "b"], "dns:///films.example", "127.0.0.1:1,[::1]:2"],
)
def test_address_that_is_none_is_refused(address, monkeypatch):
    lookup = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: lookup(
        "127.0.0.1" if host in ("a", "b") else host, *a, **k))  # fmt: skip
    with pytest.raises(ValueError, match="Expected"):
        find_target(address, is_encrypted=False)


def test_name_among_several_that_nobody_has_is_named():
    with pytest.raises(ServerUnavailableError, match=r"No server is called nobody\.invalid"):
        GenreClient("127.0.0.1:1,nobody.invalid:2", "m")
