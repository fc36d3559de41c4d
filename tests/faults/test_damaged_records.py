"""Records that are not as they were written: the shard is named, whoever comes upon it."""

import json
import shutil
import struct

import pytest


@pytest.fixture
def data(sample_dataset, tmp_path):
    """A copy of the sample records that may be damaged."""
    return shutil.copytree(sample_dataset.folder, tmp_path / "data")


@pytest.fixture
def run(tiny_run, data, tmp_path):
    """A run that was trained on them and has not seen its test films."""
    folder = shutil.copytree(tiny_run.folder, tmp_path / "run")
    (folder / "predictions" / "test.npz").unlink(missing_ok=True)
    about = json.loads((folder / "data.json").read_text())
    (folder / "data.json").write_text(json.dumps({**about, "folder": str(data)}))
    return folder


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def _cut(path):
    path.write_bytes(path.read_bytes()[:-1])


def _cut_after_the_first_record(path):
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    path.write_bytes(content[: 8 + 4 + length + 4])  # length, its checksum, record, its checksum


def _damage_manifest(path):
    manifest = path.with_name("manifest.json")
    manifest.write_text(manifest.read_text()[:-20])


_DAMAGES = [
    pytest.param(_flip, None, id="flipped"),
    pytest.param(_cut, None, id="cut"),
    pytest.param(_cut_after_the_first_record, None, id="cut between records"),
    pytest.param(lambda path: path.unlink(), None, id="missing"),
    pytest.param(_damage_manifest, "manifest.json", id="manifest"),
]


@pytest.mark.parametrize(("damage", "named"), _DAMAGES)
@pytest.mark.parametrize("name", ["verify", "train", "evaluate"])
def test_command_on_damaged_records_names_the_file(
    command, data, run, tmp_path, name, damage, named
):
    split = "test" if name == "evaluate" else "train"
    (shard,) = data.glob(f"{split}-*.tfrecord")
    damage(shard)
    lines = {
        "verify": ["verify", data],
        "train": ["train", data, "--preset", "lstm", "--out", tmp_path / "new"],
        "evaluate": ["evaluate", run],
    }
    done = command(*lines[name])
    assert (done.code, done.out) == (1, "")
    *before, line = done.err.splitlines()
    assert not before or before[0].startswith("Only "), before  # few films
    assert line.startswith("Error: ")
    assert str(data / (named or shard.name)) in line
    assert "Prepare the records again." in line
    assert not (tmp_path / "new").exists()
    assert not (run / "predictions" / "test.npz").exists()


def test_evaluate_where_a_shard_of_another_split_is_cut_scores_the_whole_one(command, data, run):
    (shard,) = data.glob("train-*.tfrecord")
    _cut(shard)
    done = command("evaluate", run, "--resamples", 20, "--no-report")
    assert done.code == 0, done.err
    assert "Scores on the test split" in done.out
