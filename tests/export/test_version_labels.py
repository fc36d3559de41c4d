import pytest
from google.protobuf import text_format
from tensorflow_serving.config import model_server_config_pb2

from keras_genre.errors import ExportError
from keras_genre.export.labels import configured_versions, label_version, labelled_versions


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
    assert entries["lstm"].base_path == str(tmp_path / "lstm")
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


def test_label_version_adds_a_model_that_the_file_lacks(tmp_path):
    make_models(tmp_path, lstm=(1,), late=(1,))
    (tmp_path / "models.config").write_text('model_config_list { config { name: "lstm" } }')
    label_version(tmp_path / "late", "stable", 1)
    assert set(read(tmp_path / "models.config")) == {"lstm", "late"}


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
