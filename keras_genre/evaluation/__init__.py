"""What the scores of a model are worth: intervals, comparisons and reports."""

from keras_genre.lazy import lazy_names

_HOMES = {
    "ChangedFilms": "robustness",
    "CrossDatasetPredictions": "cross_dataset",
    "Interval": "significance",
    "LabelAgreement": "label_noise",
    "bootstrap_intervals": "significance",
    "confident_mistakes": "mistakes",
    "confused_pairs": "confusion",
    "format_agreement": "label_noise_text",
    "format_per_genre": "report",
    "format_robustness": "robustness_text",
    "format_table": "report",
    "genre_confusion": "confusion",
    "intervals_of_means": "significance",
    "label_agreement": "label_noise",
    "look_up_films": "film_lookup",
    "pair_confusion": "confusion",
    "paired_interval": "significance",
    "paired_interval_of_means": "significance",
    "predict_changed": "robustness",
    "predict_other_dataset": "cross_dataset",
    "robustness_table": "robustness",
    "score_table": "report",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
