"""Checks that know nothing of films."""

import json

import keras
import numpy as np
import tensorflow as tf


def check_preprocessor(layer, raw):
    """Check that `layer` answers the same eagerly, in tf.data, one by one and after a round trip.

    `raw` is a batch of at least one, as a dict of lists. A row that is alone in its batch may lack
    the trailing zeros that its neighbours brought. Returns the answer as NumPy arrays.
    """
    expected = {name: np.asarray(value) for name, value in layer(raw).items()}
    size = len(next(iter(raw.values())))
    rows = tf.data.Dataset.from_tensor_slices(raw)

    batched = next(rows.batch(size).map(layer).as_numpy_iterator())
    _assert_same(batched, expected)

    single = list(rows.map(layer).as_numpy_iterator())
    assert len(single) == size
    for number, row in enumerate(single):
        assert row.keys() == expected.keys()
        for name, value in row.items():
            whole = expected[name][number]
            assert value.dtype == whole.dtype
            if value.shape != whole.shape:
                np.testing.assert_array_equal(whole[len(value) :], 0, err_msg=name)
                whole = whole[: len(value)]
            np.testing.assert_array_equal(value, whole, err_msg=name)

    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    copy = keras.saving.deserialize_keras_object(config)
    _assert_same({name: np.asarray(value) for name, value in copy(raw).items()}, expected)
    return expected


def _assert_same(answer, expected):
    assert answer.keys() == expected.keys()
    for name, value in answer.items():
        np.testing.assert_array_equal(value, expected[name], err_msg=name, strict=True)
