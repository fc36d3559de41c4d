import dataclasses
import json

import keras
import numpy as np
import pandas as pd
import pytest

from keras_genre.cli import study as study_command
from keras_genre.errors import DatasetError, KerasGenreError, RunError
from keras_genre.presets import PRESETS, get_preset
from keras_genre.runs import Recipe, Run
from keras_genre.scoring import score
from keras_genre.studies import STUDIES, Row, Study, baseline_rows, run_study
from keras_genre.studies.missing_error import MissingError
from keras_genre.studies.running import StudyOptions, make_recipe
from keras_genre.studies.table import format_study
from keras_genre.studies.weights import weights_of_row

_TINY_TEXT = ("text_options", (("embedding_dim", 4), ("hidden_dim", 4)))
_TINY_POSTER = ("poster_options", (("stackwise_num_filters", (4, 4)),))
STUDY = Study(
    "A plot model, a poster model, and one whose weights nobody has.",
    (
        Row("plots", "gru", (("changes", (_TINY_TEXT,)),), published=(("macro_f1", 0.4),)),
        Row("posters", "cnn64", (("changes", (_TINY_POSTER, ("image_size", 8))),)),
        Row("vectors", "gru", needs_word_vectors=True),
        Row("linked", "graph_fusion_small"),
        Row("pretrained", "mobilenet", needs_weights=True),
    ),
    "films of somebody else",
)
OPTIONS = StudyOptions(seeds=2, epochs=1)


