import grpc
import pytest
from serving_helpers import TIMEOUT, eventually, refusal
from tensorflow_serving.apis import model_management_pb2
from tensorflow_serving.config.file_system_storage_path_source_pb2 import (
    FileSystemStoragePathSourceConfig,
)

from keras_genre.errors import ServerError
from keras_genre.server import (
    DevelopmentServer,
    ModelsFolder,
    ServerOptions,
    config_of_models,
    read_model_config,
)
from keras_genre.server.model_config import wanted_versions
from keras_genre.server.model_registry import ModelRegistry

Policy = FileSystemStoragePathSourceConfig.ServableVersionPolicy
CONFIG = """
model_config_list {
  config {
    name: "m" base_path: "BASE" model_platform: "tensorflow"
    model_version_policy { POLICY }
    LABELS
  }
}
"""


def config_text(base_path, policy="latest {}", **labels):
    lines = [f'version_labels {{ key: "{key}" value: {value} }}' for key, value in labels.items()]
    text = CONFIG.replace("BASE", str(base_path)).replace("POLICY", policy)
    return text.replace("LABELS", "\n".join(lines))


@pytest.fixture
def read_config(tmp_path):
    def read_config(*arguments, **labels):
        path = tmp_path / "models.config"
        path.write_text(config_text(*arguments, **labels))
        return read_model_config(path)

    return read_config


def reload(client, config):
    request = model_management_pb2.ReloadConfigRequest(config=config)
    return client.model.HandleReloadConfigRequest(request, timeout=TIMEOUT)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (Policy(), [3]),
        (Policy(latest=Policy.Latest()), [3]),
        (Policy(latest=Policy.Latest(num_versions=2)), [3, 2]),
        (Policy(all=Policy.All()), [3, 2, 1]),
        (Policy(specific=Policy.Specific(versions=[1, 3, 9])), [3, 1]),
        (Policy(specific=Policy.Specific()), []),
    ],
)
def test_wanted_versions_follow_the_policy(policy, expected):
    assert wanted_versions(policy, {1, 3, 2}) == expected


@pytest.mark.parametrize("text", ["model_config_list {", "models {}", b"\xff\xfe"])
def test_config_that_is_none_names_the_file_in_the_real_words(tmp_path, text):
    path = tmp_path / "models.config"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ServerError) as caught:
        read_model_config(path)
    assert str(caught.value).startswith(f"Invalid protobuf file: '{path}'")


def test_policy_all_serves_every_version(make_model, serve, connect, read_config):
    client = connect(serve(read_config(make_model("m", 1, 2, 3), "all {}")))
    assert [client.answer(version=number) for number in (1, 2, 3)] == [0.1, 0.2, 0.3]
    assert client.answer() == 0.3


def test_policy_latest_two_drops_the_oldest_for_a_new_one(
    make_model, serve, connect, read_config, publish
):
    base_path = make_model("m", 1, 2)
    client = connect(serve(read_config(base_path, "latest { num_versions: 2 }")))
    assert client.states() == {1: "AVAILABLE", 2: "AVAILABLE"}
    publish(base_path, 3)
    eventually(lambda: client.states() == {1: "END", 2: "AVAILABLE", 3: "AVAILABLE"})


def test_policy_specific_stays_at_its_version(make_model, serve, connect, read_config):
    client = connect(serve(read_config(make_model("m", 1, 2), "specific { versions: 1 }")))
    assert client.answer() == 0.1
    assert client.states() == {1: "AVAILABLE"}


def test_labels_reach_their_versions_over_grpc_and_rest(
    make_model, serve, connect, connect_rest, read_config
):
    config = read_config(make_model("m", 1, 2), "all {}", stable=1, canary=2)
    server = serve(config, options=ServerOptions(early_labels=True))
    client, rest = connect(server), connect_rest(server)
    assert (client.answer(label="stable"), client.answer(label="canary")) == (0.1, 0.2)
    row = {"plot": "a", "poster": "b"}
    _, answer = rest.predict({"instances": [row]}, "m/labels/stable")
    assert answer["predictions"][0]["probabilities"][0] == 0.1
    assert client.predict(label="canary").model_spec.version.value == 2


