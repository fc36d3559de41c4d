"""Batches of films of which some features are known."""

from collections.abc import Callable, Mapping

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs.features import Features
from keras_genre.runs.transforms import Transformed

_PRESENT = {"text": features.HAS_PLOT, "poster": features.HAS_POSTER}


def load_with_features(
    dataset: MovieDataset,
    split: str,
    preprocessor: MoviePreprocessor,
    known: Mapping[str, Features],
    batch_size: int,
    transform: Callable[[dict], dict] | None = None,
    **options,
) -> tf.data.Dataset:
    """Batches for `FeatureClassifier.fit`: `MovieDataset.load`, with features for what is known.

    Args:
        dataset: The records.
        split: The split.
        preprocessor: Of the whole model; what is known is not prepared.
        known: `Features` of the split by modality, "text", "poster" or both.
        batch_size: Films a batch.
        transform: What is done to the films first, as in `keras_genre.predict`; what is known
            stays as it is.
        **options: Further arguments of `MovieDataset.load`.

    Returns:
        A `tf.data.Dataset` of `(tensors, labels)`, and of ids with `with_ids`.
    """
    with_ids = options.pop("with_ids", False)
    rest = {
        "plot": None if "text" in known else preprocessor.plot,
        "poster": None if "poster" in known else preprocessor.poster,
    }
    prepares = any(rest.values())
    prepare = MoviePreprocessor(**rest) if prepares else lambda raw: {}
    if transform:
        prepare = Transformed(prepare, transform)
    batches = dataset.load(
        split,
        prepare,
        batch_size,
        with_ids=True,
        # Where nothing is prepared, ids and labels alone are kept.
        **{"cache": not prepares, "bucketed": options.get("shuffle", split == "train"), **options},
    )
    movie_ids = next(iter(known.values())).movie_ids
    table = tf.lookup.StaticHashTable(
        tf.lookup.KeyValueTensorInitializer(list(movie_ids), np.arange(len(movie_ids))), -1
    )

    def with_features(tensors, labels, ids):
        rows = table.lookup(ids)
        for modality, known_features in known.items():
            tensors = {**tensors, **_gathered(modality, known_features, rows)}
        return (tensors, labels, ids) if with_ids else (tensors, labels)

    return batches.map(with_features, num_parallel_calls=tf.data.AUTOTUNE).prefetch(1)


def _gathered(modality: str, known: Features, rows: tf.Tensor) -> dict[str, tf.Tensor]:
    example = known.gather(np.zeros(1, np.int64))
    dtypes = [tf.as_dtype(value.dtype) for value in example.values()]
    values = tf.numpy_function(
        lambda rows: tuple(known.gather(rows).values()), [rows], dtypes, stateful=False
    )
    tensors = {}
    for (name, value), tensor in zip(example.items(), values, strict=True):
        # Plots differ in length from batch to batch.
        middle = [None if known.positions is None else known.positions] * (name == "tokens")
        shape = [None, *middle, value.shape[-1]] if value.ndim > 1 else [None]
        key = _PRESENT[modality] if name == "present" else f"{modality}_{name}"
        tensors[key] = tf.ensure_shape(tensor, shape if name != "mask" else [None, None])
    return tensors
