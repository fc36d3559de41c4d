"""From a model to a SavedModel that TensorFlow Serving can serve.

Publishing needs no TensorFlow, exporting does: names are imported when they are used.
"""

from keras_genre.lazy import lazy_names

_HOMES = {
    "export_run": "saved_model",
    "export_saved_model": "saved_model",
    "label_version": "labels",
    "retain_versions": "publishing",
    "roll_back": "publishing",
}

__all__ = ["export_run", "export_saved_model", "label_version", "retain_versions", "roll_back"]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