def test_label_at_start_is_refused_as_the_real_server_does(make_model, read_config):
    server = DevelopmentServer(read_config(make_model("m", 1), stable=1), port=0)
    words = "FAILED_PRECONDITION: Request to assign label to version 1 of model m, which is not"
    with pytest.raises(ServerError, match=words):
        server.start()
    server.stop()


def test_label_moves_by_reload_only_to_an_available_version(
    make_model, serve, connect, read_config
):
    base_path = make_model("m", 1, 2)
    client = connect(serve(read_config(base_path, "all {}")))
    reload(client, read_config(base_path, "all {}", stable=1))
    assert client.answer(label="stable") == 0.1
    code, _ = refusal(reload, client, read_config(base_path, "all {}", stable=3))
    assert code == "FAILED_PRECONDITION"
    assert client.answer(label="stable") == 0.1
    reload(client, read_config(base_path, "all {}", stable=2))
    assert client.answer(label="stable") == 0.2
    reload(client, read_config(base_path, "all {}"))
    assert refusal(client.predict, label="stable")[0] == "INVALID_ARGUMENT"


def test_early_label_may_be_new_but_not_move_early(make_model, serve, connect, read_config):
    base_path = make_model("m", 1)
    options = ServerOptions(early_labels=True)
    client = connect(serve(read_config(base_path, stable=1), options=options))
    assert refusal(reload, client, read_config(base_path, stable=7))[0] == "FAILED_PRECONDITION"
    reload(client, read_config(base_path, stable=1, canary=7))
    expected = ("NOT_FOUND", "Servable not found for request: Specific(m, 7)")
    assert refusal(client.predict, label="canary") == expected


def test_late_label_moves_when_its_version_is_loaded_and_answers_all_the_while(
    make_model, serve, connect, publish, slow_load
):
    base_path = make_model("m", 1, 2)
    root = base_path.parent
    file = root / "models.config"
    file.write_text(config_text(base_path, "specific { versions: [1, 2] }", stable=1, canary=2))
    options = ServerOptions(
        early_labels=True,
        late_moves=True,
        read_config=ModelsFolder(root).read_config,
        config_poll_seconds=0.05,
    )
    slow_load.door.set()
    client = connect(serve(ModelsFolder(root).read_config(), options=options))
    slow_load.door.clear()
    publish(base_path, 3)
    file.write_text(config_text(base_path, "specific { versions: [1, 3] }", stable=1, canary=3))
    eventually(lambda: client.states().get(3) == "LOADING")
    assert client.answer(label="canary") == 0.2
    slow_load.door.set()
    eventually(lambda: client.answer(label="canary") == 0.3)
    assert client.answer(label="stable") == 0.1
    eventually(lambda: client.states() == {1: "AVAILABLE", 2: "END", 3: "AVAILABLE"})


def test_reload_exchanges_models_and_waits_for_the_new(make_model, serve, connect):
    first, second = make_model("first", 1), make_model("second", 2)
    client = connect(serve({"first": first}))
    assert client.is_healthy("first")
    response = reload(client, config_of_models({"second": second}))
    assert response.HasField("status")
    assert response.status.error_code == 0
    assert client.answer(name="second") == 0.2
    assert refusal(client.predict, name="first")[0] == "NOT_FOUND"
    assert not client.is_healthy("first")
    assert client.is_healthy("second")


def test_reload_with_a_model_that_does_not_load_says_so_and_keeps_the_rest(
    make_model, serve, connect, publish
):
    good, bad = make_model("good", 1), make_model("bad")
    (bad / "1").mkdir()
    client = connect(serve({"good": good}))
    code, message = refusal(reload, client, config_of_models({"good": good, "bad": bad}))
    assert code == "UNKNOWN"
    assert message.startswith("1 model(s) did not become available: {{{name: bad version: 1} due ")
    assert client.answer(name="good") == 0.1
    publish(bad, 2)
    eventually(lambda: client.states("bad").get(2) == "AVAILABLE")


