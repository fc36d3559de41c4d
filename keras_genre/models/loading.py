"""Loading a saved classifier without knowing what must be imported first."""

from pathlib import Path

import keras

from keras_genre.models.genre_classifier import GenreClassifier


def load_model(path: str | Path) -> GenreClassifier:
    """Load a model that `model.save(path)` wrote.

    `keras.models.load_model` does the same once `keras_genre.models` is imported: only then does
    Keras know our layers by name.

    Args:
        path: A `.keras` file.

    Raises:
        ValueError: If there is no such file, or it is no Keras model.
    """
    return keras.models.load_model(path)
