"""The errors of keras_genre, drawn once.

    KerasGenreError                   everything below; catch this to catch all
    ├── CatalogError                  a table or folder of films cannot be read
    ├── DatasetError                  records are missing, half-written or damaged
    ├── RunError                      a run's folder is incomplete or does not fit
    │   └── LostWorkerError           another process of a training is gone
    ├── ExportError                   a model could not be exported or published
    ├── MissingPackageError           what was asked for needs a package that is not installed
    ├── WeightsError                  pretrained weights or their vocabulary do not load or fit
    ├── ServerError                   the development server cannot start
    └── PredictorError                whoever answers for a model, did not
        ├── ServerUnavailableError    no server there, or it is going away
        ├── DeadlineExceededError     no answer in time
        ├── ModelNotFoundError        no such model or version
        └── InvalidRequestError       the model cannot take this input

A wrong argument is a plain ``ValueError``. Each message says what happened, what was
expected, what was received, and how to mend it.
"""

__all__ = [
    "CatalogError",
    "DatasetError",
    "DeadlineExceededError",
    "ExportError",
    "InvalidRequestError",
    "KerasGenreError",
    "LostWorkerError",
    "MissingPackageError",
    "ModelNotFoundError",
    "PredictorError",
    "RunError",
    "ServerError",
    "ServerUnavailableError",
    "WeightsError",
]


class KerasGenreError(Exception):
    """Base class of every error that keras_genre raises about files and servers."""


class CatalogError(KerasGenreError, ValueError):
    """A table or folder of films cannot be read as a catalogue."""


class DatasetError(KerasGenreError):
    """Records on disk are missing, half-written or damaged."""


class RunError(KerasGenreError):
    """A run's folder is incomplete, exists already, or does not fit its data."""


class LostWorkerError(RunError, ConnectionError):
    """Another process that trains with this one is gone; started again, the training goes on."""


class ExportError(KerasGenreError):
    """A model could not be exported, verified or published."""


class MissingPackageError(KerasGenreError, ImportError):
    """What was asked for needs a package that is not installed; the message names it."""


class WeightsError(KerasGenreError):
    """Pretrained weights, or what belongs to them, are missing, damaged, or do not fit."""


class ServerError(KerasGenreError):
    """The development server cannot start, for example because a port is taken."""


class PredictorError(KerasGenreError):
    """A model, wherever it runs, gave no prediction."""


class ServerUnavailableError(PredictorError):
    """Nothing answers at the address, or the server is shutting down."""


class DeadlineExceededError(PredictorError):
    """The server did not answer within the time allowed."""


class ModelNotFoundError(PredictorError):
    """The server or folder has no such model or version."""


class InvalidRequestError(PredictorError):
    """The model refused the input; trying again will not help."""
