"""The development server: TensorFlow Serving's gRPC and REST contract, for laptops and tests.

In production the same SavedModel folders are served by the official TensorFlow Serving
container. Importing this package imports neither TensorFlow nor gRPC.
"""

from keras_genre.lazy import lazy_names

__all__ = ["DevelopmentServer", "find_models", "serve_until_signalled"]

_HOMES = {
    "DevelopmentServer": "development_server",
    "find_models": "model_folders",
    "serve_until_signalled": "signals",
}

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
