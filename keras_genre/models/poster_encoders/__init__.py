"""Poster encoders: an image to a vector and a map of vectors."""

from keras_genre.models.poster_encoders.cnn64 import CNN64PosterEncoder

POSTER_ENCODERS = {"cnn64": CNN64PosterEncoder}
"""Every poster encoder by the name that presets use."""

__all__ = ["POSTER_ENCODERS", "CNN64PosterEncoder"]
