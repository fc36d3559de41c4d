"""Reads a film's plot and poster and says its genres.

Names are looked up when they are used: `import keras_genre` imports nothing heavy.
"""

import importlib

# name -> module that holds it; None where the name is a module itself.
_HOMES = {
    "DecisionRule": "scoring",
    "GenreClassifier": "models",
    "GenreClient": "client",
    "GenrePrediction": "client",
    "GenreVocabulary": "genres",
    "InProcessPredictor": "client",
    "MovieCatalog": "catalog",
    "MovieDataset": "data",
    "MoviePreprocessor": "preprocessing",
    "Predictions": "scoring",
    "Recipe": "runs",
    "Run": "runs",
    "baselines": None,
    "catalog": None,
    "client": None,
    "data": None,
    "errors": None,
    "evaluation": None,
    "export": None,
    "features": None,
    "genres": None,
    "layers": None,
    "load_model": "models",
    "losses": None,
    "metrics": None,
    "models": None,
    "predict": "runs",
    "preprocessing": None,
    "presets": None,
    "runs": None,
    "scoring": None,
    "server": None,
    "train": "training",
    "training": None,
}

__all__ = list(_HOMES)


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    module = importlib.import_module(f"{__name__}.{home or name}")
    return getattr(module, name) if home else module


def __dir__():
    return sorted({*globals(), *__all__})
