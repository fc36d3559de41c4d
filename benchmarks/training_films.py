"""The films of `training.py`, and the batches that they are trained in."""

from pathlib import Path

import numpy as np
import tensorflow as tf
from PIL import Image

import keras_genre as kg
from keras_genre.data.batching import batch_by_length
from keras_genre.preprocessing import PlotVectorizer

_MEDIAN, _SPREAD, _MOST = 107, 0.6, 512
_TURNS = 4  # rounds that have films of their own


def make_films(folder: Path, films_a_round: int) -> Path:
    """Make sample films with plot and poster; write word ids, images and labels."""
    wanted = films_a_round * _TURNS
    catalog, _ = kg.catalog.make_synthetic_catalog(folder / "films", round(wanted * 1.5) + 50)
    frame = catalog.frame[(catalog.frame["plot"] != "") & (catalog.frame["poster"] != "")]
    frame = frame.iloc[:wanted]
    words = PlotVectorizer()
    words.adapt(frame["plot"].tolist())
    random = np.random.default_rng(0)
    lengths = np.exp(random.normal(np.log(_MEDIAN), _SPREAD, wanted)).clip(10, _MOST).astype(int)
    ids = np.zeros((wanted, _MOST), "int32")
    plots = np.asarray(words(tf.constant(frame["plot"].tolist())))
    for row, (own, length) in enumerate(zip(plots, lengths, strict=True)):
        ids[row, :length] = np.resize(own[own != 0], length)
    labels = np.stack([catalog.vocabulary.encode(genres) for genres in frame["genres"]])
    labels = labels.astype("float32")
    rates = labels.mean(axis=0).clip(0.01, 0.99)
    images = np.stack([_image(path) for path in frame["poster"]])
    path = folder / "films.npz"
    np.savez(
        path,
        plot_token_ids=ids,
        poster_image=images,
        labels=labels,
        genre_weights=((1 - rates) / rates).astype("float32"),
    )
    return path


def _image(path: str) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((224, 224)))


def batches_of(films: Path, max_tokens: int, options: dict) -> dict[str, list]:
    """Give each way to batch: for each round its batches, as rows and the width of the plots.

    Args:
        films: What `make_films` wrote.
        max_tokens: How wide "padded" is; 0 for models that read no plot.
        options: `batch_size`, `steps`, and the `multiple` that widths are rounded up to.
    """
    size, steps = options["batch_size"], options["steps"]
    lengths = (np.load(films)["plot_token_ids"][:, :max_tokens] != 0).sum(axis=1)
    order = np.arange(len(lengths)).reshape(_TURNS, steps * size)
    padded = [[(rows.tolist(), max_tokens) for rows in turn.reshape(steps, size)] for turn in order]
    if not max_tokens:
        return {"padded": padded}
    bucketed = [_bucketed(turn, lengths, size, options["multiple"]) for turn in order]
    return {"padded": padded, "length buckets": bucketed}


def _bucketed(rows: np.ndarray, lengths: np.ndarray, size: int, multiple: int) -> list:
    """The batches of a training, as `MovieDataset.load` makes them."""
    films = tf.data.Dataset.from_tensor_slices(rows)
    batches = batch_by_length(films, lambda window: tf.gather(lengths, window), size, seed=0)
    found = []
    for batch in batches.as_numpy_iterator():
        width = -(-int(lengths[batch].max()) // multiple) * multiple
        found.append((batch.tolist(), min(width, _MOST)))
    return found
