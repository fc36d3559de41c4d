"""What is installed only with the extra `boosting`."""

import importlib
from types import ModuleType

from keras_genre.errors import KerasGenreError

__all__ = ["imported"]


def imported(name: str) -> ModuleType:
    """Import lightgbm or xgboost.

    Raises:
        KerasGenreError: If it is not installed, or a library that it needs is missing.
    """
    try:
        return importlib.import_module(name)
    except (ImportError, OSError) as cause:  # without OpenMP, lightgbm raises an OSError
        raise KerasGenreError(
            f"This baseline needs {name}, which cannot be imported ({cause}). "
            "Install it with: pip install 'keras-genre[boosting]'"
        ) from cause
