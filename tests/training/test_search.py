import keras
import pandas as pd
import pytest

from keras_genre.errors import RunError
from keras_genre.runs import Recipe, Run
from keras_genre.training.search import search

RECIPE = Recipe("gru", epochs=1, changes=(("text_options", (("hidden_dim", 4),)),))
SPACE = {"learning_rate": [1e-5, 0.01], "clip_norm": [None, 1.0]}


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def finished(sample_dataset, tmp_path_factory):
    """A search over a grid that was interrupted in its third trial, and run again."""
    folder = tmp_path_factory.mktemp("search") / "grid"
    made = []

    def callbacks():
        made.append(1)
        return [Interrupt()] if len(made) == 3 else []

    with pytest.raises(KeyboardInterrupt):
        search(RECIPE, SPACE, sample_dataset, folder, make_callbacks=callbacks)
    lines = []
    table = search(RECIPE, SPACE, sample_dataset, folder, say=lines.append)
    return folder, table, lines


def test_grid_trains_every_combination_once_and_goes_on_after_an_interrupt(finished):
    _, table, lines = finished
    assert len([line for line in lines if line.startswith("Training")]) == 2
    values = {(row.learning_rate, str(row.clip_norm)) for row in table.itertuples()}
    assert len(values) == len(table) == 4


def test_table_is_sorted_by_the_validation_scores_of_its_runs(finished):
    folder, table, _ = finished
    assert table["validation_macro_f1"].is_monotonic_decreasing
    for row in table.itertuples():
        run = Run(folder / row.run)
        assert run.recipe.learning_rate == row.learning_rate
        assert run.history["val_macro_f1"].max() == row.validation_macro_f1
    saved = pd.read_csv(folder / "table.csv")
    pd.testing.assert_frame_equal(saved, table, check_dtype=False)


def test_finished_search_trains_nothing_again(finished, sample_dataset):
    folder, table, _ = finished
    lines = []
    again = search(RECIPE, SPACE, sample_dataset, folder, say=lines.append)
    assert lines == []
    pd.testing.assert_frame_equal(again, table)


def test_search_of_something_else_in_the_same_folder_is_refused(finished, sample_dataset):
    with pytest.raises(RunError, match="another recipe, space or kind"):
        search(RECIPE, {"learning_rate": [0.1]}, sample_dataset, finished[0])


def test_random_search_trains_as_many_as_asked(sample_dataset, tmp_path):
    table = search(RECIPE, SPACE, sample_dataset, tmp_path / "random", "random", trials=1)
    assert len(table) == 1
    assert table["learning_rate"][0] in SPACE["learning_rate"]


def test_error_of_a_trial_is_told_as_it_is(sample_dataset, tmp_path):
    space = {"learning_rate": [1e30]}
    with pytest.raises(RunError, match="The loss became nan"):
        search(Recipe("lstm"), space, sample_dataset, tmp_path / "nan")


@pytest.mark.parametrize(
    ("space", "kind", "message"),
    [
        ({}, "grid", "at least one field"),
        ({"learning_rate": []}, "grid", "at least one value"),
        ({"learnin_rate": [1.0]}, "grid", "no field 'learnin_rate'"),
        ({"learning_rate": [-1.0]}, "grid", "learning_rate above 0"),
        ({"learning_rate": [1.0]}, "bayes", "Unknown kind 'bayes'"),
    ],
)
def test_search_over_what_a_recipe_cannot_have_is_refused(
    sample_dataset, tmp_path, space, kind, message
):
    with pytest.raises(ValueError, match=message):
        search(RECIPE, space, sample_dataset, tmp_path / "search", kind)
    assert list(tmp_path.iterdir()) == []


def test_tune_command_prints_its_table(sample_dataset, tmp_path, capsys):
    from keras_genre.cli.main import main

    arguments = ["tune", sample_dataset.folder, "--preset", "gru", "--epochs", 1]
    arguments += ["--out", tmp_path / "search", "--search", "loss=focal"]
    with pytest.raises(SystemExit) as ending:
        main(list(map(str, arguments)))
    shown = capsys.readouterr()
    assert ending.value.code == 0, shown.err
    assert "focal" in shown.out
    assert "keras-genre evaluate" in shown.out
    with pytest.raises(SystemExit) as ending:
        main(list(map(str, [*arguments, "--search", "epochs"])))
    assert ending.value.code == 2
