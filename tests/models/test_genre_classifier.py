import dataclasses
import json
import warnings

import keras
import numpy as np
import pytest
from backends import RUN_EAGERLY
from layer_checks import check_saving_all
from reduced_presets import REDUCED_PRESETS

from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary
from keras_genre.losses import WeightedBinaryCrossentropy
from keras_genre.metrics import MacroF1
from keras_genre.models import GenreClassifier, genre_classifier
from keras_genre.models.fusion_heads import ConcatFusionHead
from keras_genre.models.poster_encoders import CNN64PosterEncoder
from keras_genre.presets import PRESETS, Preset

TEXT = {"plot_token_ids": ("int32", (None, None)), "has_plot": ("bool", (None,))}
POSTER = {"poster_image": ("uint8", (None, 64, 64, 3)), "has_poster": ("bool", (None,))}
GENRES = ["War", "Drama", "Comedy"]  # neither sorted nor as in any label set


@pytest.fixture
def tiny(monkeypatch):
    """A preset that is built and trained in no time, and has no dropout."""
    preset = Preset(
        description="For tests.",
        text_encoder="lstm",
        poster_encoder="cnn64",
        vocabulary_size=20,
        image_size=8,
        text_options=(("embedding_dim", 4), ("hidden_dim", 4), ("dropout", 0.0)),
        poster_options=(("stackwise_num_filters", (4, 4)),),
        fusion_options=(("hidden_dim", 8), ("dropout", 0.0)),
    )
    monkeypatch.setitem(PRESETS, "tiny", preset)
    keras.utils.set_random_seed(0)
    return "tiny"


def films(model, num_films=16, num_tokens=6, seed=0):
    """Random films for the inputs of `model`; of every four, one lacks a plot, one a poster."""
    rng = np.random.default_rng(seed)
    every = np.arange(num_films) % 4
    size = model.poster_encoder.image_size if model.poster_encoder else 0
    arrays = {
        "plot_token_ids": rng.integers(1, 20, (num_films, num_tokens), dtype="int32"),
        "has_plot": every != 2,
        "poster_image": rng.integers(0, 256, (num_films, size, size, 3), dtype="uint8"),
        "has_poster": every != 3,
    }
    arrays["plot_token_ids"][~arrays["has_plot"]] = 0
    return {name: arrays[name] for name in model.input}


def labels_of(num_films=16, num_genres=3, seed=1):
    labels = np.random.default_rng(seed).random((num_films, num_genres)) < 0.4
    return labels.astype("float32")


def make(name, genres=GENRES, dtype="float32"):
    return GenreClassifier.from_preset(name, vocabulary=genres, dtype=dtype)


def predict(model, inputs):
    """Logits without tracing, which costs more than all else here."""
    return keras.ops.convert_to_numpy(model(inputs))


# === What goes in ===


@pytest.mark.parametrize(
    ("name", "inputs"),
    [("lstm", TEXT), ("cnn64", POSTER), ("concat_fusion_small", {**TEXT, **POSTER})],
)
def test_from_preset_inputs_have_the_stated_names_shapes_and_dtypes(name, inputs):
    model = make(name)
    assert model.name == name
    assert {k: (v.dtype, tuple(v.shape)) for k, v in model.input.items()} == inputs
    assert {k: v.name for k, v in model.input.items()} == {k: k for k in inputs}


# Counted by hand from the widths that the presets state.
EMBEDDING = 20_000 * 128
LSTM = 4 * ((128 + 128) * 128 + 128)  # four gates, each from word and state, and a bias
CONVOLUTIONS = (
    (3 * 3 * 3 * 16 + 16)
    + (3 * 3 * 16 * 32 + 32)
    + (3 * 3 * 32 * 64 + 64)
    + (3 * 3 * 64 * 128 + 128)
)


def head_parameters(num_modalities, num_genres):
    width = num_modalities * 128
    missing = width  # one vector a modality
    return missing + (width * 128 + 128) + (128 * num_genres + num_genres)


