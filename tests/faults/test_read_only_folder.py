"""A folder that may be read and not written: it is named, and what can be done is done."""

import shutil

import pytest


@pytest.fixture
def read_only(tmp_path):
    """Make folders read-only until the test ends."""
    locked = []

    def lock(*folders):
        for folder in folders:
            folder.chmod(0o555)
            locked.append(folder)

    yield lock
    for folder in locked:
        folder.chmod(0o755)


@pytest.mark.parametrize("name", ["sample", "prepare", "train", "export", "demo"])
def test_command_into_a_read_only_folder_says_which(
    command, read_only, sample_csv, sample_dataset, tiny_run, tmp_path, name
):
    read_only(tmp_path)
    lines = {
        "sample": ["sample", "--films", 60, "--out", tmp_path / "films"],
        "prepare": ["prepare", "poster-csv", sample_csv, "--out", tmp_path / "data"],
        "train": ["train", sample_dataset.folder, "--preset", "lstm", "--out", tmp_path / "run"],
        "export": ["export", tiny_run.folder, "--to", tmp_path],
        "demo": ["demo", "--out", tmp_path / "demo"],
    }
    done = command(*lines[name])
    assert (done.code, done.out) == (1, "")
    last = done.err.splitlines()[-1]
    assert last.startswith(f"Error: Cannot write to {tmp_path}")
    assert last.endswith("Permission denied.")
    assert list(tmp_path.iterdir()) == []


def test_evaluate_of_a_read_only_run_scores_and_says_that_nothing_is_saved(
    command, read_only, tiny_run, tmp_path
):
    run = tmp_path / "run"
    shutil.copytree(tiny_run.folder, run)
    (run / "predictions" / "test.npz").unlink(missing_ok=True)
    read_only(run / "predictions", run)
    done = command("evaluate", run, "--resamples", 20, "--no-report")
    assert done.code == 0, done.err
    assert "Scores on the test split" in done.out
    (line,) = (each for each in done.err.splitlines() if each.startswith("Warning: "))
    assert line.startswith("Warning: The test predictions are not saved. Cannot write to")
    assert line.endswith(f"{run / 'predictions'}: Permission denied.")
    assert "kept in" in done.err


def test_evaluate_in_a_read_only_folder_of_runs_has_tfidf_and_says_that_it_is_not_kept(
    command, read_only, tiny_run, tmp_path
):
    run = tmp_path / "runs" / "tiny"
    shutil.copytree(tiny_run.folder, run)
    read_only(run.parent)
    done = command("evaluate", run, "--split", "validation", "--resamples", 20, "--no-report")
    assert done.code == 0, done.err
    assert "\nTF-IDF " in done.out
    assert f"not kept. Cannot write to {run.parent}: Permission denied." in done.err


def test_verify_and_export_of_what_may_only_be_read_work(
    command, read_only, sample_dataset, tiny_run, tmp_path
):
    shutil.copytree(sample_dataset.folder, tmp_path / "data")
    shutil.copytree(tiny_run.folder, tmp_path / "run")
    read_only(tmp_path / "data", tmp_path / "run")
    assert command("verify", tmp_path / "data").code == 0
    assert command("export", tmp_path / "run", "--to", tmp_path / "models").code == 0
    assert (tmp_path / "models" / "run" / "1" / "saved_model.pb").is_file()
