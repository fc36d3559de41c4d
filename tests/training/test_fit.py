import dataclasses
import json
import re
import shutil

import keras
import numpy as np
import pytest
from frozen_recipe import make_frozen_recipe

from keras_genre.catalog import make_synthetic_catalog
from keras_genre.data import MovieDataset, write_records
from keras_genre.errors import DatasetError, RunError
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe, Run, predict
from keras_genre.scoring import DecisionRule, score
from keras_genre.training import train

# What the best possible model may look at, and the share of the way from the best constant answer
# to its score that a preset must reach.
_FUSIONS = {"concat": 0.85, "late": 0.75, "attention": 0.72, "gated": 0.8, "central": 0.72}
_EXPECTED = {
    "lstm": ("plot", 0.8),
    "cnn64": ("poster", 0.8),
    **{f"{head}_fusion_small": ("both", share) for head, share in _FUSIONS.items()},
}


@pytest.fixture(scope="module")
def films_and_truth(tmp_path_factory):
    folder = tmp_path_factory.mktemp("known_best_score")
    catalog, truth = make_synthetic_catalog(folder / "films", 4000, seed=0)
    return write_records(catalog, folder / "data"), truth


@pytest.fixture(scope="module")
def test_scores(films_and_truth, tmp_path_factory):
    """Macro F1 on the test films of one training each."""
    dataset, _ = films_and_truth
    scores = {}
    for preset in _EXPECTED:
        folder = tmp_path_factory.mktemp("runs") / preset
        run = train(Recipe(preset, epochs=12), dataset, folder)
        scores[preset] = score(run.predict("test"), run.rule).overall["macro_f1"]
    return scores


@pytest.mark.slow
@pytest.mark.parametrize("preset", _EXPECTED)
def test_training_on_films_with_known_best_score_comes_near_it(
    films_and_truth, test_scores, preset
):
    _, truth = films_and_truth
    given, expected_share = _EXPECTED[preset]
    share = truth.share(test_scores[preset], given, "test")
    # More than all of it would mean that labels leak into the input.
    assert expected_share <= share <= 1.1


@pytest.mark.slow
@pytest.mark.parametrize("head", _FUSIONS)
def test_training_of_fusion_beats_both_single_modalities(test_scores, head):
    fusion = test_scores[f"{head}_fusion_small"]
    assert fusion > test_scores["lstm"] + 0.05
    assert fusion > test_scores["cnn64"] + 0.05


def test_run_read_again_predicts_the_same(tiny_run):
    predictions = tiny_run.predict("validation")
    again = Run(tiny_run.folder)
    computed = predict(again.model, again.preprocessor, again.dataset, "validation")
    np.testing.assert_allclose(computed.probabilities, predictions.probabilities, atol=1e-6)
    assert computed.vocabulary == predictions.vocabulary
    assert predictions.movie_ids.tolist() == computed.movie_ids.tolist()


def test_run_holds_everything_that_made_it(tiny_run, sample_dataset):
    again = Run(tiny_run.folder)
    # The precision that "auto" chose is written down, so that it is the same elsewhere.
    dtype = again.model.dtype_policy.name
    assert dtype != "auto"
    assert again.recipe == Recipe("lstm", epochs=2, dtype=dtype)
    assert len(again.history) == 2
    assert again.data_hash == sample_dataset.manifest.data_hash
    expected = DecisionRule.fit(again.predict("validation"))
    np.testing.assert_array_equal(again.rule.thresholds, expected.thresholds)
    assert again.rule.fitted_on == "validation"
    assert (again.folder / "predictions" / "validation.npz").is_file()


def test_training_keeps_the_epoch_with_the_best_validation_score(tiny_run):
    from keras_genre.metrics import MacroF1

    predictions = tiny_run.predict("validation")
    logits = np.log(predictions.probabilities / (1 - predictions.probabilities))
    metric = MacroF1(len(predictions.vocabulary))
    metric.update_state(predictions.labels, logits)
    best = tiny_run.history["val_macro_f1"].max()
    assert float(metric.result()) == pytest.approx(best, abs=1e-4)


