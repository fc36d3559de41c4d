import numpy as np
import pytest
from fusion_inputs import make_head, make_modalities, numbers, select

from keras_genre.models.fusion_heads import GraphFusionHead

OPTIONS = {"hidden_dim": 8, "num_layers": 1, "num_heads": 2}


def make(**options):
    return make_head(GraphFusionHead, 3, **{**OPTIONS, **options})


def with_poster(modalities, **parts):
    return {**modalities, "poster": {**modalities["poster"], **parts}}


def logits_of(head, modalities, **arguments):
    return numbers(head(modalities, **arguments)["logits"])


def test_logits_masked_neighbors_changed_stay_bit_for_bit():
    head, modalities = make(), make_modalities()
    poster = modalities["poster"]
    mask = poster["neighbor_mask"]
    noisy = np.where(mask[:, :, None], poster["neighbors"], np.float32(np.nan))
    assert np.isnan(noisy).any()
    np.testing.assert_array_equal(
        logits_of(head, with_poster(modalities, neighbors=noisy)), logits_of(head, modalities)
    )


def test_logits_real_neighbors_changed_change_of_films_without_a_poster_too():
    head, modalities = make(), make_modalities()
    poster = modalities["poster"]
    changed = with_poster(modalities, neighbors=poster["neighbors"] + 1.0)
    differs = (logits_of(head, changed) != logits_of(head, modalities)).any(axis=1)
    np.testing.assert_array_equal(differs, poster["neighbor_mask"].any(axis=1))
    assert (differs & ~poster["present"]).any()


def test_logits_neighbors_in_another_order_stay():
    head, modalities = make(), make_modalities()
    poster = modalities["poster"]
    turned = with_poster(
        modalities,
        neighbors=poster["neighbors"][:, ::-1],
        neighbor_mask=poster["neighbor_mask"][:, ::-1],
    )
    np.testing.assert_allclose(
        logits_of(head, turned), logits_of(head, modalities), rtol=1e-4, atol=1e-5
    )


def test_logits_more_places_for_neighbors_stay():
    head, modalities = make(), make_modalities()
    poster = modalities["poster"]
    wider = with_poster(
        modalities,
        neighbors=np.pad(poster["neighbors"], ((0, 0), (0, 4), (0, 0))),
        neighbor_mask=np.pad(poster["neighbor_mask"], ((0, 0), (0, 4))),
    )
    np.testing.assert_allclose(
        logits_of(head, wider), logits_of(head, modalities), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("places", [0, 1, 3])
def test_logits_without_any_neighbor_are_finite_and_alike_however_it_is_said(places):
    head, modalities = make(), make_modalities()
    nothing = with_poster(
        modalities,
        neighbors=np.ones((6, places, 6), "float32"),
        neighbor_mask=np.zeros((6, places), bool),
    )
    masked = with_poster(modalities, neighbor_mask=np.zeros((6, 3), bool))
    logits = logits_of(head, nothing)
    assert np.isfinite(logits).all()
    np.testing.assert_allclose(logits, logits_of(head, masked), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("dtype", ["float32", "mixed_float16", "mixed_bfloat16"])
@pytest.mark.parametrize("gone", ["text", "poster"])
def test_logits_of_a_batch_in_which_all_lack_one_are_finite(gone, dtype):
    head, modalities = make(dtype=dtype), make_modalities()
    modalities[gone]["present"] = np.zeros(6, bool)
    logits = logits_of(head, modalities)
    assert np.isfinite(logits).all()
    assert len(np.unique(logits.round(3), axis=0)) > 1


def test_logits_of_plots_without_a_single_position_are_those_of_missing_plots():
    head, modalities = make(), make_modalities()
    modalities["text"]["present"] = np.zeros(6, bool)
    expected = logits_of(head, modalities)
    text = {name: part[:, :0] for name, part in modalities["text"].items() if part.ndim > 1}
    empty = {**modalities["text"], "tokens": text["tokens"], "mask": text["mask"]}
    logits = logits_of(head, {**modalities, "text": empty})
    np.testing.assert_allclose(logits, expected, rtol=1e-4, atol=1e-5)


def test_logits_of_a_film_do_not_hang_on_its_batch():
    head, modalities = make(), make_modalities()
    alone = np.concatenate([logits_of(head, select(modalities, [film])) for film in range(6)])
    np.testing.assert_allclose(alone, logits_of(head, modalities), rtol=1e-4, atol=1e-5)


def test_training_hides_the_neighbors_of_some_films_and_serving_of_none():
    head, modalities = make(dropout=0.5), select(make_modalities(), np.zeros(200, int))
    head.hidden_dropout.rate = 0.0
    for layer in head.joint_layers:
        for part in layer._flatten_layers(include_self=False):
            if hasattr(part, "rate"):
                part.rate = 0.0
    assert len(np.unique(logits_of(head, modalities).round(4), axis=0)) == 1
    training = logits_of(head, modalities, training=True)
    hidden = with_poster(modalities, neighbor_mask=np.zeros((200, 3), bool))
    with_none, with_all = (logits_of(head, films)[0] for films in (hidden, modalities))
    is_hidden = np.abs(training - with_none).max(axis=1) < 1e-3
    is_shown = np.abs(training - with_all).max(axis=1) < 1e-3
    assert (is_hidden ^ is_shown).all()
    assert 0.3 < is_hidden.mean() < 0.7


@pytest.mark.parametrize("part", ["neighbors", "neighbor_mask"])
def test_call_without_neighbors_is_refused(part):
    modalities = make_modalities()
    del modalities["poster"][part]
    with pytest.raises(ValueError, match=f"expected '{part}' of the modality 'poster'"):
        GraphFusionHead(3, **OPTIONS)(modalities)


def test_build_of_neighbors_of_another_width_is_refused():
    modalities = make_modalities()
    narrow = with_poster(modalities, neighbors=modalities["poster"]["neighbors"][:, :, :5])
    with pytest.raises(ValueError, match="as wide as the poster's vector, 6, received 5"):
        GraphFusionHead(3, **OPTIONS)(narrow)


def test_build_of_heads_that_cannot_share_the_words_is_refused():
    with pytest.raises(ValueError, match="a width that 3 heads can share, received 4"):
        GraphFusionHead(3, num_heads=3)(make_modalities())
