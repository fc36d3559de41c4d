"""What the scores of a model are worth: intervals, comparisons and reports."""

import importlib

_HOMES = {
    "Interval": "significance",
    "bootstrap_intervals": "significance",
    "format_per_genre": "report",
    "format_table": "report",
    "paired_interval": "significance",
    "score_table": "report",
}

__all__ = [
    "Interval",
    "bootstrap_intervals",
    "format_per_genre",
    "format_table",
    "paired_interval",
    "score_table",
]


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted({*globals(), *__all__})
