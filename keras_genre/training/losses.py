"""The losses of recipes."""

import keras
import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.losses import (
    AsymmetricLoss,
    FocalLoss,
    WeightedBinaryCrossentropy,
    class_balanced_weights,
)


def make_loss(name: str, dataset: MovieDataset, label_smoothing: float = 0.0) -> keras.losses.Loss:
    """Make a loss from logits; weights of genres come from the training films.

    Args:
        name: One of `keras_genre.runs.recipe_checks.LOSSES`.
        dataset: The records.
        label_smoothing: How far labels are moved towards one half.

    Raises:
        DatasetError: If it weighs genres and one has no training film.
    """
    options = {"label_smoothing": label_smoothing}
    if name == "weighted_bce":
        return WeightedBinaryCrossentropy(dataset.positive_weights(), **options)
    if name == "weighted_bce_whole":
        weights = dataset.positive_weights()
        return WeightedBinaryCrossentropy(weights, whole_term=True, **options)
    if name == "class_balanced":
        counts = np.rint(dataset.base_rates() * dataset.num_films("train"))
        weights = class_balanced_weights(counts)
        return WeightedBinaryCrossentropy(weights, whole_term=True, **options)
    if name == "focal":
        return FocalLoss(**options)
    if name == "asymmetric":
        return AsymmetricLoss(**options)
    return keras.losses.BinaryCrossentropy(from_logits=True, **options)
