"""A disk that takes no more: every command says where, and leaves all as it was.

A limit on the size of files stands in for the full disk, because it needs no rights; where a
small file system may be mounted, a disk that is really full is tried too.
"""

import shutil
import subprocess

import pytest
import tensorflow as tf

from keras_genre.errors import ExportError
from keras_genre.staging import scratch_folder


def _writing_commands(sample_csv, sample_dataset, tiny_run, place):
    """Command lines that write into `place`, by name."""
    data = sample_dataset.folder
    return {
        "sample": ["sample", "--films", 60, "--out", place / "films"],
        "prepare": ["prepare", "poster-csv", sample_csv, "--out", place / "data"],
        "train": ["train", data, "--preset", "lstm", "--epochs", 1, "--out", place / "run"],
        "export": ["export", tiny_run.folder, "--to", place / "models"],
    }


_COMMANDS = ["sample", "prepare", "train", "export"]


@pytest.fixture
def writing(sample_csv, sample_dataset, tiny_run):
    return lambda name, place: _writing_commands(sample_csv, sample_dataset, tiny_run, place)[name]


@pytest.mark.parametrize("name", _COMMANDS)
def test_command_that_may_write_no_big_file_says_where_and_leaves_nothing(
    command, writing, tmp_path, name
):
    done = command(*writing(name, tmp_path / "new"), file_limit=1000)
    assert (done.code, done.out) == (1, "")
    last = done.err.splitlines()[-1]
    assert last.startswith(f"Error: Cannot write to {tmp_path / 'new'}")
    assert "larger than the file system or `ulimit -f` allows" in last
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full_disk(tmp_path):
    """A file system with room for next to nothing."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", place]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("may not mount a file system; the limited file size is tried all the same")
    yield place
    subprocess.run(["umount", place], check=True)


@pytest.mark.parametrize("name", _COMMANDS)
def test_command_on_a_full_disk_says_where_and_leaves_nothing(command, writing, full_disk, name):
    (full_disk / "precious").write_text("x")
    done = command(*writing(name, full_disk))
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1].startswith(f"Error: Cannot write to {full_disk}")
    assert "No space left" in done.err
    assert [path.name for path in full_disk.iterdir()] == ["precious"]


def test_export_on_a_full_disk_leaves_the_earlier_version(command, tiny_run, tmp_path, snapshot):
    assert command("export", tiny_run.folder, "--to", tmp_path).code == 0
    before = snapshot()
    # Room for the graph, none for the weights.
    assert command("export", tiny_run.folder, "--to", tmp_path, file_limit=2_000_000).code == 1
    assert snapshot() == before
    done = command("predict", "--plot", "A heist.", "--saved-models", tmp_path)
    assert done.code == 0, done.err
    assert "version 1" in done.out


def test_evaluate_that_cannot_save_predictions_still_scores(command, tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run.folder, run)
    (run / "predictions" / "test.npz").unlink(missing_ok=True)
    done = command("evaluate", run, "--resamples", 20, "--no-report", file_limit=1000)
    assert done.code == 0, done.err
    assert "Scores on the test split" in done.out
    assert done.err.startswith("Warning: The test predictions are not saved.")
    assert str(run / "predictions") in done.err
    assert sorted(path.name for path in (run / "predictions").iterdir()) == ["validation.npz"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (tf.errors.ResourceExhaustedError(None, None, "a/b; No space left on device"), ExportError),
        (tf.errors.OutOfRangeError(None, None, "a/b; File too large"), ExportError),
        (
            tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor"),
            tf.errors.ResourceExhaustedError,
        ),
        (tf.errors.OutOfRangeError(None, None, "End of sequence"), tf.errors.OutOfRangeError),
    ],
)
def test_scratch_folder_knows_a_full_disk_from_tensorflow_s_other_errors(tmp_path, error, raised):
    with pytest.raises(raised), scratch_folder(tmp_path, ".staging-", ExportError):
        raise error
    assert list(tmp_path.iterdir()) == []
