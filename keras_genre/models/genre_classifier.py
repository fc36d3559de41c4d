"""GenreClassifier: tensors to logits."""

import keras

from keras_genre import features
from keras_genre.genres import GenreVocabulary
from keras_genre.layers import ModalityDropout
from keras_genre.models.fusion_heads import FUSION_HEADS
from keras_genre.models.multi_label_model import MultiLabelModel
from keras_genre.models.poster_encoders import POSTER_ENCODERS
from keras_genre.models.precision import policy_for_device
from keras_genre.models.text_encoders import TEXT_ENCODERS
from keras_genre.presets import RANDOM_WEIGHTS, get_preset

_TRANSFORMERS = {"bert", "clip", "distilbert", "vit"}  # encoders of plots and posters


@keras.saving.register_keras_serializable(package="keras_genre")
class GenreClassifier(MultiLabelModel):
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
            modalities["text"] = {**text_encoder(ids), "present": has_plot, "token_ids": ids}
            inputs.update({features.PLOT_TOKEN_IDS: ids, features.HAS_PLOT: has_plot})
        if poster_encoder is not None:
            size = poster_encoder.image_size
            image = keras.Input((size, size, 3), dtype="uint8", name=features.POSTER_IMAGE)
            has_poster = keras.Input((), dtype="bool", name=features.HAS_POSTER)
            encoded = poster_encoder(image, present=has_poster)
            modalities["poster"] = {**encoded, "present": has_poster}
            inputs.update({features.POSTER_IMAGE: image, features.HAS_POSTER: has_poster})
            if fusion_head.reads_neighbors:
                width = modalities["poster"]["vector"].shape[-1]
                neighbors, mask = _neighbor_inputs(width)
                modalities["poster"].update({"neighbors": neighbors, "neighbor_mask": mask})
                inputs.update({features.NEIGHBOR_VECTORS: neighbors, features.NEIGHBOR_MASK: mask})
        if not inputs:
            raise ValueError("Expected a text encoder, a poster encoder, or both; received none.")
        outputs = fuse(modalities, fusion_head, modality_dropout)
        super().__init__(inputs, outputs, fusion_head, vocabulary, **kwargs)

        # === Config ===
        self.text_encoder = text_encoder
        self.poster_encoder = poster_encoder
        self.modality_dropout = modality_dropout

    @classmethod
    def from_preset(
        cls,
        name: str,
        vocabulary,
        dtype="auto",
        modality_dropout: float = 0.0,
        **changes,
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
            **changes: What shall be otherwise than in the preset: any field of
                `keras_genre.presets.Preset`. For example `text_weights`, where the weights of the
                text encoder come from (see `keras_genre.models.pretrained`) or "random",
                `text_freeze`, how much of them stays as it is, and the same of the poster.

        Raises:
            ValueError: If there is no such preset, or a change does not suit it.
            WeightsError: If the weights cannot be loaded or do not fit.
        """
        preset = get_preset(name, **changes)
        if dtype == "auto":
            dtype = policy_for_device(
                has_transformer=preset.text_encoder in _TRANSFORMERS
                or preset.poster_encoder in _TRANSFORMERS
            )
        policy = keras.dtype_policies.get(dtype)
        vocabulary = GenreVocabulary(vocabulary)
        text_encoder = poster_encoder = None
        if preset.text_encoder:
            text_encoder = TEXT_ENCODERS[preset.text_encoder](
                preset.vocabulary_size,
                dtype=policy,
                **dict(preset.text_options),
                **_pretrained(preset.text_weights, preset.text_freeze),
            )
        if preset.poster_encoder:
            poster_encoder = POSTER_ENCODERS[preset.poster_encoder](
                preset.image_size,
                dtype=policy,
                **dict(preset.poster_options),
                **_pretrained(preset.poster_weights, preset.poster_freeze),
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

    def with_dtype(self, dtype) -> "GenreClassifier":
        """The same model, with the same weights, that computes in other numbers.

        Args:
            dtype: A Keras dtype policy: "float32" for machines that are slow with 16 bits.
        """
        config = self.get_config()
        for part in ("fusion_head", "text_encoder", "poster_encoder"):
            if config[part]:
                config[part]["config"]["dtype"] = dtype
        other = GenreClassifier.from_config(config)
        other.set_weights(self.get_weights())
        return other

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


def fuse(modalities, fusion_head, modality_dropout=0.0):
    """Call a fusion head on symbolic modalities, some of them hidden while training.

    Args:
        modalities: What the head takes: see `keras_genre.models.fusion_heads.FusionHead`.
        fusion_head: The head.
        modality_dropout: As in `GenreClassifier`.

    Raises:
        ValueError: If there is modality dropout with a single modality.
    """
    if modality_dropout:
        if len(modalities) < 2:
            raise ValueError(
                f"Expected two encoders for a modality_dropout of {modality_dropout}, received "
                f"that of {next(iter(modalities))!r} alone, which no film can do without."
            )
        hide = ModalityDropout(modality_dropout, name="modality_dropout")
        present = hide(modalities["text"]["present"], modalities["poster"]["present"])
        modalities = {
            name: {**modalities[name], "present": seen}
            for name, seen in zip(("text", "poster"), present, strict=True)
        }
    return fusion_head(modalities)


def _neighbor_inputs(width):
    """The vectors of a film's neighbours, as wide as the poster encoder's, and their mask."""
    vectors = keras.Input((None, width), dtype="float32", name=features.NEIGHBOR_VECTORS)
    return vectors, keras.Input((None,), dtype="bool", name=features.NEIGHBOR_MASK)


def _pretrained(weights, freeze):
    """Further arguments of an encoder: none for random weights, of which nothing is frozen."""
    if weights in (None, RANDOM_WEIGHTS):
        return {}
    return {"weights": weights, "freeze": freeze}
