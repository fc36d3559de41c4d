"""Weights that are stored narrow and widened once, when the SavedModel is loaded."""

from collections.abc import Callable, Sequence

import keras
import numpy as np
import tensorflow as tf

FLOAT32, FLOAT16, INT8 = WEIGHTS = ("float32", "float16", "int8")
"""How an exported model's weights can be stored."""

_SMALLEST = 4096  # numbers; smaller weights (biases, norms) save nothing worth their rounding


class NarrowWeights(tf.Module):
    """The weights of a model in fewer bytes, float32 again for whoever computes with them.

    Each is stored as a narrow variable beside an empty wide one. The SavedModel's initializer,
    which every loader runs after it has restored variables, fills the wide ones, so that a film
    costs what it costs with float32 weights. Memory then holds both.

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
        >>> weights.widen()
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
        self.initializer = _Initializer(self.widen)

    def widen(self) -> None:
        """Fill the wide variables. Not before saving, which would save them."""
        for stored in self.stored:
            stored.widen()

    def in_use(self) -> keras.StatelessScope:
        """Give a scope in which the model computes with these instead of its own weights."""
        values = [stored.read() for stored in self.stored]
        return keras.StatelessScope(list(zip(self._variables(), values, strict=True)))


class _AsItIs(tf.Module):
    """A weight stored in its own type."""

    def __init__(self, value):
        super().__init__()
        self.value = tf.Variable(value, trainable=False)

    def widen(self):
        pass

    def read(self):
        return self.value.read_value()


class _Narrow(tf.Module):
    """A weight stored as something that, times its scale, is nearly what it was."""

    def __init__(self, value, scale):
        super().__init__()
        self.value = tf.Variable(value, trainable=False)
        self.scale = tf.Variable(scale, trainable=False)
        # Of no fixed shape, so that it can be saved as the single number that it is until then.
        self.wide = tf.Variable(0.0, trainable=False, shape=tf.TensorShape(None))

    def widen(self):
        self.wide.assign(tf.cast(self.value.read_value(), tf.float32) * self.scale.read_value())

    def read(self):
        return tf.ensure_shape(self.wide.read_value(), self.value.shape)


class _Initializer(tf.saved_model.experimental.TrackableResource):
    """What a loader calls once variables are restored; there is no resource behind it."""

    def __init__(self, initialize: Callable[[], None]):
        super().__init__()
        self._call = initialize

    def _create_resource(self):
        return tf.constant(0)

    def _initialize(self):
        self._call()


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
