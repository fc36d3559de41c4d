"""What every text encoder promises to every fusion head."""

import functools

import keras
import numpy as np
import pytest
from backends import gradients, in_a_graph, skip_float16_attention_on_jax
from keras import ops
from layer_checks import check_layer

from keras_genre.models.text_encoders import TEXT_ENCODERS

IDS = np.array([[5, 3, 8, 2, 0, 0], [1, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], "int32")
REDUCED = {
    "lstm": {"embedding_dim": 4, "hidden_dim": 6},
    "gru": {"embedding_dim": 4, "hidden_dim": 6},
    "bilstm_attention": {
        "embedding_dim": 4,
        "hidden_dim": 3,
        "num_layers": 1,  # two are tested in a file of their own
        "attention_dim": 5,
    },
}
REDUCED["bert"] = REDUCED["distilbert"] = {
    "hidden_dim": 6,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 8,
    "max_sequence_length": 9,
}
REDUCED["clip"] = {**REDUCED["bert"], "projection_dim": 6}
POLICIES = ["float32", "mixed_float16", "mixed_bfloat16"]

every_encoder = pytest.mark.parametrize("name", TEXT_ENCODERS)
# CLIP has no dropout, and no row of its embedding for padding: a file of its own tests that.
every_encoder_but_clip = pytest.mark.parametrize("name", [n for n in TEXT_ENCODERS if n != "clip"])


def make_encoder(name, **options):
    keras.utils.set_random_seed(0)
    encoder = TEXT_ENCODERS[name](10, **REDUCED[name], **options)
    encoder.build((None, None))
    return encoder


def as_float32(outputs):
    return {name: np.asarray(ops.cast(x, "float32")) for name, x in outputs.items()}


@every_encoder
def test_layer_keras_contract_holds(name):
    keras.utils.set_random_seed(0)
    check_layer(functools.partial(TEXT_ENCODERS[name], 10, **REDUCED[name]), IDS)


@every_encoder
def test_outputs_shapes_and_mask_as_stated(name):
    outputs = make_encoder(name)(IDS)
    assert outputs["vector"].shape == (3, 6)
    assert outputs["tokens"].shape == (3, 6, 6)
    np.testing.assert_array_equal(outputs["mask"], IDS != 0)


@every_encoder
def test_tokens_of_padding_are_zero_and_of_words_are_not(name):
    tokens = ops.convert_to_numpy(make_encoder(name)(IDS)["tokens"])
    np.testing.assert_array_equal((tokens != 0).any(axis=-1), IDS != 0)


@pytest.mark.parametrize("dtype", POLICIES[:2])
@every_encoder
def test_padding_appended_changes_nothing(name, dtype):
    encoder = make_encoder(name, dtype=dtype)
    short, padded = (as_float32(encoder(ids)) for ids in (IDS, np.pad(IDS, ((0, 0), (0, 3)))))
    atol = 1e-6 if dtype == "float32" else 0.03
    np.testing.assert_allclose(padded["vector"], short["vector"], atol=atol)
    np.testing.assert_allclose(padded["tokens"][:, :6], short["tokens"], atol=atol)
    np.testing.assert_array_equal(padded["tokens"][:, 6:], np.zeros((3, 3, 6)))


@every_encoder_but_clip
def test_embedding_of_padding_changed_changes_nothing(name):
    encoder = make_encoder(name)
    before = as_float32(encoder(IDS))
    embeddings = next(w for w in encoder.weights if w.shape[0] == 10)
    values = embeddings.numpy()
    values[0] += 100.0
    embeddings.assign(values)
    after = as_float32(encoder(IDS))
    for key in before:
        np.testing.assert_array_equal(after[key], before[key], err_msg=key)
    values[1:] += 1.0
    values[1:, 0] *= 2.0
    embeddings.assign(values)
    assert abs(as_float32(encoder(IDS))["vector"] - before["vector"]).max() > 1e-3


@every_encoder_but_clip
def test_padding_row_of_the_embedding_has_no_gradient(name):
    encoder = make_encoder(name)
    embeddings = next(w for w in encoder.weights if w.shape[0] == 10)

    def total():
        outputs = encoder(IDS)
        return ops.sum(outputs["vector"] ** 2) + ops.sum(outputs["tokens"] ** 2)

    (gradient,) = gradients(total, [embeddings])
    np.testing.assert_array_equal(gradient[0], np.zeros_like(gradient[0]))
    assert (gradient[IDS[0, :4]] != 0).any(axis=1).all()


@every_encoder
def test_batch_neighbours_do_not_influence_each_other(name):
    encoder = make_encoder(name)
    together = ops.convert_to_numpy(encoder(IDS)["vector"])
    for number in range(len(IDS)):
        alone = encoder(IDS[number : number + 1])["vector"][0]
        np.testing.assert_allclose(alone, together[number], atol=1e-6)


@every_encoder
def test_word_order_changed_vector_changes(name):
    vectors = make_encoder(name)(np.array([[5, 3, 8], [8, 3, 5]], "int32"))["vector"]
    assert abs(ops.convert_to_numpy(vectors[0] - vectors[1])).max() > 1e-4


@pytest.mark.parametrize(
    ("dtype", "ids"),
    [*((dtype, IDS[2:]) for dtype in POLICIES), ("float32", IDS[:, :0])],
    ids=[*POLICIES, "no token"],
)
@every_encoder
def test_batch_without_words_gives_finite_outputs_and_gradients(name, dtype, ids):
    if name in ("bert", "distilbert"):
        skip_float16_attention_on_jax(dtype)
    encoder = make_encoder(name, dtype=dtype)
    outputs = encoder(ids, training=True)
    assert outputs["tokens"].shape == (*ids.shape, 6)
    assert not ops.convert_to_numpy(outputs["mask"]).any()
    assert all(np.isfinite(x).all() for x in as_float32(outputs).values())
    found = gradients(
        lambda: ops.sum(ops.cast(encoder(ids, training=True)["vector"], "float32")),
        encoder.trainable_variables,
    )
    assert all(np.isfinite(gradient).all() for gradient in found if gradient is not None)


@every_encoder
def test_batch_without_tokens_in_a_graph_of_unknown_length_gives_finite_outputs(name):
    encoder = make_encoder(name)
    call = in_a_graph(encoder, (None, None), "int32")
    outputs = call(IDS[:, :0])
    assert outputs["tokens"].shape == (3, 0, 6)
    assert np.isfinite(outputs["vector"]).all()
    np.testing.assert_allclose(call(IDS)["vector"], encoder(IDS)["vector"], atol=1e-6)


@every_encoder
def test_vectors_of_all_films_without_words_are_equal(name):
    encoder = make_encoder(name)
    vectors = [encoder(np.zeros((1, length), "int32"))["vector"][0] for length in (0, 1, 6)]
    np.testing.assert_array_equal(vectors[0], vectors[1])
    np.testing.assert_array_equal(vectors[0], vectors[2])


@every_encoder_but_clip
def test_dropout_acts_in_training_alone(name):
    encoder = make_encoder(name, dropout=0.5)
    np.testing.assert_array_equal(encoder(IDS)["vector"], encoder(IDS)["vector"])
    change = encoder(IDS, training=True)["vector"] - encoder(IDS)["vector"]
    assert abs(ops.convert_to_numpy(change)).max() > 1e-4


@pytest.mark.parametrize("dtype", POLICIES[1:])
@every_encoder
def test_half_precision_agrees_with_float32(name, dtype):
    encoder, half = make_encoder(name), make_encoder(name, dtype=dtype)
    half.set_weights(encoder.get_weights())
    expected = as_float32(encoder(IDS))["vector"]
    np.testing.assert_allclose(
        as_float32(half(IDS))["vector"], expected, atol=0.03 * abs(expected).max()
    )


@every_encoder
def test_saved_model_loads_with_its_weights(name, tmp_path):
    encoder = make_encoder(name)
    ids = keras.Input((None,), dtype="int32")
    model = keras.Model(ids, encoder(ids)["vector"])
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IDS), model(IDS))
