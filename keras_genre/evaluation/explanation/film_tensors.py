"""FilmTensors: one film as the layers of a model take it, in as many copies as are needed."""

import dataclasses
from collections.abc import Sequence

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.evaluation.explanation.film_parts import FilmPoster, Word
from keras_genre.evaluation.explanation.token_words import read_words
from keras_genre.models import GenreClassifier


@dataclasses.dataclass(frozen=True)
class FilmTensors:
    """One film, prepared.

    Args:
        token_ids: int32 of shape `(1, tokens)`, or None where the model reads no plots.
        owners: The word of each token, of shape `(tokens,)`; see `read_words`.
        image: float32 of shape `(1, size, size, 3)`, values 0 to 255, or None where the model
            sees no posters.
        has_plot: Whether the plot has a word that the model can read.
        has_poster: Whether there is a poster.
        neighbors: What the preprocessor gives of neighbours, by name; empty for most models.
    """

    token_ids: np.ndarray | None
    owners: np.ndarray
    image: np.ndarray | None
    has_plot: bool
    has_poster: bool
    neighbors: dict

    @classmethod
    def prepare(cls, preprocessor, words: Sequence[Word], poster: FilmPoster) -> "FilmTensors":
        """Prepare the words and the poster of a film.

        Raises:
            ValueError: See `read_words`.
        """
        plot = " ".join(word.text for word in words).encode("utf-8", "replace")
        tensors = preprocessor({features.PLOT: [plot], features.POSTER: [poster.content]})
        ids, owners = None, np.zeros(0, int)
        if preprocessor.plot is not None:
            ids, owners = read_words(preprocessor.plot, words)
        image = tensors.get(features.POSTER_IMAGE)
        return cls(
            token_ids=ids,
            owners=owners,
            image=None if image is None else np.asarray(image, "float32"),
            has_plot=bool(tensors.get(features.HAS_PLOT, [False])[0]),
            has_poster=bool(tensors.get(features.HAS_POSTER, [False])[0]),
            neighbors={
                name: tensors[name]
                for name in (features.NEIGHBOR_VECTORS, features.NEIGHBOR_MASK)
                if name in tensors
            },
        )


def encode(model: GenreClassifier, film: FilmTensors, images=None, copies: int = 1) -> dict:
    """Run the encoders of a model on copies of a film.

    Args:
        model: The model.
        film: The film.
        images: What its poster shall be in each copy, floats of shape `(copies, size, size, 3)`;
            by default what it is.
        copies: How often.

    Returns:
        What the fusion head takes: a dict from modality to a dict of tensors.
    """
    modalities = {}
    if model.text_encoder is not None:
        ids = tf.repeat(tf.constant(film.token_ids), copies, axis=0)
        modalities["text"] = {**model.text_encoder(ids, training=False), "token_ids": ids}
        modalities["text"]["present"] = tf.fill([copies], film.has_plot)
    if model.poster_encoder is not None:
        images = tf.repeat(film.image, copies, axis=0) if images is None else images
        modalities["poster"] = dict(model.poster_encoder(images, training=False))
        modalities["poster"]["present"] = tf.fill([copies], film.has_poster)
        for name, value in film.neighbors.items():
            modalities["poster"][_PARTS[name]] = tf.repeat(value, copies, axis=0)
    return modalities


def logits_of(model: GenreClassifier, modalities: dict) -> tf.Tensor:
    """The logits that the model's head makes of what the encoders gave."""
    return model.fusion_head(modalities, training=False)["logits"]


_PARTS = {features.NEIGHBOR_VECTORS: "neighbors", features.NEIGHBOR_MASK: "neighbor_mask"}
