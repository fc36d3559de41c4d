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


def make_loss(name: str, dataset: MovieDataset) -> keras.losses.Loss:
    """Make a loss from logits; weights of genres come from the training films.

    Args:
        name: One of `keras_genre.runs.recipe.LOSSES`.
        dataset: The records.

    Raises:
        DatasetError: If it weighs genres and one has no training film.
    """
    if name == "weighted_bce":
        return WeightedBinaryCrossentropy(dataset.positive_weights())
    if name == "weighted_bce_whole":
        return WeightedBinaryCrossentropy(dataset.positive_weights(), whole_term=True)
    if name == "class_balanced":
        counts = np.rint(dataset.base_rates() * dataset.num_films("train"))
        return WeightedBinaryCrossentropy(class_balanced_weights(counts), whole_term=True)
    if name == "focal":
        return FocalLoss()
    if name == "asymmetric":
        return AsymmetricLoss()
    return keras.losses.BinaryCrossentropy(from_logits=True)
