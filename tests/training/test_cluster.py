import json

import pytest

from keras_genre.training.cluster import Cluster

_WORKERS = ["a.example:2222", "10.0.0.2:2222"]


def config(cluster=None, kind="worker", index=0):
    cluster = {"worker": _WORKERS} if cluster is None else cluster
    return json.dumps({"cluster": cluster, "task": {"type": kind, "index": index}})


def test_cluster_of_workers_has_its_first_as_chief(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", config(index=1))
    assert Cluster.from_environment() == Cluster(tuple(_WORKERS), 1)


def test_cluster_with_a_chief_counts_its_workers_after_it(monkeypatch):
    cluster = {"worker": _WORKERS, "chief": ["c:1"]}
    monkeypatch.setenv("TF_CONFIG", config(cluster, "chief"))
    assert Cluster.from_environment() == Cluster(("c:1", *_WORKERS), 0)
    monkeypatch.setenv("TF_CONFIG", config(cluster, index=1))
    assert Cluster.from_environment().number == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not set"),
        ("{", "is no JSON"),
        ("[]", "lacks the field 'cluster'"),
        ('{"cluster": {}}', "lacks the field 'task'"),
        (config({"worker": []}), r"names no worker in 'cluster\.worker'"),
        (config({"ps": ["a:1"], "worker": _WORKERS}), r"has the field 'cluster\.ps'"),
        (config({"worker": "a:1"}), r"has 'a:1' in 'cluster\.worker'"),
        (config({"worker": ["a"]}), r"has the address 'a' in 'cluster\.worker'"),
        (config({"worker": [2222]}), r"has the address 2222 in 'cluster\.worker'"),
        (config({"worker": ["a:1", "a:1"]}), "an address twice"),
        (config({"worker": ["a:1"], "chief": ["b:1", "c:1"]}), r"2 addresses in 'cluster\.chief'"),
        (config(kind="evaluator"), r"has 'evaluator' in 'task\.type'"),
        (config(kind="chief"), r"has 0 in 'task\.index'.*below 0"),
        (config(index=2), r"has 2 in 'task\.index'.*below 2"),
        (config(index="1"), r"has '1' in 'task\.index'"),
        (config(index=True), r"has True in 'task\.index'"),
    ],
)
def test_wrong_tf_config_is_refused_by_field(text, told, monkeypatch):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match=told) as error:
        Cluster.from_environment()
    assert '"task"' in str(error.value)  # with an example of a right one


def test_training_of_workers_without_tf_config_is_refused(sample_dataset, tmp_path, monkeypatch):
    from keras_genre.runs import Recipe
    from keras_genre.training import train

    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(ValueError, match="TF_CONFIG is not set"):
        train(Recipe("lstm"), sample_dataset, tmp_path / "run", strategy="multi-worker")
    assert list(tmp_path.iterdir()) == []
