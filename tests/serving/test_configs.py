import inspect
import json
import re
from pathlib import Path

import pytest
import yaml
from google.protobuf import (
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    text_format,
    wrappers_pb2,  # noqa: F401  (the messages below have fields of its)
)
from tensorflow_serving.config import model_server_config_pb2

from keras_genre.client import GenreClient

SERVING = Path(__file__).parents[2] / "serving"
CONFIG = SERVING / "config"

# These are not in the Python package tensorflow-serving-api: so they are told here, after
# servables/tensorflow/session_bundle_config.proto and config/monitoring_config.proto.
_INT = ".google.protobuf.Int64Value"
_MESSAGES = {
    "BatchingParameters": {
        "max_batch_size": (1, _INT),
        "batch_timeout_micros": (2, _INT),
        "max_enqueued_batches": (3, _INT),
        "num_batch_threads": (4, _INT),
        "allowed_batch_sizes": (6, "repeated int64"),
        "pad_variable_length_inputs": (7, "bool"),
    },
    "PrometheusConfig": {"enable": (1, "bool"), "path": (2, "string")},
    "MonitoringConfig": {"prometheus_config": (1, ".told.PrometheusConfig")},
}


@pytest.fixture(scope="module")
def messages():
    """The messages told above, by name."""
    field_type = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="told.proto",
        package="told",
        syntax="proto3",
        dependency=["google/protobuf/wrappers.proto"],
    )
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, (number, kind) in fields.items():
            label = 3 if kind.startswith("repeated ") else 1
            added = message.field.add(name=field, number=number, label=label)
            plain = kind.removeprefix("repeated ")
            if plain.startswith("."):
                added.type, added.type_name = field_type.TYPE_MESSAGE, plain
            else:
                added.type = getattr(field_type, f"TYPE_{plain.upper()}")
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    find = pool.FindMessageTypeByName
    return {name: message_factory.GetMessageClass(find(f"told.{name}")) for name in _MESSAGES}


def parse(name, message):
    return text_format.Parse((CONFIG / name).read_text(), message)


@pytest.fixture(scope="module")
def model():
    """The one model of models.config."""
    config = parse("models.config", model_server_config_pb2.ModelServerConfig())
    (model,) = config.model_config_list.config
    return model


@pytest.fixture(scope="module")
def batching(messages):
    return parse("batching.config", messages["BatchingParameters"]())


@pytest.fixture(scope="module")
def monitoring(messages):
    return parse("monitoring.config", messages["MonitoringConfig"]()).prometheus_config


@pytest.fixture(scope="module")
def documents():
    """Every YAML document under serving/, by the name of its file."""
    return {
        path.relative_to(SERVING).as_posix(): list(yaml.safe_load_all(path.read_text()))
        for pattern in ("*.yaml", "*.yml")
        for path in SERVING.rglob(pattern)
    }


@pytest.fixture(scope="module")
def service(documents):
    return documents["compose.yaml"][0]["services"]["tensorflow-serving"]


@pytest.fixture(scope="module")
def pod(documents):
    return documents["kubernetes/deployment.yaml"][0]["spec"]["template"]["spec"]


def flags(arguments):
    return dict(argument.removeprefix("--").split("=", 1) for argument in arguments)


def test_models_config_has_labels_of_versions_that_it_loads(model):
    assert set(model.version_labels) == {"stable", "canary"}
    assert set(model.version_labels.values()) <= set(model.model_version_policy.specific.versions)
    assert model.base_path == f"/models/{model.name}"
    assert model.model_platform == "tensorflow"


def test_batches_that_clients_send_are_taken(batching):
    sizes = list(batching.allowed_batch_sizes)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == batching.max_batch_size.value
    sent = inspect.signature(GenreClient).parameters["batch_size"].default
    assert sent <= batching.max_batch_size.value
    assert 0 < batching.batch_timeout_micros.value <= 10_000


def test_metrics_are_where_prometheus_looks(monitoring, documents, service):
    assert monitoring.enable is True
    (scrape,) = documents["monitoring/prometheus/prometheus.yml"][0]["scrape_configs"]
    assert scrape["metrics_path"] == monitoring.path
    (target,) = scrape["static_configs"][0]["targets"]
    host, port = target.split(":")
    compose = documents["compose.yaml"][0]
    assert compose["services"][host] is service
    assert f"127.0.0.1:{port}:{port}" in service["ports"]
    rules = documents["monitoring/prometheus/prometheus.yml"][0]["rule_files"]
    assert all((SERVING / "monitoring/prometheus" / name).is_file() for name in rules)


