"""What a training is made of (Recipe) and leaves behind (Run)."""

from keras_genre.runs.feature_cache import FeatureCache
from keras_genre.runs.predicting import predict
from keras_genre.runs.recipe import Recipe
from keras_genre.runs.run import Run
from keras_genre.runs.transforms import without_plots, without_posters

__all__ = ["FeatureCache", "Recipe", "Run", "predict", "without_plots", "without_posters"]
