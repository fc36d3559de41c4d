import functools

import keras
import numpy as np
import pytest
from layer_checks import check_layer

from keras_genre.models.fusion_heads import ConcatFusionHead

RNG = np.random.default_rng(0)


def modality(features, present):
    vector = RNG.normal(size=(len(present), features)).astype("float32")
    return {"vector": vector, "present": np.array(present)}


TEXT = modality(4, [True, True, False, False])
POSTER = modality(5, [True, False, True, False])


def make_head(modalities):
    """A head whose vectors for the missing are not all zero, as after training."""
    keras.utils.set_random_seed(0)
    head = ConcatFusionHead(3, hidden_dim=8)
    head(modalities)
    for weight in head.weights:
        weight.assign(RNG.normal(size=weight.shape))
    return head


def with_noise(modality):
    """Other vectors where the modality is missing."""
    vector = modality["vector"].copy()
    vector[~modality["present"]] += 1000.0
    return {**modality, "vector": vector}


@pytest.mark.parametrize(
    "modalities", [{"text": TEXT}, {"poster": POSTER}, {"text": TEXT, "poster": POSTER}]
)
def test_layer_keras_contract_holds(modalities):
    factory = functools.partial(ConcatFusionHead, 3, hidden_dim=8, dropout=0.1)
    check_layer(factory, modalities, keeps_float32=["logits"])


@pytest.mark.parametrize(
    "modalities", [{"text": TEXT}, {"poster": POSTER}, {"text": TEXT, "poster": POSTER}]
)
def test_outputs_single_modality_or_both_shapes_as_stated(modalities):
    outputs = make_head(modalities)(modalities)
    assert outputs["logits"].shape == (4, 3)
    assert outputs["embedding"].shape == (4, 8)


@pytest.mark.parametrize("noisy", ["text", "poster"])
def test_logits_vector_of_missing_modality_changed_stay(noisy):
    modalities = {"text": TEXT, "poster": POSTER}
    head = make_head(modalities)
    changed = {**modalities, noisy: with_noise(modalities[noisy])}
    assert (changed[noisy]["vector"] != modalities[noisy]["vector"]).any()
    np.testing.assert_array_equal(head(changed)["logits"], head(modalities)["logits"])


@pytest.mark.parametrize("changed", ["text", "poster"])
def test_logits_vector_of_present_modality_changed_change(changed):
    modalities = {"text": TEXT, "poster": POSTER}
    head = make_head(modalities)
    other = {**modalities[changed], "vector": modalities[changed]["vector"] + 1.0}
    differs = head({**modalities, changed: other})["logits"] != head(modalities)["logits"]
    np.testing.assert_array_equal(np.any(differs, axis=1), modalities[changed]["present"])


def test_logits_film_without_any_modality_same_for_all_such_films():
    gone = {"text": modality(4, [False, False]), "poster": modality(5, [False, False])}
    logits = keras.ops.convert_to_numpy(make_head(gone)(gone)["logits"])
    np.testing.assert_array_equal(logits[0], logits[1])
    assert np.isfinite(logits).all()


def test_logits_order_of_the_dict_does_not_matter():
    head = make_head({"text": TEXT, "poster": POSTER})
    np.testing.assert_array_equal(
        head({"poster": POSTER, "text": TEXT})["logits"],
        head({"text": TEXT, "poster": POSTER})["logits"],
    )


def test_logits_have_no_activation():
    head = make_head({"text": TEXT})
    head.logits.kernel.assign(np.zeros((8, 3)))
    head.logits.bias.assign([-50.0, 0.5, 50.0])
    np.testing.assert_array_equal(head({"text": TEXT})["logits"], [[-50.0, 0.5, 50.0]] * 4)


def dense(layer, x):
    return np.maximum(x @ layer.kernel.numpy() + layer.bias.numpy(), 0)


def test_logits_several_hidden_layers_and_projections_equal_a_plain_calculation():
    modalities = {"text": TEXT, "poster": POSTER}
    head = ConcatFusionHead(3, hidden_dim=(9, 8, 7), projection_dim=6)
    head(modalities)
    vectors = {
        name: np.where(parts["present"][:, None], parts["vector"], head.missing[name].missing)
        for name, parts in sorted(modalities.items())
    }
    x = np.concatenate([dense(head.projections[name], x) for name, x in vectors.items()], axis=1)
    for layer, width in zip((*head.earlier, head.hidden), (9, 8, 7), strict=True):
        x = dense(layer, x)
        assert x.shape == (4, width)
    outputs = head(modalities)
    np.testing.assert_allclose(outputs["embedding"], x, rtol=1e-5, atol=1e-6)
    logits = x @ head.logits.kernel.numpy() + head.logits.bias.numpy()
    np.testing.assert_allclose(outputs["logits"], logits, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ({"dropout": 1 - 1e-6, "hidden_dropout": 0.0}, "hidden"),
        ({"dropout": 0.0, "hidden_dropout": 1 - 1e-6}, "logits"),
    ],
)
def test_dropout_while_training_leaves_biases_alone(options, kept):
    head = ConcatFusionHead(3, hidden_dim=8, **options)
    head({"text": TEXT})
    head.hidden.bias.assign(np.arange(8))
    head.logits.bias.assign([1.0, 2.0, 3.0])
    expected = np.array([1.0, 2.0, 3.0])
    if kept == "hidden":
        expected = expected + np.arange(8) @ head.logits.kernel.numpy()
    outputs = head({"text": TEXT}, training=True)["logits"]
    np.testing.assert_allclose(outputs, [expected] * 4, rtol=1e-4)
    assert keras.ops.any(head({"text": TEXT})["logits"] != outputs)


def test_config_of_before_there_were_several_layers_still_loads():
    head = ConcatFusionHead.from_config({"num_genres": 3, "hidden_dim": 8, "dropout": 0.2})
    head({"text": TEXT})
    # In this order an optimizer saved its state.
    shapes = [tuple(weight.shape) for weight in head.weights]
    assert shapes == [(4, 8), (8,), (8, 3), (3,), (4,)]
    assert {"hidden", "logits"} <= set(dir(head))  # the names that the weights were saved by
    assert head.get_config()["hidden_dim"] == 8
