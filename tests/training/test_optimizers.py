import keras
import numpy as np
import pytest
import tensorflow as tf

from keras_genre.training.optimizers import EncoderRateAdamW, FusedAdamW

_OPTIONS = {"learning_rate": 0.01, "weight_decay": 0.1, "global_clipnorm": 0.5}


def stepped(optimizer, steps=5):
    """The variables of an embedding and a matrix after some steps by known gradients."""
    random = np.random.default_rng(0)
    variables = [
        keras.Variable(random.normal(size=shape).astype("float32"), name=name)
        for name, shape in (("words", (6, 3)), ("matrix", (3, 2)))
    ]
    optimizer.build(variables)

    @tf.function
    def step(rows, of_rows, of_matrix):
        gradient = tf.IndexedSlices(of_rows, rows, dense_shape=tf.constant([6, 3]))
        optimizer.apply([gradient, of_matrix], variables)

    for _ in range(steps):
        rows = random.integers(0, 4, 5)  # some twice, some never
        of_rows, of_matrix = random.normal(size=(5, 3)), random.normal(size=(3, 2))
        step(rows, tf.constant(of_rows, tf.float32), tf.constant(of_matrix, tf.float32))
    return [variable.numpy() for variable in variables]


@pytest.mark.parametrize(
    "options", [{}, {"use_ema": True}, {"gradient_accumulation_steps": 2}], ids=str
)
def test_fused_adamw_gives_what_keras_gives(options):
    given = {**_OPTIONS, **options}
    # Accumulated gradients of an embedding are dense in Keras, too.
    expected = stepped(keras.optimizers.AdamW(**given))
    for ours, theirs in zip(stepped(FusedAdamW(**given)), expected, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def test_encoder_rate_adamw_moves_its_variables_by_their_share_alone():
    plain = stepped(FusedAdamW(**_OPTIONS), steps=1)
    slow = stepped(EncoderRateAdamW(0.1, ["words"], **_OPTIONS), steps=1)
    begun = stepped(FusedAdamW(**_OPTIONS), steps=0)
    moved = [(after - before) for after, before in zip(plain, begun, strict=True)]
    np.testing.assert_allclose(slow[0] - begun[0], 0.1 * moved[0], rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(slow[1], plain[1])
