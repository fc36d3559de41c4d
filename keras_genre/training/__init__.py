"""Training: a recipe and records in, a run out."""

from keras_genre.training.fit import train

__all__ = ["train"]
