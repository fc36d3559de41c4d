import functools
import shutil
import threading

import pytest
from serving_helpers import eventually, predict_request, refusal

from keras_genre.server.servable import Servable


def test_versions_swapped_under_load_fail_no_request_over_grpc_and_rest(
    server, connect, connect_rest, base_path, publish
):
    stop = threading.Event()

    def over_grpc(client):
        response = client.predict()
        answer = round(response.outputs["probabilities"].float_val[0], 3)
        assert answer == response.model_spec.version.value / 10  # right for the version it names
        return answer

    def ask(answer, answers):
        while not stop.is_set():
            try:
                answers.append(answer())
            except BaseException as error:  # any failed request shall fail the test
                answers.append(error)

    clients = [functools.partial(over_grpc, connect(server)) for _ in range(2)]
    clients += [connect_rest(server).answer for _ in range(2)]
    asked = [(answer, []) for answer in clients]
    threads = [threading.Thread(target=ask, args=pair) for pair in asked]
    for thread in threads:
        thread.start()
    try:
        for version in (1, 2, 3):
            if version > 1:  # the first is there already
                publish(base_path, version)
            eventually(lambda v=version: all(v / 10 in answers[-3:] for _, answers in asked))
        shutil.rmtree(base_path / "1")
        counts = [len(answers) for _, answers in asked]
        eventually(
            lambda: all(
                len(answers) > count + 5 for (_, answers), count in zip(asked, counts, strict=True)
            )
        )
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    for _, answers in asked:
        assert set(answers) == {0.1, 0.2, 0.3}
        assert answers == sorted(answers)  # never back to an older one


def test_new_version_makes_old_one_not_found(client, base_path, publish):
    publish(base_path, 2)
    eventually(lambda: client.answer() == 0.2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    expected = ("NOT_FOUND", "Servable not found for request: Specific(m, 1)")
    assert refusal(client.predict, version=1) == expected


def test_older_version_arriving_late_is_not_loaded(make_model, serve, connect, publish, loads):
    base_path = make_model("m", 2)
    client = connect(serve({"m": base_path}))
    publish(base_path, 1)
    publish(base_path, 3)
    eventually(lambda: client.answer() == 0.3)
    assert loads == [2, 3]


def test_old_version_with_request_inside_unloads_after_it(client, base_path, publish, gate):
    held = client.prediction.Predict.future(predict_request())
    assert gate.arrived.acquire(timeout=10)
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "UNLOADING", 2: "AVAILABLE"})
    gate.door.set()
    assert held.result().model_spec.version.value == 1
    assert client.states() == {1: "END", 2: "AVAILABLE"}


def test_loading_version_is_reported_and_old_one_serves(client, base_path, publish, slow_load):
    publish(base_path, 2)
    assert slow_load.arrived.acquire(timeout=10)
    assert client.states() == {1: "AVAILABLE", 2: "LOADING"}
    assert client.answer() == 0.1
    slow_load.door.set()
    eventually(lambda: client.answer() == 0.2)


