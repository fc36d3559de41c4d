"""What a training is made of (Recipe) and leaves behind (Run)."""

from keras_genre.runs.predicting import predict
from keras_genre.runs.recipe import Recipe
from keras_genre.runs.run import Run

__all__ = ["Recipe", "Run", "predict"]
