"""From a model to a SavedModel that TensorFlow Serving can serve."""

from keras_genre.export.saved_model import export_run, export_saved_model

__all__ = ["export_run", "export_saved_model"]
