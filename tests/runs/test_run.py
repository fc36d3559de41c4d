import shutil

import pytest

from keras_genre.errors import RunError
from keras_genre.runs import Run


@pytest.fixture
def copied_run(tiny_run, tmp_path):
    shutil.copytree(tiny_run.folder, tmp_path / "run")
    return Run(tmp_path / "run")


_FILES = {
    "recipe.json": "recipe",
    "model.keras": "model",
    "preprocessor.json": "preprocessor",
    "rule.json": "rule",
    "history.csv": "history",
    "data.json": "data_hash",
}


_DAMAGES = [b"", b"\xff\xfe", b"{}", b'{"half": ']


@pytest.mark.parametrize(
    ("name", "content"),
    # Any line of text is the header of a CSV file.
    [(name, content) for name in _FILES for content in _DAMAGES[: 2 if ".csv" in name else 4]],
)
def test_run_with_damaged_file_names_it(copied_run, name, content):
    (copied_run.folder / name).write_bytes(content)
    with pytest.raises(RunError, match=name.replace(".", r"\.")):
        getattr(copied_run, _FILES[name])


@pytest.mark.parametrize("name", [name for name in _FILES if name != "recipe.json"])
def test_run_with_missing_file_is_incomplete(copied_run, name):
    (copied_run.folder / name).unlink()
    with pytest.raises(RunError, match=f"incomplete: it has no {name}"):
        getattr(copied_run, _FILES[name])


def test_folder_without_recipe_is_no_run(tmp_path):
    with pytest.raises(RunError, match="keras-genre train"):
        Run(tmp_path)


@pytest.mark.parametrize("split", ["dev", "../../other/predictions/test", ""])
def test_run_predicting_unknown_split_raises(copied_run, split):
    with pytest.raises(ValueError, match="Unknown split"):
        copied_run.predict(split)


def test_run_with_predictions_of_another_split_is_refused(copied_run):
    predictions = copied_run.folder / "predictions"
    shutil.copy(predictions / "validation.npz", predictions / "test.npz")
    with pytest.raises(RunError, match="of the validation split"):
        copied_run.predict("test")
