import keras
import numpy as np
import pytest
from backends import gradients
from fusion_inputs import HAS_POSTER, HAS_TEXT, make_head, make_modalities, numbers

from keras_genre.models.fusion_heads import LateFusionHead

BOTH, NEITHER = HAS_TEXT & HAS_POSTER, ~HAS_TEXT & ~HAS_POSTER
EXTREMES = [-100.0, -30.0, -1.0, 0.0, 1.0, 30.0, 100.0]


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, "float64")))


def make_constant(text, poster, mixing_logit=0.0):
    """A head whose two classifiers always say the same: one logit each a genre."""
    head = make_head(LateFusionHead, len(text), per_genre=True)
    for modality, logits in (("text", text), ("poster", poster)):
        head.classifiers[modality].kernel.assign(0.0 * head.classifiers[modality].kernel)
        head.classifiers[modality].bias.assign(logits)
    head.mixing_logit.assign(np.full(len(text), mixing_logit))
    return head


def mixed(text, poster, mixing_logit=0.0):
    """Both logits mixed by their probabilities, never as one less a number near to one."""
    text, poster, mixing_logit = (
        np.asarray(x, np.longdouble) for x in (text, poster, mixing_logit)
    )
    alpha, rest = 1 / (1 + np.exp(-mixing_logit)), 1 / (1 + np.exp(mixing_logit))
    yes = alpha / (1 + np.exp(-text)) + rest / (1 + np.exp(-poster))
    no = alpha / (1 + np.exp(text)) + rest / (1 + np.exp(poster))
    return (np.log(yes) - np.log(no)).astype("float64")


@pytest.mark.parametrize("per_genre", [False, True])
@pytest.mark.parametrize("hidden_dim", [None, 7])
def test_logits_are_those_of_the_mixed_probabilities(per_genre, hidden_dim):
    head = make_head(LateFusionHead, 3, hidden_dim=hidden_dim, per_genre=per_genre)
    modalities = make_modalities()
    said = {}
    for name, parts in modalities.items():
        x = np.where(parts["present"][:, None], parts["vector"], head.missing[name].missing)
        if hidden_dim:
            layer = head.hidden[name]
            x = np.maximum(x @ layer.kernel.numpy() + layer.bias.numpy(), 0)
        layer = head.classifiers[name]
        said[name] = sigmoid(x @ layer.kernel.numpy() + layer.bias.numpy())
    alpha = sigmoid(head.mixing_logit)
    assert alpha.shape == ((3,) if per_genre else (1,))
    np.testing.assert_allclose(head.alpha, alpha, rtol=1e-6)
    expected = alpha * said["text"] + (1 - alpha) * said["poster"]
    expected[HAS_TEXT & ~HAS_POSTER] = said["text"][HAS_TEXT & ~HAS_POSTER]
    expected[HAS_POSTER & ~HAS_TEXT] = said["poster"][HAS_POSTER & ~HAS_TEXT]
    np.testing.assert_allclose(sigmoid(head(modalities)["logits"]), expected, rtol=1e-5)


def test_alpha_of_a_new_head_is_one_half():
    head = LateFusionHead(3)
    head(make_modalities())
    np.testing.assert_array_equal(head.alpha, [0.5])


@pytest.mark.parametrize("mixing_logit", [-3.0, 0.0, 3.0, 40.0])
def test_logits_extreme_answers_mix_as_the_formula_says(mixing_logit):
    text, poster = (grid.ravel() for grid in np.meshgrid(EXTREMES, EXTREMES))
    head = make_constant(text, poster, mixing_logit)
    logits = numbers(head(make_modalities())["logits"])
    expected = mixed(text, poster, mixing_logit)
    np.testing.assert_allclose(logits[BOTH], [expected] * BOTH.sum(), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(logits[HAS_TEXT & ~HAS_POSTER], [text.astype("float32")])
    np.testing.assert_array_equal(logits[HAS_POSTER & ~HAS_TEXT], [poster.astype("float32")])


def test_gradient_extreme_and_equal_answers_are_those_of_the_formula():
    text, poster = (grid.ravel() for grid in np.meshgrid(EXTREMES, EXTREMES))
    head = make_constant(text, poster)
    variables = [head.classifiers["text"].bias, head.classifiers["poster"].bias, head.mixing_logit]
    first = keras.tree.map_structure(lambda array: array[:1], make_modalities())
    found = gradients(lambda: keras.ops.sum(head(first)["logits"]), variables)
    step = 1e-3
    expected = [
        mixed(text + step, poster) - mixed(text - step, poster),
        mixed(text, poster + step) - mixed(text, poster - step),
        mixed(text, poster, step) - mixed(text, poster, -step),
    ]
    for gradient, difference in zip(found, expected, strict=True):
        slope = difference / (2 * step)
        np.testing.assert_allclose(gradient, slope, rtol=1e-3, atol=1e-4)


def test_gradient_missing_modality_gets_none():
    head, modalities = make_head(LateFusionHead, 3), make_modalities()
    modalities["poster"]["present"] = ~HAS_TEXT
    modalities["text"]["present"] = HAS_TEXT
    weights = [head.mixing_logit, *(head.missing[name].missing for name in head.missing)]
    for gradient in gradients(lambda: keras.ops.sum(head(modalities)["logits"]), weights):
        np.testing.assert_array_equal(gradient, np.zeros(gradient.shape))


def test_logits_film_with_neither_is_the_mixture_of_two_answers_to_learned_vectors():
    head = make_constant([2.0, -1.0], [-3.0, 4.0])
    logits = numbers(head(make_modalities())["logits"])
    np.testing.assert_allclose(logits[NEITHER], [mixed([2.0, -1.0], [-3.0, 4.0])], rtol=1e-5)
