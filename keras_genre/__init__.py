"""Reads a film's plot and poster and says its genres.

Names are looked up when they are used: `import keras_genre` imports nothing heavy.
"""

from keras_genre.lazy import lazy_names

# name -> the room that holds it; a room is its own.
_HOMES = {
    "AsyncGenreClient": "client",
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
    "RestGenreClient": "client",
    "Run": "runs",
    "baselines": "baselines",
    "catalog": "catalog",
    "client": "client",
    "data": "data",
    "demo": "demo",
    "errors": "errors",
    "evaluation": "evaluation",
    "export": "export",
    "features": "features",
    "genres": "genres",
    "layers": "layers",
    "load_model": "models",
    "losses": "losses",
    "metrics": "metrics",
    "models": "models",
    "predict": "runs",
    "preprocessing": "preprocessing",
    "presets": "presets",
    "runs": "runs",
    "scoring": "scoring",
    "server": "server",
    "studies": "studies",
    "train": "training",
    "training": "training",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