def test_kubernetes_and_compose_start_the_server_alike(service, pod):
    (container,) = pod["containers"]
    assert container["image"] == service["image"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    here = flags(container["args"])
    assert here.pop("port") == str(ports["grpc"])
    assert here.pop("rest_api_port") == str(ports["rest"])
    assert here == flags(service["command"])
    assert [f"127.0.0.1:{port}:{port}" for port in ports.values()] == service["ports"]


def test_every_file_that_a_flag_names_is_mounted(service, pod):
    names = [Path(value) for value in flags(service["command"]).values() if value.startswith("/")]
    assert {name.name for name in names} == {path.name for path in CONFIG.iterdir()}
    assert {str(name.parent) for name in names} == {"/config"}
    mounted = {volume["target"]: SERVING / volume["source"] for volume in service["volumes"]}
    assert mounted["/config"].resolve() == CONFIG
    (container,) = pod["containers"]
    assert {mount["mountPath"]: mount.get("readOnly") for mount in container["volumeMounts"]} == {
        "/models": True, "/config": True, "/tmp": None
    }  # fmt: skip
    assert {mount["name"] for mount in container["volumeMounts"]} == {
        volume["name"] for volume in pod["volumes"]
    }


def test_probes_ask_for_the_model_that_is_served(pod, model, service):
    (container,) = pod["containers"]
    for kind in ("startupProbe", "readinessProbe"):
        asked = container[kind]["httpGet"]
        assert asked == {"path": f"/v1/models/{model.name}/metadata", "port": "rest"}
    assert container["livenessProbe"]["tcpSocket"] == {"port": "grpc"}
    assert service["environment"]["MODEL_NAME"] == model.name


def test_kubernetes_names_agree(documents, pod):
    objects = {
        (one["kind"], one["metadata"]["name"]): one
        for name, found in documents.items()
        if name.startswith("kubernetes/")
        for one in found
    }
    deployment = objects["Deployment", "genre-server"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    (container,) = pod["containers"]
    ports = {port["name"] for port in container["ports"]}
    for name in ("genre-server", "genre-server-grpc"):
        spec = objects["Service", name]["spec"]
        assert spec["selector"] == labels
        assert {port["targetPort"] for port in spec["ports"]} <= ports
    assert (
        objects["PodDisruptionBudget", "genre-server"]["spec"]["selector"]["matchLabels"] == labels
    )
    scaled = objects["HorizontalPodAutoscaler", "genre-server"]["spec"]["scaleTargetRef"]
    assert (scaled["kind"], scaled["name"]) == ("Deployment", "genre-server")
    assert "cpu" in container["resources"]["requests"]  # else nothing can be scaled by it
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    claim = volumes["models"]["persistentVolumeClaim"]["claimName"]
    assert ("PersistentVolumeClaim", claim) in objects
    (kustomization,) = documents["kustomization.yaml"]
    (generated,) = kustomization["configMapGenerator"]
    assert volumes["config"]["configMap"]["name"] == generated["name"]
    assert {SERVING / name for name in generated["files"]} == set(CONFIG.iterdir())
    listed = {SERVING / name for name in kustomization["resources"]}
    assert listed == set((SERVING / "kubernetes").iterdir())
    assert ("Namespace", kustomization["namespace"]) in objects


def test_everything_that_is_published_by_compose_is_for_this_machine(documents):
    for service in documents["compose.yaml"][0]["services"].values():
        assert service["ports"]
        for port in service["ports"]:
            assert port.startswith("127.0.0.1:")
        assert re.search(r":v?\d+\.\d+\.\d+$", service["image"])
        for volume in service["volumes"]:
            assert volume["read_only"] is True
            assert (SERVING / volume["source"]).is_dir()


def test_dashboard_and_alerts_ask_for_metrics_that_there_are(documents):
    board = SERVING / "monitoring/grafana/dashboards/genres.json"
    dashboard = json.loads(board.read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    (group,) = documents["monitoring/prometheus/alerts.yml"][0]["groups"]
    asked += [rule["expr"] for rule in group["rules"]]
    for expression in asked:
        for metric in re.findall(r":tensorflow:serving:\w+", expression):
            assert re.fullmatch(
                r":tensorflow:serving:(request_count|request_latency_(bucket|sum|count))", metric
            )
        assert expression.count("(") == expression.count(")")
    (sources,) = documents["monitoring/grafana/provisioning/datasources/prometheus.yml"]
    uids = {source["uid"] for source in sources["datasources"]}
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} <= uids
    (providers,) = documents["monitoring/grafana/provisioning/dashboards/genres.yml"]
    grafana = documents["compose.yaml"][0]["services"]["grafana"]
    targets = {volume["target"] for volume in grafana["volumes"]}
    assert providers["providers"][0]["options"]["path"] in targets
