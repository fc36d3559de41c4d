"""Keras layers that the models are built from."""

from keras_genre.layers.missing_embedding import MissingEmbedding

__all__ = ["MissingEmbedding"]
