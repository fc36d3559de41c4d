"""Systems to compare a model with, from the trivial upwards."""

from keras_genre.lazy import lazy_names

_HOMES = {"trivial_baselines": "trivial"}

__all__ = ["trivial_baselines"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
