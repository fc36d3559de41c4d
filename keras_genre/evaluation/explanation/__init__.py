"""Why a film got its genres: which words, and which parts of the poster, spoke for each."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "AttentionMaps": "film_explanation",
    "Explanation": "film_explanation",
    "RunPredictor": "run_predictor",
    "Word": "film_parts",
    "attention_maps": "attention",
    "explain_by_gradients": "integrated_gradients",
    "explain_by_occlusion": "occlusion",
}

__all__ = [
    "AttentionMaps",
    "Explanation",
    "RunPredictor",
    "Word",
    "attention_maps",
    "explain_by_gradients",
    "explain_by_occlusion",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
