import os
import subprocess
import sys
import threading

import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from keras_genre.errors import ExportError
from keras_genre.export.labels import configured_versions, label_version, labelled_versions
from keras_genre.export.publishing import retain_versions
from keras_genre.staging import one_at_a_time


def make_models(root, **models):
    for name, numbers in models.items():
        for number in numbers:
            (root / name / str(number)).mkdir(parents=True)
    return root


def read(path):
    config = text_format.Parse(path.read_text(), model_server_config_pb2.ModelServerConfig())
    return {entry.name: entry for entry in config.model_config_list.config}


def test_label_version_writes_what_tensorflow_serving_reads(tmp_path):
    make_models(tmp_path, lstm=(1, 2, 3), other=(1,))
    (tmp_path / ".staging-00000000" / "1").mkdir(parents=True)
    path = label_version(tmp_path / "lstm", "canary", 3)
    assert path == tmp_path / "models.config"
    entries = read(path)
    assert set(entries) == {"lstm", "other"}  # a server serves the models of the file alone
    assert entries["lstm"].base_path == "/models/lstm"  # as containers have it
    assert entries["other"].base_path == "/models/other"
    assert entries["lstm"].model_platform == "tensorflow"
    assert dict(entries["lstm"].version_labels) == {"canary": 3, "stable": 2}
    assert list(entries["lstm"].model_version_policy.specific.versions) == [2, 3]
    assert not entries["other"].HasField("model_version_policy")


def test_label_version_of_the_only_version_labels_nothing_else(tmp_path):
    make_models(tmp_path, lstm=(1,))
    label_version(tmp_path / "lstm", "canary", 1)
    assert labelled_versions(tmp_path / "lstm") == {"canary": 1}


def test_label_version_moves_a_label_and_leaves_the_rest_of_the_file(tmp_path):
    make_models(tmp_path, lstm=(1, 2, 3))
    (tmp_path / "models.config").write_text(
        'model_config_list { config { name: "lstm" base_path: "/models/lstm" '
        'model_platform: "tensorflow" logging_config { sampling_config { sampling_rate: 0.5 } } '
        'version_labels { key: "stable" value: 1 } } '
        'config { name: "another" base_path: "/elsewhere" } }'
    )
    label_version(tmp_path / "lstm", "stable", 3)
    entries = read(tmp_path / "models.config")
    # A server that does not load a version refuses a file in which a label means it.
    assert dict(entries["lstm"].version_labels) == {"stable": 1}
    assert list(entries["lstm"].model_version_policy.specific.versions) == [1, 3]
    assert configured_versions(tmp_path / "lstm") == {1, 3}
    label_version(tmp_path / "lstm", "stable", 3)
    entries = read(tmp_path / "models.config")
    assert entries["lstm"].base_path == "/models/lstm"
    assert entries["lstm"].logging_config.sampling_config.sampling_rate == 0.5
    assert dict(entries["lstm"].version_labels) == {"stable": 3}
    assert list(entries["lstm"].model_version_policy.specific.versions) == [3]
    assert entries["another"].base_path == "/elsewhere"


def test_label_version_puts_a_model_that_the_file_lacks_beside_the_others(tmp_path):
    make_models(tmp_path, lstm=(1,), late=(1,))
    (tmp_path / "models.config").write_text(
        'model_config_list { config { name: "odd" base_path: "/elsewhere" } '
        'config { name: "lstm" base_path: "gs://films/served/lstm" } }'
    )
    label_version(tmp_path / "late", "stable", 1)
    assert {name: entry.base_path for name, entry in read(tmp_path / "models.config").items()} == {
        "odd": "/elsewhere",
        "lstm": "gs://films/served/lstm",
        "late": "gs://films/served/late",
    }


def test_label_version_told_where_the_server_has_the_models_writes_it(tmp_path):
    make_models(tmp_path, lstm=(1,), late=(1,))
    path = label_version(tmp_path / "lstm", "stable", 1, mounted_at="/srv/")
    assert [entry.base_path for entry in read(path).values()] == ["/srv/late", "/srv/lstm"]
    label_version(tmp_path / "lstm", "stable", 1)
    assert read(path)["lstm"].base_path == "/srv/lstm"
    label_version(tmp_path / "lstm", "stable", 1, mounted_at="gs://films")
    assert [entry.base_path for entry in read(path).values()] == ["/srv/late", "gs://films/lstm"]


@pytest.mark.parametrize("mounted_at", ["", "models", "./models"])
def test_label_version_with_a_relative_path_of_the_server_is_refused(tmp_path, mounted_at):
    make_models(tmp_path, lstm=(1,))
    with pytest.raises(ValueError, match="Expected an absolute path of the server, received"):
        label_version(tmp_path / "lstm", "stable", 1, mounted_at)
    assert not (tmp_path / "models.config").exists()


LABELLING = """
import sys
from pathlib import Path
from keras_genre.export.labels import label_version
folder, process = Path(sys.argv[1]), sys.argv[2]
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    label_version(folder, f"{process}-{number}", 1)
"""


def test_processes_that_label_at_the_same_time_lose_no_label(tmp_path):
    make_models(tmp_path, lstm=(1,))
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", LABELLING, tmp_path / "lstm", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abcd"
    ]
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in processes:
            process.communicate(timeout=60)
            assert process.returncode == 0
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    expected = {f"{name}-{number}" for name in "abcd" for number in range(25)}
    assert set(labelled_versions(tmp_path / "lstm")) == expected
    assert sorted(os.listdir(tmp_path)) == ["lstm", "models.config"]


def test_retention_waits_for_who_labels_a_version_that_would_go(tmp_path):
    make_models(tmp_path, lstm=(1, 2, 3))
    deleted = []
    with one_at_a_time(tmp_path):
        retaining = threading.Thread(
            target=lambda: deleted.extend(retain_versions(tmp_path / "lstm", keep=1))
        )
        retaining.start()
        retaining.join(0.2)
        assert retaining.is_alive()
        (tmp_path / "models.config").write_text(
            'model_config_list { config { name: "lstm" version_labels { key: "old" value: 1 } } }'
        )
    retaining.join(10)
    assert deleted == [2]


def test_label_for_a_version_that_is_not_there_is_refused(tmp_path):
    make_models(tmp_path, lstm=(1,))
    with pytest.raises(ExportError, match=r"no version 2 to be 'canary'\. It has 1"):
        label_version(tmp_path / "lstm", "canary", 2)
    assert not (tmp_path / "models.config").exists()


def test_empty_label_is_refused(tmp_path):
    make_models(tmp_path, lstm=(1,))
    with pytest.raises(ValueError, match="an empty one"):
        label_version(tmp_path / "lstm", "", 1)


def test_label_of_a_model_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(ExportError, match="Cannot read"):
        label_version(tmp_path / "nothing", "canary", 1)


def test_damaged_config_is_named_and_left_alone(tmp_path):
    make_models(tmp_path, lstm=(1,))
    (tmp_path / "models.config").write_text("model_config_list { config {")
    with pytest.raises(ExportError, match="no ModelServerConfig"):
        label_version(tmp_path / "lstm", "canary", 1)
    assert (tmp_path / "models.config").read_text() == "model_config_list { config {"


def test_versions_without_config_have_no_labels(tmp_path):
    make_models(tmp_path, lstm=(1,))
    assert labelled_versions(tmp_path / "lstm") == {}
