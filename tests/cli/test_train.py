import contextlib
import dataclasses
import importlib.util
import io

import pytest

from keras_genre.cli.main import main
from keras_genre.runs import Run


@pytest.fixture(scope="module")
def again(tiny_run, sample_dataset, tmp_path_factory):
    """A training by the recipe of a run, with curves: its folder, and what it told."""
    folder = tmp_path_factory.mktemp("again")
    recipe = tiny_run.folder / "recipe.json"
    arguments = ["train", sample_dataset.folder, "--recipe", recipe, "--epochs", 1]
    arguments += ["--out", folder / "run", "--tensorboard", folder / "curves"]
    told = io.StringIO()
    with contextlib.redirect_stderr(told), pytest.raises(SystemExit) as ending:
        main([str(argument) for argument in arguments])
    assert ending.value.code == 0, told.getvalue()
    return folder, told.getvalue()


def test_train_by_the_recipe_of_a_run_repeats_it_but_for_what_is_said(again, tiny_run):
    folder, err = again
    again = Run(folder / "run")
    assert again.recipe == dataclasses.replace(tiny_run.recipe, epochs=1)
    assert again.history["loss"][0] == pytest.approx(tiny_run.history["loss"][0], rel=1e-4)
    assert "films/s" in err


def test_train_with_tensorboard_writes_the_curves_that_the_history_has(again):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
    from tensorboard.util.tensor_util import make_ndarray

    folder, _ = again
    (path,) = (folder / "curves" / "run" / "validation").iterdir()
    values = [value for event in EventFileLoader(str(path)).Load() for value in event.summary.value]
    curves = {value.tag: float(make_ndarray(value.tensor)) for value in values}
    history = Run(folder / "run").history
    assert curves["epoch_macro_f1"] == pytest.approx(history["val_macro_f1"][0])
    assert curves["epoch_loss"] == pytest.approx(history["val_loss"][0])


def test_train_without_tensorboard_installed_names_the_extra(
    run, sample_dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    arguments = ("--preset", "lstm", "--out", tmp_path / "run", "--tensorboard", tmp_path)
    code, _, err = run("train", sample_dataset.folder, *arguments)
    assert code == 1
    assert "keras-genre[tensorboard]" in err
    assert not (tmp_path / "run").exists()


def test_train_into_a_folder_with_files_names_the_option(run, tmp_path):
    (tmp_path / "mine").touch()
    code, _, err = run("train", tmp_path / "nothing", "--preset", "lstm", "--out", tmp_path)
    assert code == 1
    assert "exists already. Choose another place (--out)" in err


@pytest.mark.parametrize("content", ["{", '{"preset": "lstn"}', "\xff"])
def test_train_by_a_damaged_recipe_names_the_file(run, sample_dataset, tmp_path, content):
    path = tmp_path / "recipe.json"
    path.write_bytes(content.encode("latin-1"))
    code, _, err = run("train", sample_dataset.folder, "--recipe", path)
    assert code == 1
    assert str(path) in err
