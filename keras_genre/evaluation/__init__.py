"""What the scores of a model are worth: intervals, comparisons and reports."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "Explanation": "explanation.film_explanation",
    "Interval": "significance",
    "bootstrap_intervals": "significance",
    "explain_by_gradients": "explanation.integrated_gradients",
    "explain_by_occlusion": "explanation.occlusion",
    "format_per_genre": "report",
    "format_table": "report",
    "intervals_of_means": "significance",
    "paired_interval": "significance",
    "paired_interval_of_means": "significance",
    "score_table": "report",
}

__all__ = [
    "Explanation",
    "Interval",
    "bootstrap_intervals",
    "explain_by_gradients",
    "explain_by_occlusion",
    "format_per_genre",
    "format_table",
    "intervals_of_means",
    "paired_interval",
    "paired_interval_of_means",
    "score_table",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
