"""What the scores of a model are worth: intervals, comparisons and reports."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "ChangedFilms": "robustness",
    "Interval": "significance",
    "bootstrap_intervals": "significance",
    "format_per_genre": "report",
    "format_robustness": "robustness_text",
    "format_table": "report",
    "intervals_of_means": "significance",
    "paired_interval": "significance",
    "paired_interval_of_means": "significance",
    "predict_changed": "robustness",
    "robustness_table": "robustness",
    "score_table": "report",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
