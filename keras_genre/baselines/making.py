"""From records to baselines."""

from collections.abc import Callable, Iterable, Mapping

import numpy as np

from keras_genre.baselines.baseline_run import BaselineRun
from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.errors import DatasetError
from keras_genre.runs.labels import ids_and_labels
from keras_genre.scoring import Predictions

__all__ = ["make_tfidf"]


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
    batches: Iterable = dataset.plots(split)
    return [plot.decode() for batch in batches for plot in batch.numpy()]


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