def test_half_written_version_is_reported_and_loaded_when_completed(
    client, base_path, tiny_models, loads
):
    (base_path / "2").mkdir()
    eventually(lambda: client.states() == {1: "AVAILABLE", 2: "END"})
    (status,) = client.status(version=2)
    assert status.status.error_code == 5  # NOT_FOUND
    assert "No saved_model.pb in" in status.status.error_message
    assert client.answer() == 0.1

    shutil.copy(tiny_models / "2" / "saved_model.pb", base_path / "2")  # still no variables
    eventually(lambda: loads.count(2) == 2)
    eventually(lambda: client.states()[2] == "END")
    assert client.answer() == 0.1

    shutil.copytree(tiny_models / "2" / "variables", base_path / "2" / "variables")
    eventually(lambda: client.answer() == 0.2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    (status,) = client.status(version=2)
    assert status.status.error_code == 0


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", None], ids=["empty", "noise", "cut"])
def test_damaged_version_is_reported_and_not_tried_again(
    client, base_path, tiny_models, loads, polls, content
):
    staging = base_path / ".2.partial"
    shutil.copytree(tiny_models / "2", staging)
    if content is None:
        content = (tiny_models / "2" / "saved_model.pb").read_bytes()[:-100]
    (staging / "saved_model.pb").write_bytes(content)
    staging.rename(base_path / "2")
    eventually(lambda: client.states().get(2) == "END")
    (status,) = client.status(version=2)
    assert status.status.error_code == 15  # DATA_LOSS
    seen = len(polls)
    eventually(lambda: len(polls) > seen + 5)
    assert loads == [2]
    assert client.answer() == 0.1


def test_bad_model_beside_good_one_does_not_stop_it(make_model, serve, connect, publish):
    good, bad = make_model("good", 1), make_model("bad")
    (bad / "1").mkdir()
    client = connect(serve({"bad": bad, "good": good, "missing": good / "missing"}))
    assert client.states("bad") == {1: "END"}
    publish(good, 2)
    eventually(lambda: client.answer(name="good") == 0.2)
    publish(bad, 3)
    eventually(lambda: client.states("bad") == {1: "END", 3: "AVAILABLE"})
    assert client.answer(name="bad") == 0.3


def test_surprise_in_one_poll_does_not_end_polling(
    client, base_path, publish, monkeypatch, polls, caplog
):
    def broken(*_):
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr("keras_genre.server.model_manager.wanted_versions", broken)
        seen = len(polls)
        eventually(lambda: len(polls) > seen + 2)
    assert caplog.text.count("m: RuntimeError: a bug. What is loaded goes on serving.") == 1
    publish(base_path, 2)
    eventually(lambda: client.answer() == 0.2)


def test_vanished_base_path_goes_on_serving_and_recovers(client, base_path, publish, polls, caplog):
    aside = base_path.rename(base_path.with_name("aside"))
    seen = len(polls)
    eventually(lambda: len(polls) > seen + 5)
    assert client.answer() == 0.1
    assert caplog.text.count("cannot read") == 1  # said once, not at every look
    aside.rename(base_path)
    publish(base_path, 2)
    eventually(lambda: client.answer() == 0.2)


def test_deleted_version_serves_until_another_is_available(client, base_path, publish, polls):
    shutil.rmtree(base_path / "1")
    seen = len(polls)
    eventually(lambda: len(polls) > seen + 5)
    assert client.answer() == 0.1
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})


def test_deleted_latest_version_rolls_back_and_comes_again(make_model, serve, connect, publish):
    base_path = make_model("m", 1, 2)
    client = connect(serve({"m": base_path}))
    assert client.states() == {2: "AVAILABLE"}
    shutil.rmtree(base_path / "2")
    eventually(lambda: client.states() == {1: "AVAILABLE", 2: "END"})
    assert client.answer() == 0.1
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    assert client.answer() == 0.2


def test_loads_and_unloads_are_logged_one_line_each(client, base_path, publish, caplog):
    caplog.set_level("INFO", logger="keras_genre.server")
    publish(base_path, 2)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE"})
    (base_path / "3").mkdir()
    eventually(lambda: client.states().get(3) == "END")
    eventually(lambda: len(caplog.messages) == 3)
    loaded, unloaded, failed = caplog.messages
    assert loaded.startswith("Loaded m version 2 in ")
    assert unloaded == "Unloaded m version 1"
    assert failed.startswith("Could not load m version 3 from ")
    assert "\n" not in failed


@pytest.fixture
def loads(monkeypatch):
    """The versions that loading was tried for, in order, from here on."""
    tried = []
    load = Servable.load.__func__

    def noted(cls, version, path):
        tried.append(version)
        return load(cls, version, path)

    monkeypatch.setattr(Servable, "load", classmethod(noted))
    return tried


@pytest.fixture
def polls(monkeypatch):
    """Grows with every look at a base path."""
    from keras_genre.server import model_manager

    looks = []
    list_versions = model_manager.list_versions

    def noted(base_path):
        looks.append(base_path)
        return list_versions(base_path)

    monkeypatch.setattr(model_manager, "list_versions", noted)
    return looks
