"""The optimizers of recipes."""

import keras
import tensorflow as tf
from keras import ops

from keras_genre.runs import Recipe


class FusedAdamW(keras.optimizers.AdamW):
    """`keras.optimizers.AdamW` that updates a variable by one operation, not by a dozen.

    Each of a dozen reads and writes as much as the variable holds, and the gradient of an embedding
    is spread over all its rows twice. The formula is Keras's; results differ by rounding alone.

    Where several devices share a batch, gradients are added up before anything is done with them,
    so that clipping sees the norm of the whole, and what accumulates is the same everywhere. Keras
    clips each part by itself, which lets a gradient through that is as many times as long.
    """

    def apply(self, grads, trainable_variables=None):
        """Update the variables by the gradients of all devices."""
        context = None
        if keras.backend.backend() == "tensorflow":
            context = tf.distribute.get_replica_context()  # none while devices are updated apart
        if context and context.num_replicas_in_sync > 1:
            known = [gradient for gradient in grads if gradient is not None]
            total = iter(context.all_reduce("SUM", known))
            grads = [gradient if gradient is None else next(total) for gradient in grads]
        super().apply(grads, trainable_variables)

    def _all_reduce_sum_gradients(self, grads_and_vars):
        return grads_and_vars  # they are

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable."""
        if keras.backend.backend() != "tensorflow":
            super().update_step(gradient, variable, learning_rate)
            return
        number = self._get_variable_index(variable)
        dtype = variable.dtype
        step = ops.cast(self.iterations + 1, dtype)
        beta_1, beta_2 = ops.cast(self.beta_1, dtype), ops.cast(self.beta_2, dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[number].value.handle,
            v=self._velocities[number].value.handle,
            beta1_power=ops.power(beta_1, step),
            beta2_power=ops.power(beta_2, step),
            lr=ops.cast(learning_rate, dtype),
            beta1=beta_1,
            beta2=beta_2,
            epsilon=ops.cast(self.epsilon, dtype),
            grad=tf.convert_to_tensor(gradient),  # of an embedding: the rows of its words alone
        )


class EncoderRateAdamW(FusedAdamW):
    """AdamW with a rate of its own for the variables of encoders.

    Args:
        encoder_factor: What the learning rate is multiplied with for them.
        encoder_paths: The paths of those variables.
        **kwargs: Arguments of `keras.optimizers.AdamW`.
    """

    def __init__(self, encoder_factor, encoder_paths, **kwargs):
        super().__init__(**kwargs)
        self.encoder_factor = encoder_factor
        self.encoder_paths = frozenset(encoder_paths)

    def build(self, variables):
        """Make the state for `variables`."""
        super().build(variables)
        self._factors = [
            self.encoder_factor if variable.path in self.encoder_paths else 1.0
            for variable in variables
        ]

    def update_step(self, gradient, variable, learning_rate):
        """Update one variable, by a rate of `learning_rate` or its share of it."""
        super().update_step(gradient, variable, learning_rate * self._factor(variable))

    def _apply_weight_decay(self, variables):
        # As AdamW's own, where the decay goes by the rate too.
        for variable in variables:
            if self._use_weight_decay(variable):
                rate = ops.cast(self.learning_rate, variable.dtype) * self._factor(variable)
                variable.assign(variable * (1.0 - self.weight_decay * rate))

    def _factor(self, variable):
        # By number, as AdamW finds its own state: what comes here may be TensorFlow's own variable.
        return self._factors[self._get_variable_index(variable)]

    def get_config(self):
        """As of every optimizer."""
        return {
            **super().get_config(),
            "encoder_factor": self.encoder_factor,
            "encoder_paths": sorted(self.encoder_paths),
        }


def make_optimizer(
    recipe: Recipe, model: keras.Model, rate: float, epochs: int, steps_per_epoch: int
) -> keras.optimizers.Optimizer:
    """Make the optimizer of one stage of a training.

    Args:
        recipe: Every choice.
        model: The `GenreClassifier` whose encoders may have a rate of their own.
        rate: The highest learning rate of the stage.
        epochs: Epochs of the stage.
        steps_per_epoch: Batches an epoch; several of them make a step where gradients accumulate.
    """
    steps = max(1, epochs * steps_per_epoch // recipe.accumulation)
    schedule = rate
    if recipe.schedule == "cosine":
        warmup = round(recipe.warmup_epochs * steps_per_epoch / recipe.accumulation)
        schedule = keras.optimizers.schedules.CosineDecay(
            initial_learning_rate=0.0 if warmup else rate,
            decay_steps=max(1, steps - warmup),
            alpha=recipe.lowest_learning_rate / rate,
            warmup_target=rate if warmup else None,
            warmup_steps=warmup,
        )
    options = {
        "learning_rate": schedule,
        "weight_decay": recipe.weight_decay,
        "global_clipnorm": recipe.clip_norm,
        "use_ema": recipe.ema_momentum is not None,
        "ema_momentum": recipe.ema_momentum or 0.99,
        "gradient_accumulation_steps": recipe.accumulation if recipe.accumulation > 1 else None,
    }
    if recipe.encoder_learning_rate is None:
        return FusedAdamW(**options)
    encoders = [encoder for encoder in (model.text_encoder, model.poster_encoder) if encoder]
    paths = {variable.path for encoder in encoders for variable in encoder.trainable_variables}
    return EncoderRateAdamW(recipe.encoder_learning_rate / recipe.learning_rate, paths, **options)
