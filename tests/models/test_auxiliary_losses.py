"""GenreClassifier with a head that has losses of its own, and with modality dropout."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
import pytest
from backends import RUN_EAGERLY, skip_float16_attention_on_jax

from keras_genre.losses import WeightedBinaryCrossentropy
from keras_genre.metrics import MacroF1
from keras_genre.models import GenreClassifier
from keras_genre.models.fusion_heads import FUSION_HEADS, ConcatFusionHead
from keras_genre.models.poster_encoders import CNN64PosterEncoder
from keras_genre.models.text_encoders import LSTMTextEncoder

GENRES = ["War", "Drama", "Comedy"]
WEIGHTS = np.array([1.0, 2.0, 3.0])
POLICIES = ["float32", "mixed_float16", "mixed_bfloat16"]


def make(head="central", dtype="float32", **options):
    keras.utils.set_random_seed(0)
    head_options = {"hidden_dim": 16, "dropout": 0.0}
    if head == "attention":
        head_options |= {"projection_dim": 8, "num_heads": 2}
    if head == "graph":
        head_options |= {"num_layers": 1, "num_heads": 2}
    return GenreClassifier(
        GENRES,
        FUSION_HEADS[head](3, dtype=dtype, **head_options),
        LSTMTextEncoder(20, 4, 4, dropout=0.0, dtype=dtype),
        CNN64PosterEncoder(8, (4, 4), dtype=dtype),
        name="tiny",
        **options,
    )


def films(has_plot=(1, 1, 1, 0, 0, 1, 1, 1), has_poster=(1, 1, 0, 1, 0, 1, 1, 1)):
    rng = np.random.default_rng(0)
    has_plot, has_poster = np.array(has_plot, bool), np.array(has_poster, bool)
    ids = rng.integers(1, 20, (8, 6), dtype="int32")
    return {
        "plot_token_ids": ids * has_plot[:, None],
        "has_plot": has_plot,
        "poster_image": rng.integers(0, 256, (8, 8, 8, 3), dtype="uint8"),
        "has_poster": has_poster,
    }


def with_neighbors(model, inputs):
    """The same, and neighbours of some films where the model reads them."""
    if not model.fusion_head.reads_neighbors:
        return inputs
    vectors = np.random.default_rng(2).normal(size=(8, 2, 4)).astype("float32")
    mask = np.arange(2) < np.array([2, 1, 0, 0, 1, 2, 0, 1])[:, None]
    return {**inputs, "neighbor_vectors": vectors, "neighbor_mask": mask}


NOTHING = films(has_plot=[0] * 8, has_poster=[0] * 8)
LABELS = (np.random.default_rng(1).random((8, 3)) < 0.4).astype("float32")


def loss_of(logits):
    """Of each film."""
    return np.asarray(WeightedBinaryCrossentropy(WEIGHTS, reduction=None)(LABELS, logits))


def compiled(model, optimizer="sgd", **options):
    loss = WeightedBinaryCrossentropy(WEIGHTS)
    model.compile(optimizer, loss, run_eagerly=RUN_EAGERLY, **options)
    return model


# === The loss ===


@pytest.mark.parametrize("weighted", [None, "films", "cells"])
def test_evaluate_loss_is_the_sum_of_three_and_missing_modalities_do_not_count(weighted):
    model, inputs = compiled(make(), metrics=[]), films()
    weights = {
        None: None,
        "films": np.arange(8.0),
        "cells": np.arange(8.0)[:, None],
    }[weighted]
    outputs = model.outputs_for_loss(inputs)
    each = np.ones(8) if weights is None else np.ravel(weights)
    expected = np.mean(
        each * loss_of(outputs["logits"])
        + each * inputs["has_plot"] * loss_of(outputs["auxiliary_logits"]["text"])
        + each * inputs["has_poster"] * loss_of(outputs["auxiliary_logits"]["poster"])
    )
    scores = model.evaluate(inputs, LABELS, sample_weight=weights, verbose=0, return_dict=True)
    assert scores == {"loss": pytest.approx(expected, rel=1e-5)}


def test_fit_loss_counts_the_auxiliary_weight_and_regularizers_once():
    model = compiled(make(), metrics=[])
    model.fusion_head.auxiliary_weight = 0.25
    model.fusion_head.logits.kernel_regularizer = keras.regularizers.L2(0.5)
    model.fusion_head.logits.kernel.regularizer = keras.regularizers.L2(0.5)
    inputs = films()
    outputs = model.outputs_for_loss(inputs)
    expected = np.mean(
        loss_of(outputs["logits"])
        + 0.25 * inputs["has_plot"] * loss_of(outputs["auxiliary_logits"]["text"])
        + 0.25 * inputs["has_poster"] * loss_of(outputs["auxiliary_logits"]["poster"])
    )
    expected += 0.5 * np.sum(model.fusion_head.logits.kernel.numpy() ** 2)
    history = model.fit(inputs, LABELS, batch_size=8, verbose=0).history
    assert history["loss"] == [pytest.approx(expected, rel=1e-5)]


def test_fit_moves_the_classifier_of_a_present_modality_alone():
    model = compiled(make())
    classifiers = {
        name: getattr(model.fusion_head, f"{name}_logits") for name in ("text", "poster")
    }
    before = {name: layer.bias.numpy() for name, layer in classifiers.items()}
    no_poster = films(has_plot=[1] * 8, has_poster=[0] * 8)
    model.fit(no_poster, LABELS, batch_size=8, verbose=0)
    assert (classifiers["text"].bias.numpy() != before["text"]).all()
    np.testing.assert_array_equal(classifiers["poster"].bias.numpy(), before["poster"])


def test_outputs_and_metrics_are_of_the_main_logits_alone():
    model = compiled(make(), metrics=[MacroF1(3)])
    inputs = films()
    model.fit(inputs, LABELS, verbose=0)
    expected = np.asarray(model.outputs_for_loss(inputs)["logits"])
    for logits in (model(inputs), model(inputs, training=True), model.predict(inputs, verbose=0)):
        np.testing.assert_allclose(logits, expected, rtol=1e-5)
    metric = MacroF1(3)
    metric.update_state(LABELS, expected)
    scores = model.evaluate(inputs, LABELS, verbose=0, return_dict=True)
    assert scores["macro_f1"] == pytest.approx(float(metric.result()), abs=1e-6)


def test_compute_loss_of_plain_logits_is_the_main_loss():
    model = compiled(make("concat"))
    inputs = films()
    logits = model.outputs_for_loss(inputs)
    np.testing.assert_array_equal(logits, model(inputs))
    expected = loss_of(logits).mean()
    assert float(model.compute_loss(inputs, LABELS, logits)) == pytest.approx(expected, rel=1e-5)


def test_fit_in_a_graph_equals_fit_by_hand():
    by_hand, in_graph = make(), make()
    for model in (by_hand, in_graph):
        compiled(model, keras.optimizers.SGD(0.1), metrics=[])
    by_hand.run_eagerly, in_graph.run_eagerly = True, False
    history = in_graph.fit(films(), LABELS, epochs=2, batch_size=8, verbose=0).history
    expected = by_hand.fit(films(), LABELS, epochs=2, batch_size=8, verbose=0).history
    assert history["loss"] == pytest.approx(expected["loss"], rel=1e-5)
    assert history["loss"][1] < history["loss"][0]


# === Every head, every precision ===


@pytest.mark.parametrize("dtype", POLICIES)
@pytest.mark.parametrize("head", sorted(FUSION_HEADS))
def test_fit_every_precision_moves_weights_and_survives_films_with_nothing(head, dtype):
    if head == "attention":
        skip_float16_attention_on_jax(dtype)
    model, optimizer = make(head, dtype, modality_dropout=0.3), keras.optimizers.Adam(0.01)
    if dtype == "mixed_float16":  # by default it tries large scales, and leaves out a few steps
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer, initial_scale=2.0**8)
    compiled(model, optimizer)
    before = [weight.numpy() for weight in model.trainable_weights]
    for inputs in (films(), NOTHING):
        inputs = with_neighbors(model, inputs)
        loss = model.fit(inputs, LABELS, batch_size=8, verbose=0).history["loss"]
        assert np.isfinite(loss).all()
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all(), weight.path
        assert (weight.numpy() != old).any(), weight.path
    if dtype == "mixed_float16":  # no gradient was infinite
        assert int(optimizer.inner_optimizer.iterations) == 2
    assert model.output.dtype == "float32"


@pytest.mark.parametrize("head", sorted(FUSION_HEADS))
def test_logits_hidden_pixels_and_words_changed_stay_bit_for_bit(head):
    model = make(head)
    inputs = with_neighbors(model, films())
    changed = {name: array.copy() for name, array in inputs.items()}
    changed["poster_image"][~inputs["has_poster"]] = 255
    changed["plot_token_ids"][~inputs["has_plot"]] = 7
    np.testing.assert_array_equal(model(changed), model(inputs))


# === Saving ===


def test_load_model_training_goes_on_as_if_never_saved(tmp_path):
    model = compiled(make(modality_dropout=1e-9), keras.optimizers.Adam(0.01))
    inputs = films()
    model.fit(inputs, LABELS, batch_size=8, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    loaded.run_eagerly = RUN_EAGERLY
    assert json.dumps(loaded.get_config()) == json.dumps(model.get_config())
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    losses = [
        each.fit(inputs, LABELS, epochs=2, batch_size=8, shuffle=False, verbose=0).history["loss"]
        for each in (model, loaded)
    ]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_config_of_before_there_was_modality_dropout_still_loads():
    config = make("concat").get_config()
    assert config.pop("modality_dropout") == 0.0
    assert GenreClassifier.from_config(config).modality_dropout == 0.0


# === Modality dropout ===


def test_modality_dropout_of_everything_trains_on_one_modality_a_film():
    model = make("concat", modality_dropout=1.0)
    inputs = films([1] * 8, [1] * 8)
    without = [
        np.asarray(model({**inputs, name: np.zeros(8, bool)}))
        for name in ("has_plot", "has_poster")
    ]
    logits = np.asarray(model(inputs, training=True))
    nearest = np.abs(np.stack(without) - logits).max(axis=2)
    np.testing.assert_allclose(nearest.min(axis=0), 0.0, atol=1e-6)
    assert len(set(nearest.argmin(axis=0))) == 2
    assert np.abs(np.asarray(model(inputs)) - logits).max(axis=1).min() > 1e-6


def test_modality_dropout_hidden_modality_has_no_auxiliary_loss():
    model = make(modality_dropout=1.0)
    weights = model.outputs_for_loss(films([1] * 8, [1] * 8), training=True)["auxiliary_weights"]
    np.testing.assert_array_equal(np.asarray(weights["text"]) + np.asarray(weights["poster"]), 1.0)


def test_modality_dropout_with_one_encoder_refused():
    with pytest.raises(ValueError, match=r"two encoders for a modality_dropout of 0.5, .*'poster'"):
        GenreClassifier(
            GENRES,
            ConcatFusionHead(3),
            poster_encoder=CNN64PosterEncoder(8, (4,)),
            modality_dropout=0.5,
        )


def test_from_preset_modality_dropout_is_kept():
    model = GenreClassifier.from_preset("concat_fusion_small", GENRES, modality_dropout=0.2)
    assert model.get_layer("modality_dropout").rate == model.modality_dropout == 0.2


# === The embedding ===


@pytest.mark.parametrize("head", ["concat", "central"])
def test_embedder_gives_what_the_last_layer_reads(head):
    model, inputs = make(head, "mixed_bfloat16"), films()
    compiled(model).fit(inputs, LABELS, verbose=0)
    embedding = np.asarray(model.embedder(inputs))
    assert embedding.dtype == "float32"
    assert embedding.shape == (8, 16)
    layer = model.fusion_head.logits
    expected = embedding @ layer.kernel.numpy() + layer.bias.numpy()
    np.testing.assert_allclose(model(inputs), expected, rtol=1e-4, atol=1e-5)


# === JAX ===


_ON_JAX = """
import json, keras, numpy as np
import test_auxiliary_losses as here

