"""What the scores of a model are worth: intervals, comparisons and reports."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "Comparison": "comparison.comparing",
    "Interval": "significance",
    "System": "comparison.system",
    "bootstrap_intervals": "significance",
    "compare": "comparison.comparing",
    "format_comparison": "comparison.writing",
    "format_per_genre": "report",
    "format_table": "report",
    "intervals_of_means": "significance",
    "paired_interval": "significance",
    "paired_interval_of_means": "significance",
    "save_comparison": "comparison.writing",
    "score_table": "report",
    "systems_of_runs": "comparison.of_runs",
}

__all__ = [
    "Comparison",
    "Interval",
    "System",
    "bootstrap_intervals",
    "compare",
    "format_comparison",
    "format_per_genre",
    "format_table",
    "intervals_of_means",
    "paired_interval",
    "paired_interval_of_means",
    "save_comparison",
    "score_table",
    "systems_of_runs",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
