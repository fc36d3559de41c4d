import numpy as np
from fusion_inputs import make_head, make_modalities, numbers

from keras_genre.models.fusion_heads import GatedFusionHead


def dense(layer, x):
    return x @ layer.kernel.numpy() + layer.bias.numpy()


def test_outputs_equal_the_formula_of_the_gated_unit():
    head, modalities = make_head(GatedFusionHead, 3, hidden_dim=7), make_modalities()
    poster, text = (
        np.where(parts["present"][:, None], parts["vector"], head.missing[name].missing)
        for name, parts in sorted(modalities.items())
    )
    gate = 1 / (1 + np.exp(-dense(head.gate, np.concatenate([poster, text], axis=1))))
    x = gate * np.tanh(dense(head.poster_hidden, poster))
    x += (1 - gate) * np.tanh(dense(head.text_hidden, text))
    for maxout in head.maxouts:
        x = dense(maxout.pieces, x).reshape(6, 7, 2).max(axis=2)
    outputs = numbers(head(modalities))
    np.testing.assert_allclose(outputs["gate"], gate, rtol=1e-5)
    np.testing.assert_allclose(outputs["embedding"], x, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(outputs["logits"], dense(head.logits, x), rtol=1e-4, atol=1e-5)


def test_gate_open_to_one_modality_shuts_the_other_out():
    head, modalities = make_head(GatedFusionHead, 3, hidden_dim=7), make_modalities()
    head.gate.kernel.assign(0.0 * head.gate.kernel)
    for bias, shut_out in ((100.0, "text"), (-100.0, "poster")):
        head.gate.bias.assign(np.full(7, bias))
        other = {**modalities[shut_out], "vector": modalities[shut_out]["vector"] + 1.0}
        logits = numbers(head({**modalities, shut_out: other})["logits"])
        np.testing.assert_array_equal(logits, numbers(head(modalities)["logits"]))


def test_gate_sees_that_a_modality_is_missing():
    head, modalities = make_head(GatedFusionHead, 3, hidden_dim=7), make_modalities()
    expected = numbers(head(modalities)["gate"])
    modalities["poster"]["present"] = np.zeros(6, bool)
    assert (numbers(head(modalities)["gate"])[0] != expected[0]).all()
