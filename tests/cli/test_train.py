import dataclasses

import pytest

from keras_genre.runs import Run


def test_train_by_the_recipe_of_a_run_repeats_it_but_for_what_is_said(
    run, tiny_run, sample_dataset, tmp_path
):
    recipe = tiny_run.folder / "recipe.json"
    arguments = (sample_dataset.folder, "--recipe", recipe, "--out", tmp_path / "run")
    code, _, err = run("train", *arguments, "--epochs", 1)
    assert code == 0, err
    again = Run(tmp_path / "run")
    assert again.recipe == dataclasses.replace(tiny_run.recipe, epochs=1)
    assert again.history["loss"][0] == pytest.approx(tiny_run.history["loss"][0], rel=1e-4)
    assert "films/s" in err


@pytest.mark.parametrize("content", ["{", '{"preset": "lstn"}', "\xff"])
def test_train_by_a_damaged_recipe_names_the_file(run, sample_dataset, tmp_path, content):
    path = tmp_path / "recipe.json"
    path.write_bytes(content.encode("latin-1"))
    code, _, err = run("train", sample_dataset.folder, "--recipe", path)
    assert code == 1
    assert str(path) in err
