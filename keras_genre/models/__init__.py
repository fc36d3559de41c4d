"""Networks from tensors to logits, in keras.ops alone: they also train on JAX."""

import keras_genre.losses  # noqa: F401  (registers them for loading)
from keras_genre.models.genre_classifier import GenreClassifier
from keras_genre.models.loading import load_model

__all__ = ["GenreClassifier", "load_model"]
