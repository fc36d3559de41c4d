import functools

import numpy as np
import pytest
from backends import gradients
from keras import ops
from layer_checks import check_layer

from keras_genre.layers import WordEvidence

IDS = np.array([[2, 3, 2, 0], [1, 0, 0, 0], [0, 0, 0, 0]], "int32")


def make():
    layer = WordEvidence(5, 2)
    layer.build((None, None))
    rows = [[9.0, 9.0], [1.0, -1.0], [0.5, 2.0], [3.0, 0.0], [7.0, 7.0]]
    layer.evidence.embeddings.assign(rows)
    return layer


def test_layer_keras_contract_holds():
    check_layer(functools.partial(WordEvidence, 5, 2), IDS, keeps_float32=[])


def test_evidence_is_the_sum_of_its_words_over_the_root_of_their_number():
    expected = [
        [(0.5 + 3.0 + 0.5) / 2.0, (2.0 + 0.0 + 2.0) / 2.0],
        [1.0 / 2**0.5, -1.0 / 2**0.5],
        [0.0, 0.0],
    ]
    np.testing.assert_allclose(make()(IDS), expected, rtol=1e-6)


def test_evidence_of_a_new_layer_is_none():
    assert not np.asarray(WordEvidence(5, 2)(IDS)).any()


def test_padding_learns_nothing():
    layer = make()
    (gradient,) = gradients(lambda: ops.sum(layer(IDS)), [layer.evidence.embeddings])
    assert gradient[1:4].any(axis=1).all()
    assert not gradient[[0, 4]].any()


@pytest.mark.parametrize("more", [1, 7])
def test_evidence_longer_padding_changes_nothing(more):
    longer = np.pad(IDS, ((0, 0), (0, more)))
    np.testing.assert_array_equal(make()(longer), make()(IDS))