@pytest.mark.parametrize("num_genres", [1, 3, 23])
@pytest.mark.parametrize(
    ("name", "encoders", "num_modalities"),
    [
        ("lstm", EMBEDDING + LSTM, 1),
        ("cnn64", CONVOLUTIONS, 1),
        ("concat_fusion_small", EMBEDDING + LSTM + CONVOLUTIONS, 2),
    ],
)
def test_count_params_equals_hand_calculation(name, encoders, num_modalities, num_genres):
    model = make(name, MM_IMDB_GENRES[:num_genres])
    assert model.count_params() == encoders + head_parameters(num_modalities, num_genres)
    assert len(model.trainable_weights) == len(model.weights)


def test_predict_missing_poster_pixels_changed_logits_stay(tiny):
    model = make(tiny)
    inputs = films(model)
    changed = {**inputs, "poster_image": inputs["poster_image"].copy()}
    changed["poster_image"][~inputs["has_poster"]] = 255
    expected = predict(model, inputs)
    np.testing.assert_allclose(predict(model, changed), expected, atol=1e-6)
    changed["poster_image"][inputs["has_poster"]] = 255
    differs = abs(predict(model, changed) - expected).max(axis=1) > 1e-5
    np.testing.assert_array_equal(differs, inputs["has_poster"])


def test_predict_missing_plot_tokens_changed_logits_stay(tiny):
    model = make(tiny)
    inputs = films(model)
    changed = {**inputs, "plot_token_ids": inputs["plot_token_ids"].copy()}
    changed["plot_token_ids"][~inputs["has_plot"]] = 7
    expected = predict(model, inputs)
    np.testing.assert_allclose(predict(model, changed), expected, atol=1e-6)
    changed["plot_token_ids"][inputs["has_plot"]] = 7
    differs = abs(predict(model, changed) - expected).max(axis=1) > 1e-6
    np.testing.assert_array_equal(differs, inputs["has_plot"])


def test_predict_black_poster_is_not_a_missing_poster(tiny):
    model = make(tiny)
    inputs = films(model, num_films=2)
    inputs = {name: array[:1].repeat(2, axis=0) for name, array in inputs.items()}
    inputs["poster_image"][:] = 0
    inputs["has_poster"] = np.array([True, False])
    black, missing = predict(model, inputs)
    assert abs(black - missing).max() > 1e-3


def test_predict_extra_padding_and_other_batch_size_logits_stay(tiny):
    model = make(tiny)
    inputs = films(model)
    expected = predict(model, inputs)
    padded = {**inputs, "plot_token_ids": np.pad(inputs["plot_token_ids"], ((0, 0), (0, 5)))}
    np.testing.assert_allclose(predict(model, padded), expected, atol=1e-6)
    alone = {name: array[:1] for name, array in inputs.items()}
    np.testing.assert_allclose(predict(model, alone), expected[:1], atol=1e-6)


# === What comes out ===


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_outputs_are_float32_logits_under_every_policy(tiny, dtype):
    model = make(tiny, dtype=dtype)
    assert model.fusion_head.hidden.compute_dtype == keras.DTypePolicy(dtype).compute_dtype
    assert (model.output.dtype, model.output_shape) == ("float32", (None, 3))
    model.fusion_head.logits.kernel.assign(np.zeros((8, 3)))
    model.fusion_head.logits.bias.assign([-50.0, 0.0, 50.0])
    logits = predict(model, films(model))
    assert logits.dtype == "float32"
    np.testing.assert_array_equal(logits, [[-50.0, 0.0, 50.0]] * 16)


@pytest.mark.parametrize("name", ["lstm", "cnn64", "concat_fusion_small"])
def test_outputs_probabilities_of_a_film_do_not_sum_to_one(name):
    keras.utils.set_random_seed(0)
    model = make(name)
    logits = predict(model, films(model, num_films=4))
    probabilities = 1 / (1 + np.exp(-logits))
    assert (logits < 0).any()
    assert (abs(probabilities.sum(axis=1) - 1.0) > 0.05).all()


