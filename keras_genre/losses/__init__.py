"""Losses for multi-label genres, all from logits."""

from keras_genre.losses.weighted_binary_crossentropy import WeightedBinaryCrossentropy

__all__ = ["WeightedBinaryCrossentropy"]
