"""Asking a model for genres, wherever it runs. One interface: `predict(plots, posters)`."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "AsyncGenreClient": "grpc_asyncio",
    "GenreClient": "grpc",
    "GenrePrediction": "genre_prediction",
    "InProcessPredictor": "in_process",
    "RestGenreClient": "rest",
    "Tls": "tls",
    "predict_table": "bulk",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
