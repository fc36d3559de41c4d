"""Systems to compare a model with, from the trivial upwards."""

import importlib

_HOMES = {"trivial_baselines": "trivial"}

__all__ = ["trivial_baselines"]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