class Interrupt(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        raise KeyboardInterrupt


@pytest.fixture(scope="module")
def finished(sample_dataset, tmp_path_factory):
    """A study that was interrupted in its third training, and run again."""
    folder = tmp_path_factory.mktemp("studies") / "study"
    made = []

    def callbacks():
        made.append(1)
        return [Interrupt()] if len(made) == 3 else []

    with pytest.raises(KeyboardInterrupt):
        run_study(STUDY, sample_dataset, folder, OPTIONS, make_callbacks=callbacks)
    assert sorted(path.name for path in folder.iterdir()) == ["plots-seed0", "plots-seed1"]
    lines = []
    table, left_out = run_study(STUDY, sample_dataset, folder, OPTIONS, say=lines.append)
    return folder, table, left_out, lines


def test_study_goes_on_where_it_was_ended_and_trains_nothing_twice(finished, sample_dataset):
    folder, table, _, lines = finished
    trained = [line.split("/")[-1] for line in lines if line.startswith("Training")]
    assert trained == ["posters-seed0", "posters-seed1", "tfidf"]
    lines = []
    again, _ = run_study(STUDY, sample_dataset, folder, OPTIONS, say=lines.append)
    assert not [line for line in lines if line.startswith("Training")]
    pd.testing.assert_frame_equal(again, table)
    saved = pd.read_csv(folder / "table.csv", index_col=0)
    pd.testing.assert_frame_equal(saved, table, check_dtype=False)


def test_study_says_which_rows_it_left_out_and_why(finished):
    _, table, left_out, _ = finished
    assert list(left_out) == ["vectors", "linked", "pretrained"]
    assert "--word-vectors" in left_out["vectors"]
    assert "keras-genre link" in left_out["linked"]
    assert "--weights mobilenet=FILE" in left_out["pretrained"]
    assert list(table.index) == [
        "predict nothing", "top-3 genres", "every genre", "TF-IDF", "plots", "posters",
    ]  # fmt: skip


def test_table_holds_means_over_seeds_of_the_scores_on_test_films(finished):
    folder, table, _, _ = finished
    runs = [Run(folder / f"plots-seed{seed}") for seed in range(2)]
    scores = [score(run.predict("test"), run.rule).overall["macro_f1"] for run in runs]
    row = table.loc["plots"]
    assert row["seeds"] == 2
    assert row["macro_f1"] == pytest.approx(np.mean(scores), abs=1e-6)
    assert row["macro_f1_spread"] == pytest.approx(np.std(scores), abs=1e-6)
    assert row["macro_f1_low"] <= row["macro_f1"] <= row["macro_f1_high"]
    assert row["published_macro_f1"] == 0.4


def test_table_as_text_fits_a_terminal_and_keeps_published_figures_apart(finished):
    text = format_study(finished[1], STUDY.data)
    assert max(map(len, text.splitlines())) <= 80
    assert "published: macro F1 0.400" in text
    assert "2 seeds; macro F1 differs by" in text
    assert "not to be compared" in " ".join(text.split())


def test_study_beside_runs_of_another_recipe_is_refused(finished, sample_dataset):
    folder = finished[0]
    longer = dataclasses.replace(OPTIONS, epochs=2)
    with pytest.raises(RunError, match="plots-seed0 was trained by another recipe"):
        run_study(STUDY, sample_dataset, folder, longer)


def test_study_of_rows_that_are_none_names_them(sample_dataset, tmp_path):
    with pytest.raises(ValueError, match=r"no row plot\. Expected some of plots, posters"):
        run_study(STUDY, sample_dataset, tmp_path, only=["plot"])


def test_study_of_which_nothing_can_be_trained_says_why(sample_dataset, tmp_path):
    with pytest.raises(RunError, match=r"No model of the study.*word vectors"):
        run_study(STUDY, sample_dataset, tmp_path, only=["vectors"])


def test_study_without_test_films_is_refused(sample_films, tmp_path):
    from keras_genre.data import write_records

    catalog, _ = sample_films
    splits = ["train" if i % 2 else "validation" for i in range(len(catalog))]
    dataset = write_records(catalog.with_splits(splits), tmp_path / "data")
    with pytest.raises(DatasetError, match="no test films"):
        run_study(STUDY, dataset, tmp_path / "study")


# === The published studies ===


def test_studies_of_the_command_line_are_all_there_are():
    assert tuple(STUDIES) == study_command._STUDIES


@pytest.mark.parametrize("name", STUDIES)
def test_every_row_of_a_study_is_another_sound_recipe(name):
    weights = dict.fromkeys(["mobilenet_v2", "convnext_tiny"], "weights.h5")
    options = StudyOptions(word_vectors="glove.txt", weights=weights)
    rows = STUDIES[name].rows
    recipes = [make_recipe(row, 0, options) for row in rows if not row.baseline]
    baselines = {(row.baseline, row.preset) for row in rows if row.baseline}
    assert len({row.name for row in rows}) == len(rows)
    assert len(set(recipes)) + len(baselines) == len(rows)
    assert all(get_preset(row.preset) for row in rows)


def test_weights_named_by_hand_go_where_presets_name_theirs():
    row = Row("tuned", "resnet18", (("poster_freeze", "all"),))
    handle = PRESETS["resnet18"].poster_weights
    named = make_recipe(row, 0, StudyOptions(weights={handle: "here"}))
    assert (named.poster_weights, named.poster_freeze) == ("here", "all")
    random = make_recipe(row, 0, StudyOptions(weights={handle: "random"}))
    assert (random.poster_weights, random.poster_freeze) == ("random", None)
    assert random == Recipe.from_preset("resnet18", poster_weights="random")


def test_weights_of_a_preset_that_names_none_go_by_the_name_of_the_preset():
    row = Row("trees", "minilm+mobilenet+concat", baseline="boosted")
    with pytest.raises(MissingError, match="--weights mobilenet=FILE"):
        weights_of_row(row, {})
    assert weights_of_row(row, {"mobilenet": "m.h5"}) == {"poster_weights": "m.h5"}
    handle = PRESETS["minilm"].text_weights
    both = weights_of_row(row, {"mobilenet": "m.h5", handle: "folder"})
    assert both == {"text_weights": "folder", "poster_weights": "m.h5"}
    free = Row("free", "minilm+mobilenet+concat")
    assert weights_of_row(free, {}) == {}


# === Rows that are baselines ===


@pytest.fixture
def trees(monkeypatch):
    """A study of trees, which are grown on what two small random encoders say."""
    small = {
        "text_encoder": "gru", "tokenizer": "words", "max_tokens": 16, "vocabulary_size": 200,
        "text_options": (("embedding_dim", 4), ("hidden_dim", 4)), "text_weights": "random",
    }  # fmt: skip
    text = dataclasses.replace(PRESETS["gru"], **small)
    monkeypatch.setitem(PRESETS, "gru", text)
    return Study("Trees.", (Row("trees", "gru", baseline="boosted"),), "films of somebody else")


def test_study_grows_trees_once_and_scores_them(trees, sample_dataset, tmp_path):
    lines = []
    table, _ = run_study(trees, sample_dataset, tmp_path / "study", say=lines.append)
    assert [line for line in lines if line.endswith("trees-seed0")]
    assert table.loc["trees", "mean_average_precision"] > 0
    lines = []
    again, _ = run_study(trees, sample_dataset, tmp_path / "study", say=lines.append)
    assert not lines
    pd.testing.assert_frame_equal(again, table)


def test_study_beside_trees_that_were_grown_otherwise_is_refused(trees, sample_dataset, tmp_path):
    folder = tmp_path / "study"
    run_study(trees, sample_dataset, folder)
    path = folder / "trees-seed0" / "baseline.json"
    path.write_text(path.read_text().replace('"preset": "gru"', '"preset": "lstm"'))
    with pytest.raises(RunError, match="trees-seed0 was made otherwise"):
        run_study(trees, sample_dataset, folder)


def test_study_without_the_library_of_trees_leaves_them_out(
    trees, sample_dataset, tmp_path, monkeypatch
):
    def missing(name):
        raise KerasGenreError(f"{name} is not there.")

    monkeypatch.setattr(baseline_rows, "imported", missing)
    both = dataclasses.replace(trees, rows=(*trees.rows, STUDY.rows[0]))
    _, left_out = run_study(both, sample_dataset, tmp_path / "study", StudyOptions(epochs=1))
    assert left_out == {"trees": "lightgbm is not there."}


def test_study_command_prints_its_table(sample_dataset, tmp_path, monkeypatch, capsys):
    from keras_genre.cli.main import main

    monkeypatch.setitem(STUDIES, "coursework", STUDY)
    arguments = [sample_dataset.folder, "--out", tmp_path / "study", "--epochs", 1]
    with pytest.raises(SystemExit) as ending:
        main(list(map(str, ["study", "coursework", *arguments, "--only", "posters", "--json"])))
    shown = capsys.readouterr()
    assert ending.value.code == 0, shown.err
    result = json.loads(shown.out)
    assert result["rows"][-1]["model"] == "posters"
    with pytest.raises(SystemExit) as ending:
        main(list(map(str, ["study", "coursework", *arguments, "--weights", "nothing"])))
    assert ending.value.code == 2