def test_reload_of_policy_loads_and_unloads(make_model, serve, connect, read_config):
    base_path = make_model("m", 1, 2)
    client = connect(serve({"m": base_path}, poll_seconds=60))
    reload(client, read_config(base_path, "specific { versions: 1 }"))
    eventually(lambda: client.states() == {1: "AVAILABLE", 2: "END"})


def test_reload_of_something_else_is_invalid(client):
    config = config_of_models({})
    config.custom_model_config.SetInParent()
    code, message = refusal(reload, client, config)
    assert code == "INVALID_ARGUMENT"
    assert message.endswith("Only ModelConfigList is currently supported")


def test_label_that_moves_between_its_look_up_and_the_version_is_looked_up_again(
    make_model, serve, connect, read_config, monkeypatch
):
    base_path = make_model("m", 1, 2)
    options = ServerOptions(early_labels=True)
    config = read_config(base_path, "specific { versions: 2 }", stable=2)
    client = connect(serve(config, options=options))
    look_up, late = ModelRegistry._version_number, iter([1])  # what the label meant just before
    monkeypatch.setattr(
        ModelRegistry, "_version_number", lambda self, spec: next(late, look_up(self, spec))
    )
    assert client.answer(label="stable") == 0.2
    code, message = refusal(client.predict, version=1)
    assert (code, message) == ("NOT_FOUND", "Servable not found for request: Specific(m, 1)")


def test_config_file_is_read_again_and_bad_ones_change_nothing(
    make_model, serve, connect, tmp_path, caplog
):
    first, second = make_model("m", 1), make_model("other", 2)
    path = tmp_path / "models.config"
    path.write_text(config_text(first))
    options = ServerOptions(read_config=lambda: read_model_config(path), config_poll_seconds=0.05)
    client = connect(serve(read_model_config(path), options=options))
    path.write_text("nonsense")
    eventually(lambda: "Invalid protobuf file" in caplog.text)
    assert client.answer() == 0.1
    path.write_text(config_text(second).replace('name: "m"', 'name: "other"'))
    eventually(lambda: not client.is_healthy("m"))
    eventually(lambda: client.states("other") == {2: "AVAILABLE"})
    assert client.answer(name="other") == 0.2
    assert caplog.text.count("Cannot take the configuration") == 1  # not at every look


def test_poll_seconds_zero_looks_once(make_model, serve, connect, publish):
    base_path = make_model("m", 1)
    client = connect(serve({"m": base_path}, poll_seconds=0))
    publish(base_path, 2)
    reload(client, config_of_models({"m": base_path}))  # the same: no reason to look
    assert client.states() == {1: "AVAILABLE"}


def test_models_folder_takes_policies_and_finds_the_models_here(make_model):
    base_path = make_model("m", 1, 2)
    make_model("other", 1)
    root = base_path.parent
    (root / "models.config").write_text(config_text("/models/m", "all {}", stable=1))
    first, second = ModelsFolder(root).read_config().model_config_list.config
    assert (first.name, first.base_path) == ("m", str(base_path))
    assert first.version_labels == {"stable": 1}
    assert first.model_version_policy.HasField("all")
    assert (second.name, second.base_path) == ("other", str(root / "other"))


def test_models_folder_without_models_config_serves_all(make_model):
    base_path = make_model("m", 1)
    assert ModelsFolder(base_path.parent).read_config() == config_of_models({"m": base_path})


def test_models_folder_forgets_no_model_that_vanishes_and_finds_new_ones(
    make_model, serve, connect
):
    base_path = make_model("m", 1)
    folder = ModelsFolder(base_path.parent)
    options = ServerOptions(read_config=folder.read_config, config_poll_seconds=0.05)
    client = connect(serve(folder.read_config(), options=options))
    base_path.rename(base_path.with_name(".aside"))
    make_model("new", 2)
    eventually(lambda: _is_served(client, "new"))
    assert client.answer(name="new") == 0.2
    assert client.answer() == 0.1


def _is_served(client, name):
    try:
        return client.states(name) == {2: "AVAILABLE"}
    except grpc.RpcError:
        return False
