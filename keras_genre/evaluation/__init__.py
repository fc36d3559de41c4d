"""What the scores of a model are worth: intervals, comparisons and reports."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "ChangedFilms": "robustness",
    "Comparison": "comparison.comparing",
    "CrossDatasetPredictions": "cross_dataset",
    "Explanation": "explanation.film_explanation",
    "Film": "film",
    "Interval": "significance",
    "LabelAgreement": "label_noise",
    "Subject": "reporting.subject",
    "System": "comparison.system",
    "bootstrap_intervals": "significance",
    "compare": "comparison.comparing",
    "confident_mistakes": "mistakes",
    "confused_pairs": "confusion",
    "explain_by_gradients": "explanation.integrated_gradients",
    "explain_by_occlusion": "explanation.occlusion",
    "format_agreement": "label_noise_text",
    "format_comparison": "comparison.writing",
    "format_per_genre": "report",
    "format_robustness": "robustness_text",
    "format_table": "report",
    "genre_confusion": "confusion",
    "genre_intervals": "genre_significance",
    "intervals_of_means": "significance",
    "label_agreement": "label_noise",
    "look_up_films": "film_lookup",
    "pair_confusion": "confusion",
    "paired_interval": "significance",
    "paired_interval_of_means": "significance",
    "predict_changed": "robustness",
    "predict_other_dataset": "cross_dataset",
    "robustness_table": "robustness",
    "save_comparison": "comparison.writing",
    "score_table": "report",
    "systems_of_runs": "comparison.of_runs",
    "write_report": "reporting.writing",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
