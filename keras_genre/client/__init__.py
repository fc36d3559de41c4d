"""Asking a model for genres, wherever it runs. One interface: `predict(plots, posters)`."""

import importlib

_HOMES = {
    "GenreClient": "grpc",
    "GenrePrediction": "genre_prediction",
    "InProcessPredictor": "in_process",
}

__all__ = ["GenreClient", "GenrePrediction", "InProcessPredictor"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
