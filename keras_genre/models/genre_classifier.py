"""GenreClassifier: tensors to logits."""

import contextlib

import keras
from keras import ops

from keras_genre import features
from keras_genre.genres import GenreVocabulary
from keras_genre.layers import ModalityDropout
from keras_genre.metrics import MacroF1
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.precision import policy_for_device
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.presets import RANDOM_WEIGHTS, check_weights, get_preset


@keras.saving.register_keras_serializable(package="keras_genre")
class GenreClassifier(keras.Model):
    """A text encoder, a poster encoder, or both, joined by a fusion head: a functional graph.

    Takes a dict of `plot_token_ids` and `has_plot`, and of `poster_image` and `has_poster`, as far
    as it has the encoder; a head that reads a film's neighbours takes their `neighbor_vectors` and
    `neighbor_mask` too (see `keras_genre.features`). Gives float32 **logits** of shape
    `(batch, genres)`; apply one sigmoid for probabilities, never a softmax: genres do not exclude
    each other.

    Args:
        vocabulary: A `GenreVocabulary` (or its names): what each column of the logits means.
        fusion_head: A layer from the modalities to `logits` and `embedding`.
        text_encoder: A layer from word ids to `vector`, `tokens` and `mask`, or None.
        poster_encoder: A layer with an `image_size`, from images to `vector` and `tokens`, or None.
        modality_dropout: Share of the films with plot and poster that lose one of them in each
            training step; see `keras_genre.layers.ModalityDropout`.

    A head may have losses of its own beside that of the logits (see
    `keras_genre.models.fusion_heads.FusionHead`). `fit` and `evaluate` add them, by the same loss
    function; outputs and metrics are of the logits alone.

    Raises:
        ValueError: If both encoders are None, the head has another number of genres, or there is
            modality dropout with a single encoder.

    Example:
        >>> model = GenreClassifier.from_preset("cnn64", vocabulary=["Drama", "War"])
        >>> model.output_shape
        (None, 2)
    """

    def __init__(
        self,
        vocabulary,
        fusion_head,
        text_encoder=None,
        poster_encoder=None,
        modality_dropout=0.0,
        **kwargs,
    ):
        vocabulary = GenreVocabulary(vocabulary)
        if fusion_head.num_genres != len(vocabulary):
            raise ValueError(
                f"Expected a fusion head of {len(vocabulary)} genres, received one of "
                f"{fusion_head.num_genres}."
            )

        # === Functional Model ===
        inputs, modalities = {}, {}
        if text_encoder is not None:
            ids = keras.Input((None,), dtype="int32", name=features.PLOT_TOKEN_IDS)
            has_plot = keras.Input((), dtype="bool", name=features.HAS_PLOT)
            modalities["text"] = {**text_encoder(ids), "present": has_plot}
            inputs.update({features.PLOT_TOKEN_IDS: ids, features.HAS_PLOT: has_plot})
        if poster_encoder is not None:
            size = poster_encoder.image_size
            image = keras.Input((size, size, 3), dtype="uint8", name=features.POSTER_IMAGE)
            has_poster = keras.Input((), dtype="bool", name=features.HAS_POSTER)
            modalities["poster"] = {**poster_encoder(image), "present": has_poster}
            inputs.update({features.POSTER_IMAGE: image, features.HAS_POSTER: has_poster})
            if fusion_head.reads_neighbors:
                width = modalities["poster"]["vector"].shape[-1]
                neighbors, mask = _neighbor_inputs(width)
                modalities["poster"].update({"neighbors": neighbors, "neighbor_mask": mask})
                inputs.update({features.NEIGHBOR_VECTORS: neighbors, features.NEIGHBOR_MASK: mask})
        if not inputs:
            raise ValueError("Expected a text encoder, a poster encoder, or both; received none.")
        if modality_dropout:
            if len(modalities) < 2:
                raise ValueError(
                    f"Expected two encoders for a modality_dropout of {modality_dropout}, received "
                    f"that of {next(iter(modalities))!r} alone, which no film can do without."
                )
            text, poster = modalities["text"], modalities["poster"]
            hide = ModalityDropout(modality_dropout, name="modality_dropout")
            text["present"], poster["present"] = hide(text["present"], poster["present"])
        outputs = fusion_head(modalities)
        super().__init__(inputs=inputs, outputs=outputs["logits"], **kwargs)
        # Keras scales the loss of a mixed_float16 model; without, small gradients become zero.
        self.dtype_policy = fusion_head.dtype_policy

        # === Config ===
        self.vocabulary = vocabulary
        self.text_encoder = text_encoder
        self.poster_encoder = poster_encoder
        self.fusion_head = fusion_head
        self.modality_dropout = modality_dropout

        # === More of the Graph ===
        # Behind a lambda, where Keras finds no second path to the same weights when it saves.
        embedder = keras.Model(inputs, ops.cast(outputs["embedding"], "float32"))
        self._embedder = lambda: embedder
        self._with_auxiliary = None
        if "auxiliary_logits" in outputs:
            names = ("logits", "auxiliary_logits", "auxiliary_weights")
            graph = keras.Model(inputs, {name: outputs[name] for name in names})
            self._with_auxiliary = lambda: graph
        self._in_step = False

    @classmethod
    def from_preset(
        cls,
        name: str,
        vocabulary,
        dtype="auto",
        modality_dropout: float = 0.0,
        text_weights: str | None = None,
        poster_weights: str | None = None,
    ) -> "GenreClassifier":
        """Make the model of a preset, with random or pretrained encoders.

        What a preset freezes is frozen where the weights are pretrained.

        Args:
            name: A preset, for example "concat_fusion_small", or "lstm+cnn64+gated": see
                `keras_genre.presets.get_preset`.
            vocabulary: A `GenreVocabulary`, usually `dataset.vocabulary`.
            dtype: A Keras dtype policy, or "auto" for the one that suits the device: see
                `keras_genre.models.precision`. Weights, logits and loss are float32 under each.
            modality_dropout: Share of the films that lose plot or poster in a training step.
            text_weights: Where the weights of the text encoder come from (see
                `keras_genre.models.pretrained`), "random", or None for those that the preset
                names, which are downloaded once.
            poster_weights: The same of the poster encoder.

        Raises:
            ValueError: If there is no such preset, or its encoder takes no weights.
            WeightsError: If the weights cannot be loaded or do not fit.
        """
        preset = get_preset(name)
        check_weights(name, text_weights, poster_weights)
        policy = keras.dtype_policies.get(policy_for_device() if dtype == "auto" else dtype)
        vocabulary = GenreVocabulary(vocabulary)
        text_encoder = poster_encoder = None
        if preset.text_encoder:
            text_encoder = TEXT_ENCODERS[preset.text_encoder](
                preset.vocabulary_size,
                dtype=policy,
                **dict(preset.text_options),
                **_pretrained(text_weights or preset.text_weights, preset.text_freeze),
            )
        if preset.poster_encoder:
            poster_encoder = POSTER_ENCODERS[preset.poster_encoder](
                preset.image_size,
                dtype=policy,
                **dict(preset.poster_options),
                **_pretrained(poster_weights or preset.poster_weights, preset.poster_freeze),
            )
        fusion_head = FUSION_HEADS[preset.fusion_head](
            len(vocabulary), dtype=policy, **dict(preset.fusion_options)
        )
        return cls(
            vocabulary,
            fusion_head,
            text_encoder,
            poster_encoder,
            modality_dropout=modality_dropout,
            name=name.replace("+", "_"),  # TensorFlow's scopes have no plus
        )

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

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "trainable": self.trainable,
            "vocabulary": list(self.vocabulary),
            "fusion_head": serialize(self.fusion_head),
            "text_encoder": serialize(self.text_encoder),
            "poster_encoder": serialize(self.poster_encoder),
            "modality_dropout": self.modality_dropout,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Make the untrained model again from `get_config()`."""
        config = dict(config)
        for part in ("fusion_head", "text_encoder", "poster_encoder"):
            config[part] = keras.saving.deserialize_keras_object(
                config[part], custom_objects=custom_objects
            )
        return cls(**config)


def _neighbor_inputs(width):
    """The vectors of a film's neighbours, as wide as the poster encoder's, and their mask."""
    vectors = keras.Input((None, width), dtype="float32", name=features.NEIGHBOR_VECTORS)
    return vectors, keras.Input((None,), dtype="bool", name=features.NEIGHBOR_MASK)


def _pretrained(weights, freeze):
    """Further arguments of an encoder: none for random weights, of which nothing is frozen."""
    if weights in (None, RANDOM_WEIGHTS):
        return {}
    return {"weights": weights, "freeze": freeze}
