"""Any number of systems on the same films: differences, ranks, genres, and what they answer."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "Answer": "questions",
    "Comparison": "comparing",
    "Section": "sections",
    "System": "system",
    "compare": "comparing",
    "format_comparison": "writing",
    "save_comparison": "writing",
    "sections": "sections",
    "systems_of_runs": "of_runs",
}

__all__ = [
    "Answer",
    "Comparison",
    "Section",
    "System",
    "compare",
    "format_comparison",
    "save_comparison",
    "sections",
    "systems_of_runs",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