@pytest.mark.parametrize("num_genres", [1, 1000])
def test_fit_vocabulary_of_one_or_a_thousand_genres_works(tiny, num_genres):
    model = make(tiny, [f"Genre {i}" for i in range(num_genres)])
    model.compile(run_eagerly=RUN_EAGERLY)
    inputs = films(model)
    history = model.fit(inputs, labels_of(num_genres=num_genres), verbose=0).history
    assert np.isfinite(history["loss"]).all()
    assert 0.0 < history["macro_f1"][0] <= 1.0
    assert predict(model, inputs).shape == (16, num_genres)


# === What is refused ===


def test_from_preset_misspelt_name_names_the_close_match():
    with pytest.raises(ValueError, match=r"Unknown preset 'lsmt'.*Did you mean 'lstm'\?"):
        make("lsmt")


@pytest.mark.parametrize("genres", ["Drama", ["Drama", "Drama"], [], [3]])
def test_from_preset_bad_vocabulary_refused(tiny, genres):
    with pytest.raises(ValueError, match=r"vocabulary|GenreVocabulary"):
        make(tiny, genres)


def test_constructor_head_of_other_number_of_genres_refused():
    with pytest.raises(ValueError, match="fusion head of 3 genres, received one of 2"):
        GenreClassifier(GENRES, ConcatFusionHead(2), poster_encoder=CNN64PosterEncoder())


def test_constructor_no_encoder_refused():
    with pytest.raises(ValueError, match="a text encoder, a poster encoder, or both"):
        GenreClassifier(GENRES, ConcatFusionHead(3))


# === Training ===


def test_compile_without_arguments_suits_genres(tiny):
    model = make(tiny)
    model.compile()
    assert isinstance(model.optimizer, keras.optimizers.AdamW)
    assert float(model.optimizer.learning_rate) == pytest.approx(2e-3)
    assert isinstance(model.loss, keras.losses.BinaryCrossentropy)
    inputs, labels = films(model), labels_of()
    logits = predict(model, inputs).astype("float64")
    scores = model.evaluate(inputs, labels, verbose=0, return_dict=True)
    expected = np.mean(np.logaddexp(0, logits) - labels * logits)
    assert scores["loss"] == pytest.approx(expected, rel=1e-5)
    metric = MacroF1(3)
    metric.update_state(labels, logits)
    assert scores["macro_f1"] == pytest.approx(float(metric.result()), abs=1e-6)


def test_compile_given_arguments_are_kept(tiny):
    model = make(tiny)
    loss = WeightedBinaryCrossentropy([1.0, 2.0, 3.0])
    model.compile(optimizer="sgd", loss=loss, metrics=[])
    assert model.loss is loss
    assert isinstance(model.optimizer, keras.optimizers.SGD)
    inputs, labels = films(model), labels_of()
    scores = model.evaluate(inputs, labels, verbose=0, return_dict=True)
    expected = float(loss(labels, predict(model, inputs)))
    assert scores == {"loss": pytest.approx(expected, rel=1e-5)}


def test_compile_mixed_float16_scales_the_loss(tiny):
    model = make(tiny, dtype="mixed_float16")
    model.compile()
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)
    bfloat16 = make(tiny, dtype="mixed_bfloat16")
    bfloat16.compile()
    assert isinstance(bfloat16.optimizer, keras.optimizers.AdamW)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
def test_fit_numpy_dict_lowers_the_loss_and_moves_every_weight(tiny, dtype):
    model = make(tiny, dtype=dtype)
    model.compile(optimizer=keras.optimizers.AdamW(0.05))
    before = [weight.numpy() for weight in model.trainable_weights]
    inputs, labels = films(model), labels_of()
    losses = model.fit(inputs, labels, epochs=10, batch_size=16, verbose=0).history["loss"]
    assert losses[-1] < 0.8 * losses[0]
    for weight, old in zip(model.trainable_weights, before, strict=True):
        assert np.isfinite(weight.numpy()).all(), weight.path
        assert (weight.numpy() != old).any(), weight.path


