import functools
import json
from types import SimpleNamespace

import numpy as np
import pytest

from keras_genre.evaluation import systems_of_runs
from keras_genre.scoring import DecisionRule


@pytest.fixture
def make_run(make_predictions):
    """What looks like a run: a recipe, or where `kind` is given a baseline's choices."""
    labels = np.random.default_rng(0).integers(0, 2, (30, 2))

    def make(name, preset="lstm", seed=0, kind="", method="per_genre", **fields):
        random = np.random.default_rng([seed, *name.encode()])
        said = {
            split: make_predictions(labels, random.random(labels.shape), split)
            for split in ("validation", "test")
        }
        values = {"preset": preset, "seed": seed, **fields}
        run = SimpleNamespace(
            name=name,
            data_hash="abc",
            predict=said.__getitem__,
            rule=DecisionRule.fit(said["validation"], method),
            fit_rule=functools.partial(DecisionRule.fit, said["validation"]),
        )
        if kind:
            run.kind, run.choices = kind, values
            return run
        run.recipe = SimpleNamespace(
            preset=preset,
            word_vectors=fields.pop("word_vectors", None),
            preset_changes=fields,
            to_json=lambda: json.dumps(values),
        )
        return run

    return make


def only(run):
    (system,), _ = systems_of_runs([run], "test")
    return system


def test_runs_of_other_seeds_are_one_system(make_run):
    runs = [make_run(f"lstm-seed{seed}", seed=seed) for seed in range(3)]
    systems, notes = systems_of_runs([*runs, make_run("gru-0", "gru")], "test")
    assert [(system.name, len(system.trainings)) for system in systems] == [
        ("lstm", 3),
        ("gru-0", 1),
    ]
    (note,) = notes
    assert "lstm (lstm-seed0, lstm-seed1, lstm-seed2)" in note
    assert [said.split for said, _ in systems[0].trainings] == ["test"] * 3


def test_runs_of_one_name_but_other_recipes_are_not_one_system(make_run):
    runs = [make_run("lstm-0"), make_run("lstm-1", seed=1, text_options=(("dropout", 0.1),))]
    systems, notes = systems_of_runs(runs, "test")
    assert [system.name for system in systems] == ["lstm-0", "lstm-1"]
    assert notes == []


def test_systems_whose_runs_have_like_names_keep_the_whole_names(make_run):
    runs = [make_run("a-1", seed=1), make_run("a-2", seed=2), make_run("a-3", "gru")]
    assert [s.name for s in systems_of_runs(runs, "test")[0]] == ["a-1, a-2", "a-3"]


def test_runs_on_other_records_are_not_one_system_and_a_note_says_so(make_run):
    runs = [make_run("lstm-0"), make_run("lstm-1", seed=1)]
    runs[1].data_hash = "def"
    systems, notes = systems_of_runs(runs, "test")
    assert len(systems) == 2
    assert "records of different content" in notes[0]


def test_baselines_of_other_seeds_are_one_system(make_run):
    runs = [
        make_run(f"boosted-{seed}", "minilm+mobilenet+concat", seed, "boosted", random_state=seed)
        for seed in (0, 1)
    ]
    (system,), _ = systems_of_runs(runs, "test")
    assert (system.name, system.fusion) == ("boosted", "boosted")


def test_runs_keep_their_own_rules_where_those_were_chosen_alike(make_run):
    runs = [make_run("a"), make_run("b", "gru")]
    systems, notes = systems_of_runs(runs, "test")
    assert [s.trainings[0][1] for s in systems] == [run.rule for run in runs]
    assert notes == []


def test_runs_whose_rules_were_not_chosen_alike_get_new_ones_and_a_note_says_so(make_run):
    runs = [make_run("a"), make_run("b", "gru", method="global")]
    systems, notes = systems_of_runs(runs, "test")
    (note,) = notes
    assert "a: one a genre, chosen on validation; b: one for all genres" in note
    for run, system in zip(runs, systems, strict=True):
        ((_, rule),) = system.trainings
        assert (rule.method, rule.fitted_on) == ("per_genre", "validation")
        expected = DecisionRule.fit(run.predict("validation"))
        np.testing.assert_array_equal(rule.thresholds, expected.thresholds)


def test_runs_that_say_the_same_are_refused(make_run):
    runs = [make_run("a"), make_run("b", "gru")]
    runs[1].predict = runs[0].predict
    with pytest.raises(ValueError, match="a and b say exactly the same of every film"):
        systems_of_runs(runs, "test")
    with pytest.raises(ValueError, match="each run once, received 'a' twice"):
        systems_of_runs([runs[0], runs[0]], "test")


def test_runs_on_other_films_are_refused_by_name(make_run, make_predictions):
    runs = [make_run("a"), make_run("b", "gru")]
    runs[1].predict = lambda split: make_predictions([[1, 0]], [[0.2, 0.1]], split)
    with pytest.raises(ValueError, match=r"a and b cannot be compared\. .*the same films"):
        systems_of_runs(runs, "test")


def test_systems_of_no_run_raise():
    with pytest.raises(ValueError, match="received none"):
        systems_of_runs([], "test")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"preset": "lstm"}, ("lstm", "", "", False)),
        ({"preset": "cnn64"}, ("", "cnn64", "", False)),
        ({"preset": "minilm"}, ("minilm", "", "", True)),
        ({"preset": "minilm", "text_weights": "random"}, ("minilm", "", "", False)),
        ({"preset": "minilm", "text_freeze": "all"}, ("frozen minilm", "", "", True)),
        (
            {"preset": "bilstm_attention", "word_vectors": "glove.txt"},
            ("bilstm_attention", "", "", None),
        ),
        ({"preset": "minilm+cnn64+gated"}, ("minilm", "cnn64", "gated", None)),
        ({"preset": "attention_fusion"}, ("distilbert", "resnet18", "attention", True)),
        ({"preset": "late_fusion_small"}, ("lstm", "cnn64", "late", False)),
        (
            {"kind": "stacked", "preset": "minilm+mobilenet+concat", "poster_weights": "x.h5"},
            ("frozen minilm", "frozen mobilenet", "stacked", True),
        ),
    ],
)
def test_system_of_a_run_knows_what_it_is_made_of(make_run, fields, expected):
    system = only(make_run("a", **fields))
    assert (system.text, system.poster, system.fusion, system.pretrained) == expected


def test_system_of_tfidf_reads_plots_and_is_not_asked_about_pretraining(make_run):
    run = make_run("words", kind="tfidf")
    del run.choices["preset"]
    system = only(run)
    assert (system.modality, system.pretrained) == ("plot", None)
