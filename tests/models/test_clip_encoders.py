"""What is particular to CLIP; `test_every_..._encoder.py` has the rest."""

import keras
import keras_hub
import numpy as np
import pytest

from keras_genre.models.poster_encoders import CLIPPosterEncoder
from keras_genre.models.text_encoders import CLIPTextEncoder

# CLIP's own numbers are one less, and its end of a text is the last of them.
END = 12
IDS = np.array([[11, 5, 1, END, 0, 0], [11, END, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0]], "int32")
IMAGES = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3), dtype="uint8")
TEXT = {"hidden_dim": 6, "num_layers": 2, "num_heads": 2, "intermediate_dim": 8}
VISION = {"patch_size": 8, "hidden_dim": 8, "num_layers": 2, "num_heads": 2, "intermediate_dim": 12}


def text_encoder(**options):
    keras.utils.set_random_seed(0)
    return CLIPTextEncoder(12 + 1, max_sequence_length=9, projection_dim=4, **TEXT, **options)


def poster_encoder(**options):
    keras.utils.set_random_seed(0)
    return CLIPPosterEncoder(32, projection_dim=4, **VISION, **options)


def as_one(text, poster):
    """KerasHub's whole CLIP, with the layers of two encoders."""
    clip = keras_hub.models.CLIPBackbone(poster.network, text.network, projection_dim=4)
    clip.text_projection.set_weights(text.projection.get_weights())
    clip.vision_projection.set_weights(poster.projection.get_weights())
    return clip


def test_vectors_are_those_that_keras_hub_compares():
    text, poster = text_encoder(), poster_encoder()
    clip = as_one(text, poster)
    theirs = clip.get_text_embeddings(np.maximum(IDS[:2] - 1, 0))
    assert theirs.shape == (2, 4)
    np.testing.assert_allclose(text(IDS)["vector"][:2], theirs, atol=1e-6)
    mean = np.array([0.48145466, 0.4578275, 0.40821073], "float32")
    deviation = np.array([0.26862954, 0.26130258, 0.27577711], "float32")
    theirs = clip.get_vision_embeddings((IMAGES / np.float32(255) - mean) / deviation)
    np.testing.assert_allclose(poster(IMAGES)["vector"], theirs, atol=1e-5)


def test_tokens_are_the_states_before_the_projection():
    text, poster = text_encoder(), poster_encoder()
    tokens = text(IDS)["tokens"]
    assert tokens.shape == (3, 6, 6)
    states = text.network({"token_ids": np.maximum(IDS - 1, 0)})
    np.testing.assert_allclose(tokens[0, :4], states[0, :4], atol=1e-6)
    outputs = poster(IMAGES)
    assert outputs["tokens"].shape == (2, 16, 8)
    states = poster.network(poster._scaled(IMAGES))
    np.testing.assert_allclose(outputs["tokens"], states[:, 1:], atol=1e-6)


def test_vector_of_a_plot_without_tokens_is_zero_and_of_the_first_token_is_not():
    ids = np.array([[0, 0, 0], [1, 0, 0]], "int32")
    outputs = text_encoder()(ids)
    np.testing.assert_array_equal(outputs["vector"][0], np.zeros(4))
    assert abs(np.asarray(outputs["vector"][1])).max() > 1e-3
    np.testing.assert_array_equal(outputs["mask"], ids != 0)


def test_token_that_is_zero_for_clip_and_padding_has_no_influence_where_it_pads():
    encoder = text_encoder()
    before = encoder(IDS)
    embeddings = encoder.network.embedding.token_embedding.embeddings
    assert embeddings.shape == (12, 6)
    values = np.array(embeddings)
    values[0] += [0, 1, 0, 0, 0, 0]
    embeddings.assign(values)
    after = encoder(IDS)
    for key in ("vector", "tokens"):  # the first plot has the token, the second the padding alone
        np.testing.assert_array_equal(after[key][1:], before[key][1:])
        assert abs(np.asarray(after[key][0] - before[key][0])).max() > 1e-4


def test_plot_longer_than_the_positions_is_refused():
    with pytest.raises(
        ValueError, match=r"at most 9 tokens, .* received 10\. Lower the max_tokens"
    ):
        text_encoder()(np.ones((1, 10), "int32"))
    assert text_encoder()(np.ones((1, 9), "int32"))["tokens"].shape == (1, 9, 6)


def test_image_that_patches_do_not_divide_is_refused():
    with pytest.raises(ValueError, match="a multiple of patch_size=8, received 33"):
        CLIPPosterEncoder(33, **VISION)


def test_patches_that_change_places_change_the_vector():
    encoder = poster_encoder()
    moved = np.concatenate([IMAGES[:, 8:], IMAGES[:, :8]], axis=1)
    vectors = encoder(IMAGES)["vector"], encoder(moved)["vector"]
    assert abs(np.asarray(vectors[0] - vectors[1])).max() > 1e-4


@pytest.mark.parametrize("make", [text_encoder, poster_encoder])
def test_freeze_first_layers_keeps_them_and_trains_the_rest(make):
    every = len(make().trainable_weights)
    encoder = make(freeze=1)
    assert not encoder.network.embedding.trainable_weights
    first, second = encoder.network.encoder_layers
    assert first.trainable_weights == []
    assert len(second.trainable_weights) > 0
    assert 0 < len(encoder.trainable_weights) < every
    assert len(make(freeze="encoder_block_1").trainable_weights) == 3  # the norm, the projection
    assert make(freeze="all").trainable_weights == []
    with pytest.raises(ValueError, match="Did you mean 'encoder_block_1'"):
        make(freeze="encoder_blok_1")


_LAYER_NORM = 2


def transformer(width, inner, num_layers):
    layer = 4 * (width * width + width) + 2 * width * inner + inner + width
    return num_layers * (layer + 2 * _LAYER_NORM * width)


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    text = (49_408 + 77) * 512 + transformer(512, 2048, 12) + _LAYER_NORM * 512 + 512 * 512
    positions = 7 * 7 + 1
    patches = 32 * 32 * 3 * 768 + 768 + positions * 768
    vision = patches + transformer(768, 3072, 12) + 2 * _LAYER_NORM * 768 + 768 * 512
    encoders = CLIPTextEncoder(), CLIPPosterEncoder()
    for encoder in encoders:
        encoder.build(None)
    # The numbers of the positions count as weights.
    assert [each.count_params() for each in encoders] == [text, vision + positions]
    # What KerasHub says of clip_vit_base_patch32; the one is the temperature.
    assert text + vision + positions + 1 == 151_277_363
