import numpy as np
import pytest
from fusion_inputs import HAS_POSTER, HAS_TEXT, make_head, make_modalities, numbers
from scipy.special import erf

from keras_genre.models.fusion_heads import AdditiveFusionHead


def gelu(x):
    return x * (1 + erf(x / np.sqrt(2))) / 2


def dense(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


@pytest.mark.parametrize("vocabulary_size", [None, 10])
def test_outputs_equal_a_plain_calculation(vocabulary_size):
    head = make_head(
        AdditiveFusionHead, 3, hidden_dim=7, poster_dim=5, vocabulary_size=vocabulary_size
    )
    modalities = make_modalities()
    vectors = {
        name: np.where(parts["present"][:, None], parts["vector"], head.missing[name].missing)
        for name, parts in sorted(modalities.items())
    }
    vectors["joint"] = np.concatenate([vectors["poster"], vectors["text"]], axis=1)
    hidden = {name: gelu(dense(head.hidden[name], x)) for name, x in vectors.items()}
    said = {name: dense(head.witnesses[name], x) for name, x in hidden.items()}
    expected = said["joint"] + HAS_POSTER[:, None] * said["poster"]
    expected += HAS_TEXT[:, None] * said["text"]
    if vocabulary_size:
        ids = modalities["text"]["token_ids"]
        rows = head.words.evidence.embeddings.numpy()[ids] * (ids != 0)[:, :, None]
        length = (ids != 0).sum(axis=1, keepdims=True)
        expected += HAS_TEXT[:, None] * rows.sum(axis=1) / np.sqrt(1 + length)
    outputs = numbers(head(modalities))
    np.testing.assert_allclose(outputs["logits"], expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(outputs["embedding"], hidden["joint"], rtol=1e-4, atol=1e-5)
    for name in ("poster", "text"):
        logits = outputs["auxiliary_logits"][name]
        np.testing.assert_allclose(logits, said[name], rtol=1e-4, atol=1e-5, err_msg=name)


def test_auxiliary_weights_count_present_modalities_alone():
    head = make_head(AdditiveFusionHead, 3, auxiliary_weight=0.2)
    weights = numbers(head(make_modalities())["auxiliary_weights"])
    np.testing.assert_allclose(weights["text"], 0.2 * HAS_TEXT, rtol=1e-6)
    np.testing.assert_allclose(weights["poster"], 0.2 * HAS_POSTER, rtol=1e-6)


def test_logits_words_are_heard_by_heads_that_know_them_alone():
    modalities = make_modalities()
    other = dict(modalities["text"], token_ids=modalities["text"]["token_ids"][::-1])
    for vocabulary_size, heard in ((10, True), (None, False)):
        head = make_head(AdditiveFusionHead, 3, vocabulary_size=vocabulary_size)
        logits = numbers(head({**modalities, "text": other})["logits"])
        assert (logits != numbers(head(modalities)["logits"])).any() == heard


def test_call_without_the_words_that_it_reads_refused():
    modalities = make_modalities()
    del modalities["text"]["token_ids"]
    AdditiveFusionHead(3)(modalities)
    with pytest.raises(ValueError, match="expected 'token_ids' of the modality 'text'"):
        AdditiveFusionHead(3, vocabulary_size=10)(modalities)


def test_lone_posters_are_heard_in_films_without_plot_alone():
    modalities = make_modalities()
    head = make_head(AdditiveFusionHead, 3, lone_posters=True)
    head.lone_share.assign(0.0)
    before = numbers(head(modalities)["logits"])
    head.lone_share.assign(0.75)
    alone = dense(head.lone, modalities["poster"]["pooled"])
    expected = np.where((HAS_POSTER & ~HAS_TEXT)[:, None], 0.25 * before + 0.75 * alone, before)
    np.testing.assert_allclose(head(modalities)["logits"], expected, rtol=1e-4, atol=1e-5)


def test_lone_posters_say_nothing_until_they_are_fitted_and_do_not_learn():
    head = AdditiveFusionHead(3, lone_posters=True)
    head(make_modalities())
    assert float(head.lone_share.numpy()) == 0.0
    assert not {"lone_share", "lone_posters"} & {
        part for weight in head.trainable_weights for part in weight.path.split("/")
    }


def test_call_without_the_pooled_maps_that_it_reads_refused():
    modalities = make_modalities()
    del modalities["poster"]["pooled"]
    with pytest.raises(ValueError, match="expected 'pooled' of the modality 'poster'"):
        AdditiveFusionHead(3, lone_posters=True)(modalities)
