"""Systems to compare a model with, from the trivial upwards."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "BaselineRun": "baseline_run",
    "BoostedClassifier": "boosted",
    "StackedClassifier": "stacked",
    "TfidfClassifier": "tfidf",
    "make_boosted": "making",
    "make_stacked": "making",
    "make_tfidf": "making",
    "open_run": "baseline_run",
    "tfidf_beside": "beside",
    "trivial_baselines": "trivial",
}

__all__ = [
    "BaselineRun",
    "BoostedClassifier",
    "StackedClassifier",
    "TfidfClassifier",
    "make_boosted",
    "make_stacked",
    "make_tfidf",
    "open_run",
    "tfidf_beside",
    "trivial_baselines",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