def test_training_with_the_same_seed_repeats(sample_dataset, tiny_run, tmp_path):
    again = train(Recipe("lstm", epochs=2), sample_dataset, tmp_path / "again")
    other = train(Recipe("lstm", epochs=2, seed=1), sample_dataset, tmp_path / "other")
    first = tiny_run.predict("validation").probabilities
    np.testing.assert_allclose(again.predict("validation").probabilities, first, atol=1e-4)
    assert np.abs(other.predict("validation").probabilities - first).max() > 1e-3


@pytest.mark.parametrize("augmentation", ["standard", "mix_up"])
def test_training_with_augmentation_sees_other_posters(sample_dataset, tmp_path, augmentation):
    def history(augmentation, name):
        recipe = Recipe("cnn64", epochs=1, augmentation=augmentation)
        return train(recipe, sample_dataset, tmp_path / name).history["loss"].tolist()

    plain, augmented = history("none", "plain"), history(augmentation, "augmented")
    assert augmented != plain
    if augmentation == "standard":
        assert history(augmentation, "again") == augmented


def test_training_that_stops_early_says_why(sample_dataset, tmp_path):
    told = []
    recipe = Recipe("lstm", epochs=9, patience=1, learning_rate=1e-12)
    run = train(recipe, sample_dataset, tmp_path / "run", say=told.append)
    assert len(run.history) == 2
    assert told == ["Stopped: no better macro F1 for 1 epochs."]


def test_training_into_an_existing_folder_is_refused(sample_dataset, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "precious.txt").write_text("keep")
    with pytest.raises(RunError, match="exists already"):
        train(Recipe("lstm", epochs=1), sample_dataset, tmp_path / "run")
    assert (tmp_path / "run" / "precious.txt").read_text() == "keep"


def test_training_that_fails_leaves_nothing(sample_dataset, tmp_path):
    class Stop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(Recipe("lstm", epochs=1), sample_dataset, tmp_path / "run", callbacks=[Stop()])
    assert list(tmp_path.iterdir()) == []


def test_training_whose_loss_turns_nan_says_when_and_leaves_nothing(
    sample_dataset, tmp_path, capsys
):
    with pytest.raises(RunError, match=r"loss became nan at step \d+.*rate of 1e\+30") as error:
        train(Recipe("lstm", learning_rate=1e30), sample_dataset, tmp_path / "run")
    films = re.search(r"Its films: (.*)\. Try", str(error.value))[1].split(", ")
    known = {
        film["movie_id"].decode() for film in sample_dataset.films("train").as_numpy_iterator()
    }
    assert 0 < len(set(films)) == len(films) <= 32
    assert set(films) <= known
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


def test_training_without_validation_films_is_refused(sample_films, tmp_path):
    catalog, _ = sample_films
    only_train = catalog.with_splits(["train"] * len(catalog))
    dataset = write_records(only_train, tmp_path / "data")
    with pytest.raises(DatasetError, match="no validation films"):
        train(Recipe("lstm", epochs=1), dataset, tmp_path / "run")


def test_run_on_other_records_is_refused(tiny_run, sample_films, tmp_path):
    catalog, _ = sample_films
    other = write_records(catalog.drop_genres([catalog.vocabulary[0]]), tmp_path / "data")
    shutil.copytree(tiny_run.folder, tmp_path / "run")
    data = json.loads((tiny_run.folder / "data.json").read_text())
    data["folder"] = str(other.folder)
    (tmp_path / "run" / "data.json").write_text(json.dumps(data))
    with pytest.raises(RunError, match="another data hash"):
        Run(tmp_path / "run").dataset  # noqa: B018  (looking is the point)


def test_prediction_with_another_genre_order_is_refused(tiny_run, sample_films, tmp_path):
    catalog, _ = sample_films
    reordered = type(catalog)(catalog.frame, type(catalog.vocabulary)(catalog.vocabulary[::-1]))
    dataset = write_records(reordered, tmp_path / "data")
    assert isinstance(dataset, MovieDataset)
    with pytest.raises(ValueError, match="order"):
        predict(tiny_run.model, tiny_run.preprocessor, dataset, "validation")


