"""From a model to Predictions."""

from collections.abc import Callable, Mapping

import keras
import numpy as np

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.runs.feature_batches import load_with_features
from keras_genre.runs.features import Features
from keras_genre.runs.labels import ids_and_labels
from keras_genre.runs.transforms import Transformed
from keras_genre.scoring import Predictions


def predict(
    model: keras.Model,
    preprocessor,
    dataset: MovieDataset,
    split: str,
    batch_size: int = 64,
    transform: Callable[[dict], dict] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Predictions:
    """Predict the films of a split, in the order of the records.

    Args:
        model: A `GenreClassifier`, or any Keras model from the preprocessor's tensors to logits.
        preprocessor: The `MoviePreprocessor` that it was trained with.
        dataset: The records.
        split: "train", "validation" or "test".
        batch_size: Films at a time.
        transform: What is done to the films first, inside tf.data: from a dict of strings of shape
            `(batch,)`, "plot" and "poster" (JPEG bytes), to another. For example
            `keras_genre.runs.without_posters`.
        progress: Called as `progress(done, total)` after each batch, in films.

    Returns:
        `Predictions` of the split, with labels, and with which films the model had a plot and a
        poster of, as far as it reads them.

    Raises:
        ValueError: If the model's genres are not the dataset's, or not in the same order.
    """
    _check_vocabulary(model, dataset)
    batches = dataset.load(
        split,
        Transformed(preprocessor, transform) if transform else preprocessor,
        batch_size,
        shuffle=False,
        bucketed=True,
        with_ids=True,
    )
    return _predictions(model, batches, dataset, split, progress)


def predict_with_features(
    model: keras.Model,
    preprocessor,
    dataset: MovieDataset,
    split: str,
    known: Mapping[str, Features],
    batch_size: int = 64,
    transform: Callable[[dict], dict] | None = None,
) -> Predictions:
    """Predict the films of a split of which some features are known.

    Args:
        model: A `FeatureClassifier`.
        preprocessor: The `MoviePreprocessor` of the whole model.
        dataset: The records.
        split: The split.
        known: As in `keras_genre.runs.feature_batches.load_with_features`.
        batch_size: Films at a time.
        transform: As in `predict`, for what is not known.

    Returns:
        What `predict` gives for the whole model.
    """
    _check_vocabulary(model, dataset)
    batches = load_with_features(
        dataset,
        split,
        preprocessor,
        known,
        batch_size,
        transform,
        shuffle=False,
        with_ids=True,
    )
    return _predictions(model, batches, dataset, split)


def _check_vocabulary(model, dataset: MovieDataset) -> None:
    vocabulary = getattr(model, "vocabulary", dataset.vocabulary)
    if vocabulary != dataset.vocabulary:
        raise ValueError(
            f"The model's genres differ from the dataset's (or their order does): "
            f"{list(vocabulary)} and {list(dataset.vocabulary)}."
        )


def _predictions(model, batches, dataset: MovieDataset, split: str, progress=None) -> Predictions:
    movie_ids, labels = ids_and_labels(dataset, split)
    logits, present = _answers(model, batches, len(movie_ids), progress)
    return Predictions(
        movie_ids=movie_ids,
        labels=labels,
        probabilities=sigmoid([logits[movie_id] for movie_id in movie_ids]),
        vocabulary=dataset.vocabulary,
        split=split,
        **{name: [has[movie_id] for movie_id in movie_ids] for name, has in present.items()},
    )


def _answers(
    model: keras.Model, batches, total: int, progress: Callable[[int, int], None] | None
) -> tuple[dict, dict[str, dict]]:
    """Logits, and what is present, by movie id: bucketed films come in another order."""
    logits, present = {}, {}
    for tensors, _, movie_ids in batches:
        names = [movie_id.decode() for movie_id in movie_ids.numpy()]
        logits.update(zip(names, model.predict_on_batch(tensors), strict=True))
        for part in (features.HAS_PLOT, features.HAS_POSTER):
            if part in tensors:
                has = zip(names, tensors[part].numpy(), strict=True)
                present.setdefault(part, {}).update(has)
        if progress:
            progress(len(logits), total)
    return logits, present


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, float32, as the served graph computes them."""
    return keras.ops.convert_to_numpy(keras.ops.sigmoid(np.asarray(logits, "float32")))
