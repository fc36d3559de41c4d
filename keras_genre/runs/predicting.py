"""From a model to Predictions."""

import keras
import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.scoring import Predictions


def predict(
    model: keras.Model, preprocessor, dataset: MovieDataset, split: str, batch_size: int = 64
) -> Predictions:
    """Predict the films of a split, in the order of the records.

    Args:
        model: A `GenreClassifier`, or any Keras model from the preprocessor's tensors to logits.
        preprocessor: The `MoviePreprocessor` that it was trained with.
        dataset: The records.
        split: "train", "validation" or "test".
        batch_size: Films at a time.

    Returns:
        `Predictions` of the split, with labels.

    Raises:
        ValueError: If the model's genres are not the dataset's, or not in the same order.
    """
    vocabulary = getattr(model, "vocabulary", dataset.vocabulary)
    if vocabulary != dataset.vocabulary:
        raise ValueError(
            f"The model's genres differ from the dataset's (or their order does): "
            f"{list(vocabulary)} and {list(dataset.vocabulary)}."
        )
    movie_ids, labels = _ids_and_labels(dataset, split)
    batches = dataset.load(
        split, preprocessor, batch_size, shuffle=False, bucketed=True, with_ids=True
    )
    logits = _logits(model, batches)
    return Predictions(
        movie_ids=movie_ids,
        labels=labels,
        probabilities=sigmoid([logits[movie_id] for movie_id in movie_ids]),
        vocabulary=dataset.vocabulary,
        split=split,
    )


def _logits(model: keras.Model, batches) -> dict[str, np.ndarray]:
    """Logits by movie id: bucketed films do not come in the order of the records."""
    logits = {}
    for tensors, _, movie_ids in batches:
        names = (movie_id.decode() for movie_id in movie_ids.numpy())
        logits.update(zip(names, model.predict_on_batch(tensors), strict=True))
    return logits


def _ids_and_labels(dataset: MovieDataset, split: str) -> tuple[list[str], np.ndarray]:
    """Read the films in the order of the records, without preparing them."""
    movie_ids, labels = [], []
    films = dataset.load(split, lambda raw: {}, batch_size=1024, shuffle=False, with_ids=True)
    for _, batch_labels, batch_ids in films:
        labels.append(batch_labels.numpy())
        movie_ids.extend(movie_id.decode() for movie_id in batch_ids.numpy())
    return movie_ids, np.concatenate(labels)


def sigmoid(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits, float32, as the served graph computes them."""
    return keras.ops.convert_to_numpy(keras.ops.sigmoid(np.asarray(logits, "float32")))
