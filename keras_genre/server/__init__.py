"""The development server: TensorFlow Serving's gRPC and REST contract, for laptops and tests.

In production the same SavedModel folders are served by the official TensorFlow Serving
container. Importing this package imports neither TensorFlow nor gRPC.
"""

from keras_genre.lazy import lazy_names

__all__ = [
    "BatchingParameters",
    "DevelopmentServer",
    "ModelsFolder",
    "ServerOptions",
    "config_of_models",
    "find_models",
    "read_metrics_path",
    "read_model_config",
    "serve_until_signalled",
]

_HOMES = {
    "BatchingParameters": "batching",
    "DevelopmentServer": "development_server",
    "ServerOptions": "server_options",
    "ModelsFolder": "model_config",
    "config_of_models": "model_config",
    "find_models": "model_folders",
    "read_metrics_path": "metrics",
    "read_model_config": "model_config",
    "serve_until_signalled": "signals",
}

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
