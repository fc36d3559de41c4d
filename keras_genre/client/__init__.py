"""Asking a model for genres, wherever it runs. One interface: `predict(plots, posters)`."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "GenreClient": "grpc",
    "GenrePrediction": "genre_prediction",
    "InProcessPredictor": "in_process",
}

__all__ = ["GenreClient", "GenrePrediction", "InProcessPredictor"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
