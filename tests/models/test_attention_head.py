import keras
import numpy as np
import pytest
from backends import RUN_EAGERLY
from fusion_inputs import HAS_POSTER, LENGTHS, make_head, make_modalities, numbers

from keras_genre.models.fusion_heads import AttentionFusionHead

OPTIONS = {"hidden_dim": 7, "projection_dim": 8, "num_heads": 2}


def dense(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def attend(layer, queries, context):
    """One film, one CrossAttention, by the textbook."""
    x = layer.attention
    q, k, v = (
        np.einsum("td,dhk->htk", tokens, part.kernel.numpy()) + part.bias.numpy()[:, None]
        for part, tokens in (
            (x.query_dense, queries),
            (x.key_dense, context),
            (x.value_dense, context),
        )
    )
    if len(context):
        scores = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
        found = scores / scores.sum(axis=-1, keepdims=True) @ v
        found = np.einsum("htk,hkd->td", found, x.output_dense.kernel.numpy())
        found += x.output_dense.bias.numpy()
    else:
        found = layer.missing.numpy()
    total = queries + found
    total = total - total.mean(axis=-1, keepdims=True)
    total = total / np.sqrt((total**2).mean(axis=-1, keepdims=True) + 1e-5)
    return total * layer.norm.gamma.numpy() + layer.norm.beta.numpy()


def test_logits_equal_a_plain_calculation_film_by_film():
    head, modalities = make_head(AttentionFusionHead, 3, **OPTIONS), make_modalities()
    logits = numbers(head(modalities)["logits"])
    for film in range(6):
        words = modalities["text"]["tokens"][film, : LENGTHS[film]]
        places = modalities["poster"]["tokens"][film] if HAS_POSTER[film] else np.zeros((0, 6))
        text, poster = dense(head.text_projection, words), dense(head.poster_projection, places)
        vectors = [
            attend(head.poster_to_text, poster, text).mean(axis=0)
            if len(places)
            else head.missing["poster"].missing.numpy(),
            attend(head.text_to_poster, text, poster).mean(axis=0)
            if len(words)
            else head.missing["text"].missing.numpy(),
        ]
        hidden = np.maximum(dense(head.hidden, np.concatenate(vectors)), 0)
        np.testing.assert_allclose(logits[film], dense(head.logits, hidden), rtol=1e-4, atol=1e-5)


def test_logits_of_a_plot_without_any_token_are_those_of_a_missing_plot():
    head, modalities = make_head(AttentionFusionHead, 3, **OPTIONS), make_modalities()
    text = modalities["text"]
    missing = {**text, "present": np.zeros(6, bool)}
    empty = {**text, "mask": np.zeros((6, 5), bool), "present": np.ones(6, bool)}
    np.testing.assert_array_equal(
        head({**modalities, "text": empty})["logits"],
        head({**modalities, "text": missing})["logits"],
    )


def test_logits_longer_padding_stay():
    head, modalities = make_head(AttentionFusionHead, 3, **OPTIONS), make_modalities()
    text = dict(modalities["text"])
    text["tokens"] = np.pad(text["tokens"], ((0, 0), (0, 7), (0, 0)), constant_values=50.0)
    text["mask"] = np.pad(text["mask"], ((0, 0), (0, 7)))
    logits = head({**modalities, "text": text})["logits"]
    np.testing.assert_allclose(logits, head(modalities)["logits"], rtol=1e-4, atol=1e-5)


def test_attention_after_a_step_chooses_among_49_places():
    rng = np.random.default_rng(0)
    modalities = make_modalities()
    modalities["poster"]["tokens"] = rng.normal(size=(6, 49, 6)).astype("float32")
    keras.utils.set_random_seed(0)
    head = AttentionFusionHead(3, **OPTIONS)
    inputs = keras.tree.map_structure(
        lambda array: keras.Input(array.shape[1:], dtype=str(array.dtype)), modalities
    )
    model = keras.Model(inputs, head(inputs)["logits"])

    def weights_over_places():
        text = head.text_projection(modalities["text"]["tokens"])
        places = head.poster_projection(modalities["poster"]["tokens"])
        mask = np.ones((6, 49), bool)
        return numbers(head.text_to_poster(text, places, mask, return_attention_scores=True)[1])

    before = weights_over_places()
    model.compile(keras.optimizers.SGD(0.5), "mse", run_eagerly=RUN_EAGERLY)
    model.fit(modalities, rng.normal(size=(6, 3)), batch_size=6, verbose=0)
    after = weights_over_places()
    assert after.shape == (6, 2, 5, 49)
    np.testing.assert_allclose(after.sum(axis=-1), 1.0, rtol=1e-5)
    assert after.std(axis=-1).min() > 1e-4  # never the same for all places
    assert abs(after - before).max() > 1e-4


def test_call_without_tokens_refused():
    modalities = make_modalities()
    del modalities["poster"]["tokens"]
    expected = r"AttentionFusionHead expected 'tokens' of the modality 'poster', received"
    with pytest.raises(ValueError, match=expected):
        AttentionFusionHead(3)(modalities)


def test_call_poster_of_one_place_refused():
    modalities = make_modalities()
    modalities["poster"]["tokens"] = modalities["poster"]["tokens"][:, :1]
    with pytest.raises(ValueError, match=r"several positions.*received the shape \(6, 1, 6\)"):
        AttentionFusionHead(3)(modalities)


def test_constructor_heads_that_cannot_share_the_width_refused():
    with pytest.raises(ValueError, match="that 8 heads can share, received 20"):
        AttentionFusionHead(3, projection_dim=20)
