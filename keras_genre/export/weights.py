"""Weights that are stored narrow and widened once, when the SavedModel is loaded."""

import uuid
from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf

FLOAT32, FLOAT16, INT8 = WEIGHTS = ("float32", "float16", "int8")
"""How an exported model's weights can be stored."""

_SMALLEST = 4096  # numbers; smaller weights (biases, norms) save nothing worth their rounding
# What VarHandleOp takes for a name that no other variable has, however often it runs.
_ANONYMOUS = "cd2c89b7-88b7-44c8-ad83-06c2a9158347"


class NarrowWeights(tf.Module):
    """The weights of a model in fewer bytes, float32 again for whoever computes with them.

    The narrow numbers are ordinary variables of the SavedModel. Its initializer, which every
    loader runs after it has restored these, widens each into a float32 variable of its own: one
    film then costs what it costs with float32 weights. Memory holds both.

    Small weights, and those that a narrow type cannot hold, stay as they are.

    Args:
        variables: The weights, Keras variables.
        stored_as: "float16"; or "int8", with one scale for each index of whichever axis rounds
            the weight least.

    Raises:
        ValueError: If there is no such way.

    Example:
        >>> layer = keras.layers.Dense(64)
        >>> layer.build((None, 64))
        >>> weights = NarrowWeights(layer.variables, "float16")
        >>> with weights.in_use():
        ...     layer(np.zeros((1, 64), "float32")).shape
        TensorShape([1, 64])
    """

    def __init__(self, variables: Sequence[keras.Variable], stored_as: str):
        super().__init__()
        if stored_as not in (FLOAT16, INT8):
            raise ValueError(f"Expected {FLOAT16!r} or {INT8!r}, received {stored_as!r}.")
        # Behind a lambda, where TensorFlow finds no wide weights to save.
        self._variables = lambda: variables
        narrow = _as_float16 if stored_as == FLOAT16 else _as_int8
        self.stored = [_stored(variable.numpy(), narrow) for variable in variables]

    def in_use(self) -> keras.StatelessScope:
        """Give a scope in which the model computes with these instead of its own weights."""
        values = [stored.read() for stored in self.stored]
        return keras.StatelessScope(list(zip(self._variables(), values, strict=True)))


class _AsItIs(tf.Module):
    """A weight stored in its own type."""

    def __init__(self, value):
        super().__init__()
        self.value = tf.Variable(value, trainable=False)

    def read(self):
        return self.value.read_value()


class _Narrow(tf.Module):
    """A weight stored as something that, times its scale, is nearly what it was."""

    def __init__(self, value, scale):
        super().__init__()
        self.value = tf.Variable(value, trainable=False)
        self.scale = tf.Variable(scale, trainable=False)
        self.wide = _Widened(self.value, self.scale)

    def read(self):
        return tf.raw_ops.ReadVariableOp(resource=self.wide.resource_handle, dtype=tf.float32)


class _Widened(tf.saved_model.experimental.TrackableResource):
    """A float32 variable that no checkpoint holds: the SavedModel's initializer fills it."""

    def __init__(self, value: tf.Variable, scale: tf.Variable):
        super().__init__()
        self._value, self._scale = value, scale
        self._name = f"widened_{uuid.uuid4().hex}"
        self._initialize()

    def _create_resource(self):
        # In the graph that TensorFlow Serving runs, the operation runs at every request and must
        # mean the same variable. In Python it runs once, and two loads of one model must not
        # share: whichever went away first would take the other's weights along.
        in_python = tf.executing_eagerly() or tf.inside_function()
        return tf.raw_ops.VarHandleOp(
            dtype=tf.float32,
            shape=self._value.shape,
            shared_name=_ANONYMOUS if in_python else self._name,
        )

    def _initialize(self):
        wide = tf.cast(self._value.read_value(), tf.float32) * self._scale.read_value()
        tf.raw_ops.AssignVariableOp(resource=self.resource_handle, value=wide)

    def _destroy_resource(self):
        tf.raw_ops.DestroyResourceOp(resource=self.resource_handle, ignore_lookup_error=True)


def _stored(value: np.ndarray, narrow):
    if value.dtype == np.float32 and value.ndim > 1 and value.size >= _SMALLEST:
        parts = narrow(value)
        if parts is not None:
            return _Narrow(*parts)
    return _AsItIs(value)


def _as_float16(value: np.ndarray):
    if not np.abs(value).max() <= np.finfo(np.float16).max:  # NaN too
        return None
    return value.astype(np.float16), np.float32(1)


def _as_int8(value: np.ndarray):
    if not np.isfinite(value).all():
        return None
    parts = [_rounded(value, axis) for axis in range(value.ndim)]
    return min(parts, key=lambda part: np.square(part[0] * part[1] - value).sum())


def _rounded(value: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers from -127 to 127, and a scale for each index of an axis."""
    others = tuple(other for other in range(value.ndim) if other != axis)
    largest = np.abs(value).max(axis=others, keepdims=True)
    scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(value / scale).astype(np.int8), scale
