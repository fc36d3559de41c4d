"""Checks that hold for every layer and every model."""

import json
import os
import subprocess
import sys

import keras
import numpy as np
from backends import RUN_EAGERLY
from keras import ops, tree

_HALF_POLICIES = {"mixed_float16": "float16", "mixed_bfloat16": "bfloat16"}


def check_layer(layer_factory, inputs, keeps_float32=()):
    """Check what every layer promises: config, shapes, mixed precision and a gradient.

    Args:
        layer_factory: Makes the layer; takes `dtype`.
        inputs: NumPy arrays to call it with: one, a dict, or a tuple of arguments.
        keeps_float32: Names of the outputs that are float32 under every policy.
    """
    # Of small layers at random, one in ten has a weight that only units at rest would move.
    keras.utils.set_random_seed(0)
    _check_config_round_trip(layer_factory, inputs)
    _check_symbolic_outputs(layer_factory(), inputs)
    for policy, half in _HALF_POLICIES.items():
        layer = layer_factory(dtype=policy)
        _check_symbolic_outputs(layer, inputs)
        outputs = _call(layer, inputs)
        for path, output in tree.flatten_with_path(outputs):
            dtype = keras.backend.standardize_dtype(output.dtype)
            if "float" in dtype:
                expected = "float32" if set(path) & set(keeps_float32) else half
                assert dtype == expected, f"{path} is {dtype} under {policy}"
                assert np.isfinite(ops.convert_to_numpy(ops.cast(output, "float32"))).all()
        dtypes = {weight.dtype for weight in layer.weights}
        assert {dtype for dtype in dtypes if "float" in dtype} == {"float32"}
    _check_fit_step(layer_factory(), inputs)


def check_saving(model, inputs, tmp_path, module="keras_genre.models"):
    """Check that a saved model gives the same outputs in a fresh process."""
    check_saving_all({model.name: (model, inputs)}, tmp_path, module)


def check_saving_all(cases, tmp_path, module="keras_genre.models"):
    """Check several models in one fresh process, which is slow to start.

    Args:
        cases: Name to model and dict of NumPy inputs.
        tmp_path: An empty folder.
        module: What has to be imported before loading.
    """
    expected = {}
    for name, (model, inputs) in cases.items():
        model.save(tmp_path / f"{name}.keras")
        np.savez(tmp_path / f"{name}.inputs.npz", **inputs)
        expected[name] = ops.convert_to_numpy(model(inputs))
    _run_in_fresh_process(_LOAD_AND_PREDICT, module, str(tmp_path), *cases)
    for name, outputs in expected.items():
        loaded = np.load(tmp_path / f"{name}.outputs.npy")
        np.testing.assert_allclose(loaded, outputs, rtol=1e-6, atol=1e-6, err_msg=name)


_LOAD_AND_PREDICT = """
import importlib, pathlib, sys
import keras, numpy as np
importlib.import_module(sys.argv[1])
folder = pathlib.Path(sys.argv[2])
for name in sys.argv[3:]:
    model = keras.models.load_model(folder / f"{name}.keras")
    inputs = dict(np.load(folder / f"{name}.inputs.npz"))
    np.save(folder / f"{name}.outputs.npy", keras.ops.convert_to_numpy(model(inputs)))
"""


def _run_in_fresh_process(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", code, *arguments],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


def _call(layer, inputs):
    return layer(*inputs) if isinstance(inputs, tuple) else layer(inputs)


def _check_config_round_trip(layer_factory, inputs):
    layer = layer_factory()
    expected = _call(layer, inputs)
    text = json.dumps(keras.saving.serialize_keras_object(layer))
    restored = keras.saving.deserialize_keras_object(json.loads(text))
    _call(restored, inputs)
    assert json.dumps(keras.saving.serialize_keras_object(restored)) == text
    assert [w.shape for w in restored.weights] == [w.shape for w in layer.weights]
    restored.set_weights(layer.get_weights())
    tree.map_structure(
        lambda a, b: np.testing.assert_array_equal(
            ops.convert_to_numpy(a), ops.convert_to_numpy(b)
        ),
        _call(restored, inputs),
        expected,
    )


def _check_symbolic_outputs(layer, inputs):
    """Check that shapes and dtypes of the symbolic outputs are those of the real ones."""
    symbolic = _call(layer, tree.map_structure(_as_input, inputs))
    real = _call(layer, inputs)
    tree.assert_same_structure(symbolic, real)
    for (path, a), (_, b) in zip(
        tree.flatten_with_path(symbolic), tree.flatten_with_path(real), strict=True
    ):
        assert a.shape[0] is None, f"{path} has lost the batch axis"
        assert tuple(a.shape[1:]) == tuple(b.shape[1:]), path
        assert a.dtype == keras.backend.standardize_dtype(b.dtype), path


def _check_fit_step(layer, inputs):
    tensors = tree.map_structure(_as_input, inputs)
    outputs = tree.flatten(_call(layer, tensors))
    flat = [keras.layers.Flatten()(ops.cast(x, "float32")) for x in outputs if "float" in x.dtype]
    model = keras.Model(tree.flatten(tensors), ops.concatenate(flat, axis=-1))
    model.compile(keras.optimizers.Adam(0.01), loss="mse", run_eagerly=RUN_EAGERLY)
    before = [weight.numpy().copy() for weight in layer.trainable_variables]
    arrays = tree.flatten(inputs)
    targets = np.full((len(arrays[0]), model.output_shape[-1]), 3.0, "float32")
    history = model.fit(arrays, targets, verbose=0)
    assert before
    assert np.isfinite(history.history["loss"]).all()
    for weight, old in zip(layer.trainable_variables, before, strict=True):
        assert np.isfinite(weight.numpy()).all(), weight.path
        assert (weight.numpy() != old).any(), f"{weight.path} did not learn"


def _as_input(array):
    return keras.Input(array.shape[1:], dtype=str(array.dtype))
