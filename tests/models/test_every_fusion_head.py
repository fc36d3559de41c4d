"""What holds for each head, whatever it does with the modalities."""

import functools

import keras
import numpy as np
import pytest
from fusion_inputs import (
    HAS_POSTER,
    HAS_TEXT,
    make_head,
    make_modalities,
    numbers,
    select,
    with_noise_where_hidden,
)
from layer_checks import check_layer

from keras_genre.models.fusion_heads import FUSION_HEADS, FusionHead

OPTIONS = {
    "concat": {"hidden_dim": (12, 8), "projection_dim": 5, "hidden_dropout": 0.1},
    "late": {"hidden_dim": 8, "per_genre": True},
    "attention": {"hidden_dim": 8, "projection_dim": 8, "num_heads": 2},
    "gated": {"hidden_dim": 8},
    "central": {"hidden_dim": 32},
    "graph": {"hidden_dim": 8, "num_heads": 2},
    "additive": {"hidden_dim": 8, "poster_dim": 5, "vocabulary_size": 10},
}
EMBEDDING = {name: options["hidden_dim"] for name, options in OPTIONS.items()}
EMBEDDING |= {"concat": 8, "late": 8 + 8}  # the last of several; both side by side
FUSING = sorted(set(FUSION_HEADS) - {"concat"})


@pytest.fixture(params=sorted(FUSION_HEADS))
def name(request):
    return request.param


def make(name):
    return make_head(FUSION_HEADS[name], 3, **OPTIONS[name])


def test_layer_keras_contract_holds(name):
    factory = functools.partial(FUSION_HEADS[name], 3, **OPTIONS[name])
    keeps = ["logits", "auxiliary_logits", "auxiliary_weights"]
    # In one of 32 draws no unit of a projection is above zero, and nothing before it learns.
    keras.utils.set_random_seed(0)
    check_layer(factory, make_modalities(), keeps_float32=keeps)


def test_outputs_shapes_as_stated(name):
    outputs = make(name)(make_modalities())
    assert isinstance(FUSION_HEADS[name](3), FusionHead)
    assert outputs["logits"].shape == (6, 3)
    assert outputs["embedding"].shape == (6, EMBEDDING[name])


def test_outputs_hidden_features_changed_stay_bit_for_bit(name):
    head, modalities = make(name), make_modalities()
    noisy = with_noise_where_hidden(modalities)
    assert (noisy["text"]["tokens"] != modalities["text"]["tokens"]).any()
    expected, outputs = numbers(head(modalities)), numbers(head(noisy))
    keras.tree.map_structure(np.testing.assert_array_equal, outputs, expected)


@pytest.mark.parametrize("changed", ["text", "poster"])
def test_logits_present_features_changed_change(name, changed):
    head, modalities = make(name), make_modalities()
    other = dict(modalities[changed])
    for part in ("vector", "tokens"):
        other[part] = other[part] * 1.5 + 0.1
    logits = numbers(head({**modalities, changed: other})["logits"])
    differs = (logits != numbers(head(modalities)["logits"])).any(axis=1)
    np.testing.assert_array_equal(differs, modalities[changed]["present"])


def test_logits_presence_taken_away_change(name):
    head, modalities = make(name), make_modalities()
    expected = numbers(head(modalities)["logits"])
    for modality, present in (("text", HAS_TEXT), ("poster", HAS_POSTER)):
        gone = {**modalities[modality], "present": np.zeros(6, bool)}
        logits = numbers(head({**modalities, modality: gone})["logits"])
        np.testing.assert_array_equal((logits != expected).any(axis=1), present)


def test_outputs_films_in_another_order_follow_them(name):
    head, modalities = make(name), make_modalities()
    order = np.array([3, 0, 5, 2, 4, 1])
    expected = select(numbers(head(modalities)), order)
    outputs = numbers(head(select(modalities, order)))
    close = functools.partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-6)
    keras.tree.map_structure(close, outputs, expected)


def test_logits_films_without_any_modality_are_all_alike(name):
    modalities = make_modalities()
    for parts in modalities.values():
        parts["present"] = np.zeros(6, bool)
    modalities["poster"]["neighbor_mask"] = np.zeros((6, 3), bool)
    logits = numbers(make(name)(modalities)["logits"])
    assert np.isfinite(logits).all()
    np.testing.assert_allclose(logits, logits[:1].repeat(6, axis=0), rtol=1e-6)


def test_outputs_saved_and_loaded_are_equal(name, tmp_path):
    head, modalities = make(name), make_modalities()
    inputs = keras.tree.map_structure(
        lambda array: keras.Input(array.shape[1:], dtype=str(array.dtype)), modalities
    )
    keras.Model(inputs, head(inputs)).save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    outputs, expected = numbers(loaded(modalities)), numbers(head(modalities))
    keras.tree.map_structure(np.testing.assert_array_equal, outputs, expected)


def test_outputs_order_of_the_dict_does_not_matter(name):
    head, modalities = make(name), make_modalities()
    backwards = dict(reversed(modalities.items()))
    np.testing.assert_array_equal(head(backwards)["logits"], head(modalities)["logits"])


# === What is refused ===


@pytest.mark.parametrize("given", [["text"], ["poster"], ["poster", "sound"]])
@pytest.mark.parametrize("name", FUSING)
def test_call_other_than_plot_and_poster_refused(name, given):
    parts = make_modalities()["poster"]
    head = FUSION_HEADS[name](3)
    with pytest.raises(ValueError, match="expected 'poster' and 'text'") as error:
        head(dict.fromkeys(given, parts))
    assert type(head).__name__ in str(error.value)
    assert f"received {given}" in str(error.value)
    assert "use ConcatFusionHead" in str(error.value)


@pytest.mark.parametrize("part", ["vector", "present"])
def test_call_part_of_a_modality_missing_refused(name, part):
    modalities = make_modalities()
    del modalities["text"][part]
    expected = f"Head expected '{part}' of the modality 'text', received"
    with pytest.raises(ValueError, match=expected):
        FUSION_HEADS[name](3, **OPTIONS[name])(modalities)


def test_call_vector_that_is_a_map_refused(name):
    modalities = make_modalities()
    modalities["poster"]["vector"] = modalities["poster"]["tokens"]
    expected = r"'vector' of the modality 'poster' with 2 axes, received the shape \(6, 9, 6\)"
    with pytest.raises(ValueError, match=expected):
        FUSION_HEADS[name](3, **OPTIONS[name])(modalities)


def test_call_of_other_width_than_built_for_refused(name):
    head, modalities = make(name), make_modalities()
    modalities["text"]["vector"] = modalities["text"]["vector"][:, :3]
    expected = r"built for poster .*text vector 4.*, received .*text vector 3"
    with pytest.raises(ValueError, match=expected):
        head(modalities)
