"""From records to baselines."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from keras_genre.baselines.baseline_run import BaselineRun
from keras_genre.baselines.frozen import film_vectors, frozen_features
from keras_genre.baselines.optional import imported
from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.errors import DatasetError
from keras_genre.runs.labels import ids_and_labels
from keras_genre.scoring import Predictions

__all__ = ["make_boosted", "make_stacked", "make_tfidf"]

DEFAULT_PRESET = "minilm+mobilenet+concat"
"""Whose encoders are asked about films where nothing else is said."""


def make_tfidf(dataset: MovieDataset) -> BaselineRun:
    """Learn genres from the words of plots; see `TfidfClassifier`.

    Args:
        dataset: Records with a train and a validation split.

    Returns:
        Its predictions of every split, not yet saved.

    Raises:
        DatasetError: If the records have no validation films, or are damaged.
    """
    from keras_genre.baselines.tfidf import TfidfClassifier

    films = _labelled_films(dataset)
    with damaged_shard_named(dataset):
        plots = {split: _plots(dataset, split) for split in dataset.splits}
    classifier = TfidfClassifier()
    validation = (plots["validation"], films["validation"][1])
    classifier.fit(plots["train"], films["train"][1], validation)
    predictions = _predictions(dataset, films, plots, classifier.predict_proba)
    return BaselineRun.of("tfidf", {"c": classifier.c_}, dataset, predictions)


def make_boosted(
    dataset: MovieDataset,
    preset: str = DEFAULT_PRESET,
    features: str | Path = "runs/.features",
    say: Callable[[str], None] | None = None,
    seed: int = 0,
    **changes,
) -> BaselineRun:
    """Learn genres from frozen encoders by boosted trees; see `BoostedClassifier`.

    Args:
        dataset: Records with a train and a validation split.
        preset: Whose encoders are asked; its fusion head is not.
        features: Folder where what they say is kept.
        say: Called with a line for people while they are asked.
        seed: Of the trees.
        **changes: `text_weights` and `poster_weights`, as of `keras_genre.presets.get_preset`.

    Returns:
        Its predictions of every split, not yet saved.

    Raises:
        ValueError: If an encoder has no pretrained weights and "random" was not asked for.
        KerasGenreError: If LightGBM is not installed.
        DatasetError: If the records have no validation films, or are damaged.
        WeightsError: If the weights cannot be loaded or do not fit.
    """
    from keras_genre.baselines.boosted import BoostedClassifier

    imported("lightgbm")  # before minutes of encoding
    films = _labelled_films(dataset)
    known = frozen_features(dataset, preset, features, say, seed, **changes)
    inputs = {split: film_vectors(known[split]) for split in films}
    classifier = BoostedClassifier(seed=seed)
    labels = {split: its for split, (_, its) in films.items()}
    validation = (inputs["validation"], labels["validation"])
    classifier.fit(inputs["train"], labels["train"], validation)
    choices = {"preset": preset, **changes, **classifier.get_params()}
    predictions = _predictions(dataset, films, inputs, classifier.predict_proba)
    return BaselineRun.of("boosted", choices, dataset, predictions)


def make_stacked(
    dataset: MovieDataset,
    preset: str = DEFAULT_PRESET,
    features: str | Path = "runs/.features",
    say: Callable[[str], None] | None = None,
    seed: int = 0,
    **changes,
) -> BaselineRun:
    """Learn genres from heads on frozen encoders, stacked; see `StackedClassifier`.

    Args:
        dataset: Records with a train and a validation split.
        preset: Whose encoders are asked; its fusion head is not.
        features: Folder where what they say is kept.
        say: Called with a line for people while they are asked.
        seed: Of the folds.
        **changes: `text_weights` and `poster_weights`, as of `keras_genre.presets.get_preset`.

    Returns:
        Its predictions of every split, not yet saved.

    Raises:
        ValueError: If an encoder has no pretrained weights and "random" was not asked for.
        KerasGenreError: If XGBoost is not installed.
        DatasetError: If the records have no validation films, or are damaged.
        WeightsError: If the weights cannot be loaded or do not fit.
    """
    from keras_genre.baselines.stacked import StackedClassifier

    imported("xgboost")  # before minutes of encoding
    films = _labelled_films(dataset)
    inputs = frozen_features(dataset, preset, features, say, seed, **changes)
    classifier = StackedClassifier(seed=seed)
    labels = {split: its for split, (_, its) in films.items()}
    validation = (inputs["validation"], labels["validation"])
    classifier.fit(inputs["train"], labels["train"], validation)
    choices = {"preset": preset, **changes, **classifier.get_params(), **classifier.choice_}
    predictions = _predictions(dataset, films, inputs, classifier.predict_proba)
    return BaselineRun.of("stacked", choices, dataset, predictions)


def _labelled_films(dataset: MovieDataset) -> dict[str, tuple[list[str], np.ndarray]]:
    """Ids and labels by split."""
    for split in ("train", "validation"):
        if split not in dataset.splits:
            raise DatasetError(
                f"{dataset.folder} has no {split} films, and a baseline learns from training films "
                f"and chooses on validation films. Prepare the records again with both splits."
            )
    with damaged_shard_named(dataset):
        return {split: ids_and_labels(dataset, split) for split in dataset.splits}


def _plots(dataset: MovieDataset, split: str) -> list[str]:
    return [plot.decode() for batch in dataset.plots(split) for plot in batch.numpy()]


def _predictions(
    dataset: MovieDataset,
    films: Mapping[str, tuple[list[str], np.ndarray]],
    inputs: Mapping[str, object],
    predict_proba: Callable,
) -> dict[str, Predictions]:
    """What a fitted classifier says of every split."""
    return {
        split: Predictions(
            movie_ids=movie_ids,
            labels=labels,
            probabilities=predict_proba(inputs[split]),
            vocabulary=dataset.vocabulary,
            split=split,
        )
        for split, (movie_ids, labels) in films.items()
    }
