"""ModalityDropout: films that lose their plot or poster for a step."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="keras_genre")
class ModalityDropout(keras.layers.Layer):
    """Hides the plot or the poster of some films while training, never both.

    A model that has always seen both leans on the better one and learns little from the other,
    and does not know what to do when one is missing. A film that has one alone keeps it.

    Args:
        rate: Share of the films with plot and poster that lose one, either equally often.
        seed: Seed of the choice; None for one from Keras's global seed.

    Call with `has_plot` and `has_poster`, bool of shape `(batch,)`; returns both again, as they
    are when not training.

    Raises:
        ValueError: If the rate is not between 0 and 1.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(**kwargs)
        if not 0.0 <= rate <= 1.0:
            raise ValueError(f"Expected a share of films between 0 and 1, received {rate}.")
        self.rate = rate
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, has_plot, has_poster, training=None):
        if not training:
            return has_plot, has_poster
        drawn = keras.random.uniform(ops.shape(has_plot), seed=self.seed_generator)  # (batch,)
        both = ops.logical_and(has_plot, has_poster)
        lose_plot = ops.logical_and(both, drawn < self.rate / 2)
        lose_poster = ops.logical_and(both, drawn >= 1 - self.rate / 2)
        return (
            ops.logical_and(has_plot, ops.logical_not(lose_plot)),
            ops.logical_and(has_poster, ops.logical_not(lose_poster)),
        )

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}
