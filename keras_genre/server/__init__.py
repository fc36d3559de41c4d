"""The development server: TensorFlow Serving's gRPC contract, for laptops, tests and demos.

In production the same SavedModel folders are served by the official TensorFlow Serving
container. Importing this package imports neither TensorFlow nor gRPC.
"""

import importlib

__all__ = ["DevelopmentServer", "find_models", "serve_until_signalled"]

_HOMES = {
    "DevelopmentServer": "keras_genre.server.development_server",
    "find_models": "keras_genre.server.model_folders",
    "serve_until_signalled": "keras_genre.server.signals",
}


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
