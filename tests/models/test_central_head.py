import numpy as np
import pytest
from fusion_inputs import HAS_POSTER, HAS_TEXT, make_head, make_modalities, numbers

from keras_genre.models.fusion_heads import CentralFusionHead


def dense(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def relu(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize("num_layers", [1, 3])
def test_outputs_equal_a_plain_calculation(num_layers):
    head = make_head(CentralFusionHead, 3, hidden_dim=7, num_layers=num_layers)
    modalities = make_modalities()
    poster, text = (
        np.where(parts["present"][:, None], parts["vector"], head.missing[name].missing)
        for name, parts in sorted(modalities.items())
    )
    for height in range(num_layers):
        poster = relu(dense(head.poster_layers[height], poster))
        text = relu(dense(head.text_layers[height], text))
        weights = head.mixing[height].numpy()
        below = weights[2] * central if height else 0.0  # noqa: F821  (of the round before)
        central = relu(
            dense(
                head.central_layers[height],
                weights[0] * poster + weights[1] * text + below,
            )
        )
    outputs = numbers(head(modalities))
    expected = {
        "logits": dense(head.logits, central),
        "embedding": central,
    }
    for name, value in expected.items():
        np.testing.assert_allclose(outputs[name], value, rtol=1e-4, atol=1e-5, err_msg=name)
    for name, hidden in (("poster", poster), ("text", text)):
        value = dense(getattr(head, f"{name}_logits"), hidden)
        np.testing.assert_allclose(
            outputs["auxiliary_logits"][name], value, rtol=1e-4, atol=1e-5, err_msg=name
        )


def test_auxiliary_weights_count_present_modalities_alone():
    head = make_head(CentralFusionHead, 3, auxiliary_weight=0.3)
    weights = numbers(head(make_modalities())["auxiliary_weights"])
    np.testing.assert_allclose(weights["text"], 0.3 * HAS_TEXT, rtol=1e-6)
    np.testing.assert_allclose(weights["poster"], 0.3 * HAS_POSTER, rtol=1e-6)


def test_mixing_of_a_new_head_is_a_mean():
    head = CentralFusionHead(3, num_layers=3)
    head(make_modalities())
    sums = [float(weights.numpy().sum()) for weights in head.mixing]
    assert sums == pytest.approx([1.0, 1.0, 1.0])
    assert [len(np.unique(weights)) for weights in head.mixing] == [1, 1, 1]


def test_constructor_without_layers_refused():
    with pytest.raises(ValueError, match="at least one hidden layer, received 0"):
        CentralFusionHead(3, num_layers=0)
