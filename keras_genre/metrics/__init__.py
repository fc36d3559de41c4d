"""Keras metrics for multi-label genres."""

from keras_genre.metrics.macro_f1 import MacroF1

__all__ = ["MacroF1"]
