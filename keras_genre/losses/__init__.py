"""Losses for multi-label genres, all from logits."""

from keras_genre.losses.asymmetric_loss import AsymmetricLoss
from keras_genre.losses.class_balanced_weights import class_balanced_weights
from keras_genre.losses.focal_loss import FocalLoss
from keras_genre.losses.weighted_binary_crossentropy import WeightedBinaryCrossentropy

__all__ = [
    "AsymmetricLoss",
    "FocalLoss",
    "WeightedBinaryCrossentropy",
    "class_balanced_weights",
]