def test_train_makes_the_model_with_the_weights_and_dropout_of_the_recipe(
    sample_dataset, tmp_path, monkeypatch
):
    class StopError(Exception):
        pass

    def from_preset(name, vocabulary, **choices):
        raise StopError(name, choices)

    monkeypatch.setattr(GenreClassifier, "from_preset", from_preset)
    weights = tmp_path / "texts"
    weights.mkdir()
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "##b"]
    (weights / "vocab.txt").write_text("\n".join(pieces) + "\n")
    recipe = Recipe(
        "late_fusion",
        modality_dropout=0.25,
        text_weights=str(weights),
        poster_weights="random",
        dtype="float32",
    )
    with pytest.raises(StopError) as stop:
        train(recipe, sample_dataset, tmp_path / "run")
    assert stop.value.args == (
        "late_fusion",
        {
            "dtype": "float32",
            "modality_dropout": 0.25,
            "text_weights": str(weights),
            "poster_weights": "random",
        },
    )


# === Frozen encoders ===


@pytest.fixture
def frozen(monkeypatch, tmp_path):
    """A small preset of two encoders, and a recipe that freezes both; no weights are loaded."""
    return make_frozen_recipe(tmp_path / "texts", monkeypatch, modality_dropout=0.2)


def test_training_of_frozen_encoders_computes_features_once_and_trains_the_head(
    frozen, sample_dataset, tmp_path
):
    lines = []
    run = train(frozen, sample_dataset, tmp_path / "runs" / "first", say=lines.append)
    assert [line.split(":")[0] for line in lines] == [
        f"{modality} features of {split} films"
        for split in ("train", "validation")
        for modality in ("poster", "text")
    ]
    # What is kept is the whole model, which needs no features.
    computed = predict(run.model, run.preprocessor, sample_dataset, "validation")
    saved = run.predict("validation")
    np.testing.assert_allclose(computed.probabilities, saved.probabilities, atol=1e-5)
    assert run.history["loss"].iloc[1] < run.history["loss"].iloc[0]

    keras.utils.set_random_seed(frozen.seed)
    untrained = GenreClassifier.from_preset(
        frozen.preset, sample_dataset.vocabulary, run.recipe.dtype, **frozen.preset_changes
    )
    for part, moves in (("text_encoder", False), ("poster_encoder", False), ("fusion_head", True)):
        before, after = (getattr(model, part).get_weights() for model in (untrained, run.model))
        moved = [np.any(a != b) for a, b in zip(before, after, strict=True)]
        assert all(moved) if moves else not any(moved), part

    lines.clear()
    shorter = dataclasses.replace(frozen, epochs=1)
    again = train(shorter, sample_dataset, tmp_path / "runs" / "second", say=lines.append)
    assert lines == []
    assert again.history["loss"][0] == pytest.approx(run.history["loss"][0], rel=1e-5)


def test_training_of_a_frozen_poster_encoder_with_augmentation_asks_it_each_time(
    frozen, sample_dataset, tmp_path
):
    lines = []
    augmented = dataclasses.replace(frozen, epochs=1, augmentation="standard")
    train(augmented, sample_dataset, tmp_path / "runs" / "run", say=lines.append)
    assert {line.split()[0] for line in lines} == {"text"}


def test_training_with_word_vectors_begins_with_them(sample_dataset, tmp_path):
    words = MoviePreprocessor.from_preset("gru")
    words.adapt(sample_dataset.plots("train"))
    known = words.plot.get_vocabulary()[:3]
    vectors = np.full((3, 7), 9.0, "float32")
    np.savez(tmp_path / "vectors.npz", words=np.array(known), vectors=vectors)
    path = str(tmp_path / "vectors.npz")
    recipe = Recipe("gru", epochs=1, learning_rate=1e-7, weight_decay=0.0, word_vectors=path)
    run = train(recipe, sample_dataset, tmp_path / "run")
    embeddings = np.asarray(run.model.text_encoder.embedding.embeddings)
    assert embeddings.shape[1] == 7
    np.testing.assert_allclose(embeddings[2:5], vectors, atol=1e-3)
    assert np.abs(embeddings[5:]).max() < 1.0


def test_training_with_changes_of_the_recipe_makes_such_a_model(sample_dataset, tmp_path):
    changes = (("text_options", (("hidden_dim", 5),)), ("max_tokens", 12))
    recipe = Recipe("gru", epochs=1, changes=changes)
    run = train(recipe, sample_dataset, tmp_path / "run")
    assert run.recipe.changes == changes
    assert run.model.text_encoder.hidden_dim == 5
    assert run.preprocessor.plot.max_tokens == 12
