"""MultiLabelModel: what all models from films to logits share."""

import contextlib

import keras
from keras import ops

from keras_genre.genres import GenreVocabulary
from keras_genre.metrics import MacroF1


class MultiLabelModel(keras.Model):
    """A functional graph that ends in a fusion head, and how it is trained.

    A base class: `GenreClassifier` and `FeatureClassifier` say what goes in. Logits come out, and
    losses that the head has of its own are added while training.

    Args:
        inputs: The symbolic inputs, by name.
        outputs: What the fusion head gave for them.
        fusion_head: The head.
        vocabulary: What each column of the logits means.
    """

    def __init__(self, inputs, outputs, fusion_head, vocabulary: GenreVocabulary, **kwargs):
        super().__init__(inputs=inputs, outputs=outputs["logits"], **kwargs)
        # Keras scales the loss of a mixed_float16 model; without, small gradients become zero.
        self.dtype_policy = fusion_head.dtype_policy
        self.vocabulary = vocabulary
        self.fusion_head = fusion_head
        # Behind a lambda, where Keras finds no second path to the same weights when it saves.
        embedder = keras.Model(inputs, ops.cast(outputs["embedding"], "float32"))
        self._embedder = lambda: embedder
        self._with_auxiliary = None
        if "auxiliary_logits" in outputs:
            names = ("logits", "auxiliary_logits", "auxiliary_weights")
            graph = keras.Model(inputs, {name: outputs[name] for name in names})
            self._with_auxiliary = lambda: graph
        self._in_step = False

    @property
    def embedder(self) -> keras.Model:
        """A model of the same inputs and weights that gives the head's embedding.

        Float32 of shape `(batch, width)`: a film as the last layer sees it, for search and plots.
        """
        return self._embedder()

    def compile(self, optimizer="auto", loss="auto", metrics="auto", **kwargs):
        """Configure training; every argument has a default that suits genres.

        Args:
            optimizer: By default AdamW at 2e-3 with weight decay 1e-2.
            loss: By default binary cross-entropy from logits. A loss must take logits.
            metrics: By default `MacroF1`, whose validation value `val_macro_f1` chooses the best
                epoch.
            **kwargs: Further arguments of `keras.Model.compile`.
        """
        if isinstance(optimizer, str) and optimizer == "auto":
            optimizer = keras.optimizers.AdamW(2e-3, weight_decay=1e-2)
        if isinstance(loss, str) and loss == "auto":
            loss = keras.losses.BinaryCrossentropy(from_logits=True)
        if isinstance(metrics, str) and metrics == "auto":
            metrics = [MacroF1(len(self.vocabulary))]
        super().compile(optimizer=optimizer, loss=loss, metrics=metrics, **kwargs)

    def compile_from_config(self, config):
        """Compile as the saved model was, so that a loaded model can go on training."""
        self.compile(**keras.saving.deserialize_keras_object(config))
        self.optimizer.build(self.trainable_variables)

    def fit(self, x=None, *args, shuffle=None, **kwargs):
        """As `keras.Model.fit`; a `tf.data.Dataset`, which shuffles for itself, is not shuffled."""
        if shuffle is None:
            shuffle = not hasattr(x, "element_spec")
        return super().fit(x, *args, shuffle=shuffle, **kwargs)

    def outputs_for_loss(self, inputs, training=None):
        """Give what `compute_loss` needs as `y_pred`, for a training loop of your own.

        Returns:
            The logits; or, where the head has losses of its own, a dict of them beside its
            `auxiliary_logits` and `auxiliary_weights`.
        """
        if self._with_auxiliary is None:
            return self(inputs, training=training)
        return self._with_auxiliary()(inputs, training=training)

    def call(self, inputs, training=None, mask=None):
        if self._in_step and self._with_auxiliary is not None:
            return self._with_auxiliary()(inputs, training=training)
        return super().call(inputs, training=training, mask=mask)

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        # Where several devices share a batch, Keras builds from the mean of their first ones, and
        # there is no mean of bools. What goes in is known without looking.
        if getattr(self, "_distribute_strategy", None) is None:
            super()._maybe_symbolic_build(iterator, data_batch)
            return
        labels = keras.KerasTensor((None, len(self.vocabulary)), dtype="float32")
        with self.distribute_strategy.scope():
            self._symbolic_build(data_batch=(self.input, labels))

    # Each backend has a step of its own, with arguments of its own; all call the model and hand
    # what it gives to `compute_loss` and `compute_metrics`.
    def train_step(self, *args, **kwargs):
        with self._step():
            return super().train_step(*args, **kwargs)

    def test_step(self, *args, **kwargs):
        with self._step():
            return super().test_step(*args, **kwargs)

    @contextlib.contextmanager
    def _step(self):
        self._in_step = True
        try:
            yield
        finally:
            self._in_step = False

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """As `keras.Model.compute_loss`, of what `outputs_for_loss` gave."""
        if not isinstance(y_pred, dict):
            return super().compute_loss(x, y, y_pred, sample_weight, training)
        loss = super().compute_loss(x, y, y_pred["logits"], sample_weight, training)
        for name, logits in y_pred["auxiliary_logits"].items():
            weight = y_pred["auxiliary_weights"][name]  # (batch,)
            if sample_weight is not None:
                axes = tuple(range(1, len(sample_weight.shape)))
                weight = ops.expand_dims(weight, axes) * ops.cast(sample_weight, "float32")
            # Not by the method again, which would add the losses of regularizers again.
            loss += self._compile_loss(y, logits, weight)
        return loss

    def compute_metrics(self, x, y, y_pred, sample_weight=None):
        """As `keras.Model.compute_metrics`, of the logits alone."""
        logits = y_pred["logits"] if isinstance(y_pred, dict) else y_pred
        return super().compute_metrics(x, y, logits, sample_weight)
