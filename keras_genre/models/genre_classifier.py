"""GenreClassifier: tensors to logits."""

import keras

from keras_genre import features
from keras_genre.genres import GenreVocabulary
from keras_genre.metrics import MacroF1
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.precision import policy_for_device
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.presets import get_preset


@keras.saving.register_keras_serializable(package="keras_genre")
class GenreClassifier(keras.Model):
    """A text encoder, a poster encoder, or both, joined by a fusion head: a functional graph.

    Takes a dict of `plot_token_ids` and `has_plot`, and of `poster_image` and `has_poster`, as far
    as it has the encoder (see `keras_genre.features`). Gives float32 **logits** of shape
    `(batch, genres)`; apply one sigmoid for probabilities, never a softmax: genres do not exclude
    each other.

    Args:
        vocabulary: A `GenreVocabulary` (or its names): what each column of the logits means.
        fusion_head: A layer from the modalities to `logits` and `embedding`.
        text_encoder: A layer from word ids to `vector`, `tokens` and `mask`, or None.
        poster_encoder: A layer with an `image_size`, from images to `vector` and `tokens`, or None.

    Raises:
        ValueError: If both encoders are None, or the head has another number of genres.

    Example:
        >>> model = GenreClassifier.from_preset("cnn64", vocabulary=["Drama", "War"])
        >>> model.output_shape
        (None, 2)
    """

    def __init__(self, vocabulary, fusion_head, text_encoder=None, poster_encoder=None, **kwargs):
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
        if not inputs:
            raise ValueError("Expected a text encoder, a poster encoder, or both; received none.")
        outputs = fusion_head(modalities)
        super().__init__(inputs=inputs, outputs=outputs["logits"], **kwargs)
        # Keras scales the loss of a mixed_float16 model; without, small gradients become zero.
        self.dtype_policy = fusion_head.dtype_policy

        # === Config ===
        self.vocabulary = vocabulary
        self.text_encoder = text_encoder
        self.poster_encoder = poster_encoder
        self.fusion_head = fusion_head

    @classmethod
    def from_preset(cls, name: str, vocabulary, dtype="auto") -> "GenreClassifier":
        """Make the untrained model of a preset.

        Args:
            name: A preset, for example "concat_fusion_small".
            vocabulary: A `GenreVocabulary`, usually `dataset.vocabulary`.
            dtype: A Keras dtype policy, or "auto" for the one that suits the device: see
                `keras_genre.models.precision`. Weights, logits and loss are float32 under each.

        Raises:
            ValueError: If there is no such preset.
        """
        preset = get_preset(name)
        policy = keras.dtype_policies.get(policy_for_device() if dtype == "auto" else dtype)
        vocabulary = GenreVocabulary(vocabulary)
        text_encoder = poster_encoder = None
        if preset.text_encoder:
            text_encoder = TEXT_ENCODERS[preset.text_encoder](
                preset.vocabulary_size, dtype=policy, **dict(preset.text_options)
            )
        if preset.poster_encoder:
            poster_encoder = POSTER_ENCODERS[preset.poster_encoder](
                preset.image_size, dtype=policy, **dict(preset.poster_options)
            )
        fusion_head = FUSION_HEADS[preset.fusion_head](
            len(vocabulary), dtype=policy, **dict(preset.fusion_options)
        )
        return cls(vocabulary, fusion_head, text_encoder, poster_encoder, name=name)

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

    def get_config(self):
        serialize = keras.saving.serialize_keras_object
        return {
            "name": self.name,
            "trainable": self.trainable,
            "vocabulary": list(self.vocabulary),
            "fusion_head": serialize(self.fusion_head),
            "text_encoder": serialize(self.text_encoder),
            "poster_encoder": serialize(self.poster_encoder),
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