def test_fit_tf_data_gives_no_warning(tiny):
    import tensorflow as tf

    model = make(tiny)
    model.compile()
    batches = tf.data.Dataset.from_tensor_slices((films(model), labels_of())).batch(8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        history = model.fit(batches, validation_data=batches, verbose=0).history
    assert set(history) == {"loss", "macro_f1", "val_loss", "val_macro_f1"}


def test_fit_numpy_shuffles_unless_told_otherwise(tiny, monkeypatch):
    import tensorflow as tf

    asked = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, *a, shuffle, **kw: asked.append(shuffle))
    model = make(tiny)
    model.fit(films(model), labels_of())
    model.fit(films(model), labels_of(), shuffle=False)
    model.fit(tf.data.Dataset.range(3))
    assert asked == [True, False, False]


def test_from_preset_auto_dtype_follows_the_device(tiny, monkeypatch):
    asked = []
    monkeypatch.setattr(
        genre_classifier,
        "policy_for_device",
        lambda has_transformer: asked.append(has_transformer) or "mixed_bfloat16",
    )
    model = make(tiny, dtype="auto")
    assert asked == [False]
    layers = [model, model.text_encoder, model.poster_encoder, model.fusion_head]
    assert {layer.dtype_policy.name for layer in layers} == {"mixed_bfloat16"}


def test_from_preset_same_seed_same_model(tiny):
    logits = []
    for seed in (3, 3, 4):
        keras.utils.set_random_seed(seed)
        model = make(tiny)
        logits.append(predict(model, films(model)))
    np.testing.assert_array_equal(logits[0], logits[1])
    assert (logits[0] != logits[2]).any()


# === Saving ===


def test_config_json_round_trip_gives_the_same_model(tiny):
    model = make(tiny, dtype="mixed_bfloat16")
    config = json.loads(json.dumps(model.get_config()))
    restored = GenreClassifier.from_config(config)
    assert json.dumps(restored.get_config()) == json.dumps(model.get_config())
    assert restored.dtype_policy == model.dtype_policy
    restored.set_weights(model.get_weights())
    inputs = films(model)
    np.testing.assert_array_equal(predict(restored, inputs), predict(model, inputs))


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16"])
def test_load_model_training_goes_on_as_if_never_saved(tiny, tmp_path, dtype):
    model = make(tiny, dtype=dtype)
    loss = WeightedBinaryCrossentropy([1.0, 2.0, 3.0])
    model.compile(
        keras.optimizers.AdamW(0.01, weight_decay=0.1), loss=loss, run_eagerly=RUN_EAGERLY
    )
    inputs, labels = films(model), labels_of()
    model.fit(inputs, labels, epochs=2, shuffle=False, verbose=0)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")

    assert isinstance(loaded, GenreClassifier)
    assert loaded.vocabulary == GenreVocabulary(GENRES)
    assert loaded.name == "tiny"
    assert type(loaded.optimizer) is type(model.optimizer)
    assert int(loaded.optimizer.iterations) == int(model.optimizer.iterations) == 2
    np.testing.assert_array_equal(loaded.loss.positive_weights, loss.positive_weights)

    for each in (model, loaded):
        each.fit(inputs, labels, epochs=2, shuffle=False, verbose=0)
    assert int(loaded.optimizer.iterations) == 4
    for ours, theirs in zip(loaded.weights, model.weights, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), atol=1e-5, err_msg=ours.path)
    scores = [
        each.evaluate(inputs, labels, verbose=0, return_dict=True) for each in (model, loaded)
    ]
    assert set(scores[1]) == {"loss", "macro_f1"}
    assert scores[1] == pytest.approx(scores[0], rel=1e-4)


