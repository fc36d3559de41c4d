"""What is done to films in tf.data before a model is asked about them (see `Run.predict`).

Each function gives a transform that turns a film into the same other film in whatever batch it
comes. Neighbours of linked records (see `keras_genre.features`) stay as they are.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.evaluation.plot_changes import first_words, mistyped

__all__ = ["cut_plots", "exchange_posters", "mistype_plots"]

Transform = Callable[[dict], dict]


def cut_plots(num_words: int) -> Transform:
    """Give a transform that cuts plots after so many words; see `first_words`.

    Raises:
        ValueError: If `num_words` is less than 1.
    """
    if num_words < 1:
        raise ValueError(f"Expected num_words of at least 1, received {num_words}.")
    return _for_each(features.PLOT, _of_text(lambda plot: first_words(plot, num_words)))


def mistype_plots(rate: float, seed: int = 0) -> Transform:
    """Give a transform that puts typing mistakes into plots; see `mistyped`.

    Raises:
        ValueError: If `rate` is not between 0 and 1, or `seed` is negative.
    """
    if not 0 <= rate <= 1:
        raise ValueError(f"Expected rate as a share of words from 0 to 1, received {rate}.")
    _check_seed(seed)
    return _for_each(features.PLOT, _of_text(lambda plot: mistyped(plot, rate, seed)))


def exchange_posters(dataset: MovieDataset, split: str, seed: int = 0) -> Transform:
    """Give a transform that shuffles posters among the films of a split.

    Every film with a poster gets that of another film, and never the same picture under another
    name: the posters of the split are put in a random circle, and each is replaced by the next.
    Films without a poster stay without. The posters of the split are held in memory.

    Args:
        dataset: The records.
        split: "train", "validation" or "test"; the transform is for its films alone.
        seed: Of the circle.

    Raises:
        ValueError: If the split has fewer than two different posters, or `seed` is negative.
    """
    _check_seed(seed)
    batches = dataset.load(split, lambda raw: raw[features.POSTER], batch_size=256, shuffle=False)
    posters = dict.fromkeys(poster for batch, _ in batches for poster in batch.numpy() if poster)
    posters = list(posters)
    if len(posters) < 2:
        raise ValueError(
            f"Expected at least two different posters in the {split} split to exchange, found "
            f"{len(posters)}."
        )
    circle = np.random.default_rng(seed).permutation(len(posters))
    following = {
        posters[one]: posters[other] for one, other in zip(circle, np.roll(circle, -1), strict=True)
    }
    following[b""] = b""
    return _for_each(features.POSTER, following.__getitem__)


def _for_each(name: str, change: Callable[[bytes], bytes]) -> Transform:
    """Give a transform that changes the plot or the poster of every film."""

    def change_batch(values: np.ndarray) -> np.ndarray:
        return np.array([change(value) for value in values], dtype=object)

    def transform(films: dict) -> dict:
        changed = tf.numpy_function(change_batch, [films[name]], tf.string, stateful=False)
        return {**films, name: tf.ensure_shape(changed, films[name].shape)}

    return transform


def _of_text(change: Callable[[str], str]) -> Callable[[bytes], bytes]:
    return lambda plot: change(plot.decode("utf-8")).encode("utf-8")


def _check_seed(seed: int) -> None:
    if seed < 0:
        raise ValueError(f"Expected seed as a number of at least 0, received {seed}.")
