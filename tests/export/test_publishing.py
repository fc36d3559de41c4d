import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from keras_genre.errors import ExportError
from keras_genre.export.labels import label_version
from keras_genre.export.publishing import MANIFEST, retain_versions, roll_back
from keras_genre.model_versions import list_versions


def make_versions(folder, *numbers):
    for number in numbers:
        (folder / str(number) / MANIFEST.parent).mkdir(parents=True)
        (folder / str(number) / "saved_model.pb").write_text(f"graph {number}")
        (folder / str(number) / MANIFEST).write_text(json.dumps({"run": f"run {number}"}))
    return folder


def graph_of(version):
    return (version / "saved_model.pb").read_text()


def test_retain_versions_keeps_the_newest_by_number(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 9, 10)
    assert retain_versions(folder, keep=2) == [1, 2]
    assert sorted(os.listdir(folder)) == ["10", "9"]
    assert retain_versions(folder, keep=2) == []


def test_retain_versions_spares_what_has_a_label(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 3, 4)
    label_version(folder, "stable", 2)
    assert retain_versions(folder, keep=1) == [1, 3]
    assert list(list_versions(folder)) == [2, 4]


def test_retain_versions_of_none_is_refused(tmp_path):
    folder = make_versions(tmp_path / "m", 1)
    with pytest.raises(ValueError, match="received 0"):
        retain_versions(folder, keep=0)
    assert list(list_versions(folder)) == [1]


def test_retain_versions_deletes_nothing_under_its_number(tmp_path, monkeypatch):
    folder = make_versions(tmp_path / "m", 1, 2)
    seen = []

    def note(path, *args, **kwargs):
        seen.append(sorted(list_versions(folder)))
        raise OSError(errno.EIO, "the disk stopped")

    monkeypatch.setattr("shutil.rmtree", note)
    with pytest.raises(OSError, match="stopped"):
        retain_versions(folder, keep=1)
    assert seen[0] == [2]


def test_roll_back_publishes_the_version_before_the_newest(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 3)
    version = roll_back(folder)
    assert version == folder / "4"
    assert graph_of(version) == "graph 2"
    assert json.loads((version / MANIFEST).read_text()) == {"run": "run 2", "copy_of": 2}
    assert json.loads((folder / "2" / MANIFEST).read_text()) == {"run": "run 2"}


def test_roll_back_twice_goes_two_versions_back(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 3)
    roll_back(folder)
    assert graph_of(roll_back(folder)) == "graph 1"
    with pytest.raises(ExportError, match="no version before"):
        roll_back(folder)


def test_roll_back_after_a_later_export_returns_to_the_copy(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 3)
    roll_back(folder)  # 4 is 2
    make_versions(folder, 5)
    assert graph_of(roll_back(folder)) == "graph 2"


def test_roll_back_to_a_named_version(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2, 3)
    assert graph_of(roll_back(folder, to=1)) == "graph 1"


@pytest.mark.parametrize(
    ("numbers", "to", "message"),
    [
        ((1,), None, "no version before"),
        ((), None, "no version before"),
        ((1, 2), 7, "no version 7"),
    ],
)
def test_roll_back_to_what_is_not_there_is_refused(tmp_path, numbers, to, message):
    folder = tmp_path / "m"
    folder.mkdir()
    make_versions(folder, *numbers)
    with pytest.raises(ExportError, match=message):
        roll_back(folder, to)
    assert list(list_versions(folder)) == list(numbers)


def test_roll_back_to_a_version_that_fails_its_check_publishes_nothing(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2)

    def refuse(version):
        raise ExportError(f"{graph_of(version)} does not load")

    with pytest.raises(ExportError, match="graph 1 does not load"):
        roll_back(folder, verify=refuse)
    assert sorted(os.listdir(folder)) == ["1", "2"]


def test_roll_back_of_a_model_with_labels_is_refused(tmp_path):
    folder = make_versions(tmp_path / "m", 1, 2)
    label_version(folder, "canary", 2)
    with pytest.raises(ExportError, match=r"canary is 2, stable is 1\. Move a label"):
        roll_back(folder)
    assert list(list_versions(folder)) == [1, 2]


def test_roll_back_copies_where_links_are_impossible(tmp_path, monkeypatch):
    folder = make_versions(tmp_path / "m", 1, 2)

    def no_links(source, target):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    assert graph_of(roll_back(folder)) == "graph 1"


def test_versions_of_a_folder_that_is_not_there_are_not_looked_for(tmp_path):
    with pytest.raises(ExportError, match="Cannot read"):
        retain_versions(tmp_path / "nothing", keep=1)


def test_publishing_killed_at_any_instant_leaves_only_versions_that_load_and_predict(tmp_path):
    import tensorflow as tf

    class Halver(tf.Module):
        def __init__(self):
            super().__init__()
            self.factor = tf.Variable(0.5)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="numbers")])
        def halve(self, numbers):
            return {"halves": numbers * self.factor}

    module = Halver()
    prepared = tmp_path / "prepared"
    tf.saved_model.save(module, str(prepared), signatures=module.halve)
    (prepared / MANIFEST.parent).mkdir()
    (prepared / MANIFEST).write_text("{}")
    program = Path(__file__).with_name("kill_publishing.py")
    root, kept = tmp_path / "saved_models", tmp_path / "kept"
    done = subprocess.run(
        [sys.executable, program, prepared, root, kept], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    counted = json.loads(done.stdout)
    assert counted["kills"] >= 100
    assert counted["looked_at"] > counted["kills"]
    for version in kept.iterdir():
        served = tf.saved_model.load(str(version))
        halves = served.signatures["serving_default"](numbers=tf.constant([2.0]))["halves"]
        assert halves.numpy().tolist() == [1.0]
    assert list(root.rglob(".*")) == []  # what the kills left behind is gone