model = here.make(modality_dropout=0.5)
head = model.fusion_head
for layer in (head.logits, head.text_logits, head.poster_logits):
    layer.kernel.assign(np.zeros(layer.kernel.shape))
loss = here.WeightedBinaryCrossentropy(here.WEIGHTS)
model.compile(keras.optimizers.Adam(0.01), loss, metrics=[])
inputs, found = here.films(), {}
found["evaluated"] = model.evaluate(inputs, here.LABELS, verbose=0)
before = [weight.numpy().copy() for weight in model.trainable_weights]
found["fitted"] = model.fit(inputs, here.LABELS, epochs=2, verbose=0).history["loss"]
found["unmoved"] = [
    weight.path
    for weight, old in zip(model.trainable_weights, before)
    if (weight.numpy() == old).all() or not np.isfinite(weight.numpy()).all()
]
print(json.dumps([keras.backend.backend(), found]))
"""


def test_jax_fit_and_evaluate_count_the_auxiliary_losses():
    environment = {
        **os.environ,
        "KERAS_BACKEND": "jax",
        "JAX_PLATFORMS": "cpu",
        "JAX_DISABLE_MOST_OPTIMIZATIONS": "1",
        "PYTHONPATH": os.pathsep.join([os.path.dirname(__file__), *sys.path]),
    }
    done = subprocess.run(
        [sys.executable, "-c", _ON_JAX],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    backend, found = json.loads(done.stdout.splitlines()[-1])
    assert backend == "jax"
    inputs = films()
    # All logits were 0; while training, the modality dropout hid some of the posters and plots.
    losses = loss_of(np.zeros((8, 3), "float32"))
    expected = np.mean(losses * (1.0 + inputs["has_plot"] + inputs["has_poster"]))
    assert found["evaluated"] == pytest.approx(expected, rel=1e-5)
    assert losses.mean() < found["fitted"][0] < expected
    assert found["unmoved"] == []