def test_load_model_never_compiled_gives_the_same_logits(tiny, tmp_path):
    model = make(tiny)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert not loaded.compiled
    inputs = films(model)
    np.testing.assert_array_equal(predict(loaded, inputs), predict(model, inputs))


def test_load_model_in_a_fresh_process_gives_the_same_logits(tiny, tmp_path):
    cases = {}
    for name in (tiny, "lstm", "cnn64", "concat_fusion_small"):
        model = make(name, dtype="mixed_bfloat16" if name == tiny else "float32")
        cases[name] = (model, films(model, num_films=4))
    check_saving_all(cases, tmp_path)


# === Pretrained Weights ===


@pytest.fixture
def pretrained(tiny, monkeypatch):
    """A preset with pretrained, partly frozen encoders; gives what was loaded for which network."""
    preset = dataclasses.replace(
        REDUCED_PRESETS["early_fusion"],
        text_weights="hf://texts",
        poster_weights="hf://posters",
        text_freeze="all",
        poster_freeze=1,
    )
    monkeypatch.setitem(PRESETS, tiny, preset)
    loaded = {}

    def load(network, source):
        loaded[source] = type(network).__name__

    monkeypatch.setattr("keras_genre.models.text_encoders.distilbert.load_pretrained", load)
    monkeypatch.setattr("keras_genre.models.poster_encoders.backbone.load_pretrained", load)
    return loaded


def test_from_preset_takes_the_weights_of_the_preset_and_freezes(tiny, pretrained):
    model = make(tiny)
    assert pretrained == {"hf://texts": "DistilBertBackbone", "hf://posters": "ResNetBackbone"}
    assert (model.text_encoder.freeze, model.poster_encoder.freeze) == ("all", 1)
    assert model.text_encoder.trainable_weights == []
    assert not model.poster_encoder.train_batch_norm


def test_from_preset_given_weights_go_before_those_of_the_preset(tiny, pretrained):
    model = GenreClassifier.from_preset(tiny, GENRES, text_weights="mine", poster_weights="random")
    assert pretrained == {"mine": "DistilBertBackbone"}
    # Random weights are never frozen.
    assert (model.text_encoder.freeze, model.poster_encoder.freeze) == ("all", "none")
    assert model.poster_encoder.train_batch_norm


def test_load_model_of_pretrained_encoders_asks_for_no_weights(tiny, pretrained, tmp_path):
    model = make(tiny)
    model.save(tmp_path / "model.keras")
    pretrained.clear()
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert pretrained == {}
    assert loaded.poster_encoder.freeze == 1
    inputs = films(model)
    np.testing.assert_array_equal(predict(loaded, inputs), predict(model, inputs))


@pytest.mark.parametrize(
    ("name", "field", "message"),
    [
        ("lstm", "text_weights", "text encoder 'lstm' takes no pretrained"),
        ("lstm", "poster_weights", "no poster encoder"),
        ("cnn64", "text_weights", "no text encoder"),
    ],
)
def test_from_preset_weights_without_an_encoder_for_them_refused(name, field, message):
    with pytest.raises(ValueError, match=rf"Preset '{name}' expected no {field}.*{message}"):
        GenreClassifier.from_preset(name, GENRES, **{field: "weights.h5"})


@pytest.mark.parametrize("preset", ["tiny", "lstm"])
def test_model_with_another_dtype_says_the_same_in_other_numbers(tiny, preset):
    changes = {"vocabulary_size": 20} if preset == "lstm" else {}
    half = GenreClassifier.from_preset(preset, GENRES, dtype="mixed_bfloat16", **changes)
    inputs = films(half)
    single = half.with_dtype("float32")
    assert single.dtype_policy.name == "float32"
    assert {layer.dtype_policy.name for layer in single.text_encoder._flatten_layers()} == {
        "float32"
    }
    np.testing.assert_allclose(single(inputs), half(inputs), atol=3e-2)
    back = single.with_dtype("mixed_bfloat16")
    np.testing.assert_array_equal(back(inputs), half(inputs))
