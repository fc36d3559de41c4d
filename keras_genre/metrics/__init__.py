"""Metrics for multi-label genres, all from logits."""

from keras_genre.metrics.genre_f1 import GenreF1
from keras_genre.metrics.genre_precision import GenrePrecision
from keras_genre.metrics.genre_recall import GenreRecall
from keras_genre.metrics.hamming_loss import HammingLoss
from keras_genre.metrics.macro_f1 import MacroF1
from keras_genre.metrics.subset_accuracy import SubsetAccuracy

__all__ = [
    "GenreF1",
    "GenrePrecision",
    "GenreRecall",
    "HammingLoss",
    "MacroF1",
    "SubsetAccuracy",
]
