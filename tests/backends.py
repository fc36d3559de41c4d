"""What tests of the model floors need to say on TensorFlow and on JAX alike."""

import keras
import pytest
from keras import ops

ON_TENSORFLOW = keras.backend.backend() == "tensorflow"

# TensorFlow traces one step for longer than it takes it by hand; JAX, by hand, compiles each
# operation for itself, which takes longer than compiling them together.
RUN_EAGERLY = ON_TENSORFLOW


def gradients(function, variables):
    """The gradients of the scalar that `function` returns, as NumPy arrays.

    Args:
        function: Takes nothing, and reads `variables` through their layers or their `value`.
        variables: Keras variables.

    Returns:
        One array a variable. Of a variable that `function` does not read, TensorFlow says `None`
        and JAX says zeros.
    """
    found = _with_tape(function, variables) if ON_TENSORFLOW else _with_jax(function, variables)
    return [gradient if gradient is None else ops.convert_to_numpy(gradient) for gradient in found]


def _with_tape(function, variables):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        total = function()
    return tape.gradient(total, [variable.value for variable in variables])


def _with_jax(function, variables):
    import jax

    def total(values):
        with keras.StatelessScope(state_mapping=zip(variables, values, strict=True)):
            return function()

    return jax.jit(jax.grad(total))([variable.value for variable in variables])


def skip_float16_attention_on_jax(dtype):
    """Skip what would train attention in float16, if JAX has no more than a CPU for it."""
    if ON_TENSORFLOW or dtype != "mixed_float16":
        return
    import jax

    if jax.default_backend() == "cpu":
        pytest.skip("JAX compiles no attention in float16 for a CPU, and says so")


def in_a_graph(function, shape, dtype):
    """`function` of one tensor, compiled: on TensorFlow once, its `None` sizes unknown.

    JAX has no unknown sizes; it compiles anew for each shape.
    """
    if ON_TENSORFLOW:
        import tensorflow as tf

        return tf.function(function, input_signature=[tf.TensorSpec(shape, dtype)])
    import jax

    return jax.jit(function)
