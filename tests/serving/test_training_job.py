from pathlib import Path

import pytest
import yaml

from keras_genre.cli.train import command
from keras_genre.training.cluster import Cluster

_JOB = Path(__file__).parents[2] / "serving" / "training" / "job.yaml"


@pytest.fixture(scope="module")
def objects():
    return {one["kind"]: one for one in yaml.safe_load_all(_JOB.read_text())}


@pytest.fixture(scope="module")
def container(objects):
    (container,) = objects["Job"]["spec"]["template"]["spec"]["containers"]
    return container


def test_job_gives_each_pod_the_tf_config_of_its_index(objects, container, monkeypatch):
    job = objects["Job"]["spec"]
    environment = {one["name"]: one for one in container["env"]}
    assert list(environment) == ["WORKER", "TF_CONFIG"]  # what is named must come before
    subdomain = job["template"]["spec"]["subdomain"]
    (port,) = container["ports"]
    assert job["completions"] == job["parallelism"]
    for index in range(job["completions"]):
        text = environment["TF_CONFIG"]["value"].replace("$(WORKER)", str(index))
        monkeypatch.setenv("TF_CONFIG", text)
        cluster = Cluster.from_environment()
        assert cluster.number == index
        assert cluster.addresses == tuple(
            f"{objects['Job']['metadata']['name']}-{pod}.{subdomain}:{port['containerPort']}"
            for pod in range(job["completions"])
        )


def test_service_of_the_job_names_its_pods(objects):
    service, job = objects["Service"], objects["Job"]
    assert service["metadata"]["name"] == job["spec"]["template"]["spec"]["subdomain"]
    assert service["spec"]["clusterIP"] == "None"
    assert service["spec"]["selector"] == {"job-name": job["metadata"]["name"]}


def test_command_of_the_job_is_one_that_there_is(objects, container):
    assert container["command"] == ["keras-genre"]
    name, *arguments = container["args"]
    assert name == "train"
    chosen = command.make_context(name, list(arguments)).params
    assert chosen["strategy"] == "multi-worker"
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert str(chosen["data"]).startswith(mounts["films"] + "/")
    assert str(chosen["out"]).startswith(mounts["runs"] + "/")
    volumes = objects["Job"]["spec"]["template"]["spec"]["volumes"]
    assert {volume["name"] for volume in volumes} == set(mounts)
