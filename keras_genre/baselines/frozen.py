"""What frozen encoders say of the films of every split."""

from collections.abc import Callable, Mapping
from pathlib import Path

import keras
import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.presets import get_preset
from keras_genre.runs import FeatureCache
from keras_genre.runs.features import Features

__all__ = ["film_vectors", "frozen_features"]


def frozen_features(
    dataset: MovieDataset,
    preset: str,
    folder: str | Path,
    say: Callable[[str], None] | None = None,
    seed: int = 0,
    **changes,
) -> dict[str, dict[str, Features]]:
    """Give what the encoders of a preset say of every film, as they came, without training.

    Args:
        dataset: The records.
        preset: Whose encoders are asked; its fusion head is not.
        folder: Where features are kept, see `FeatureCache`; trainings beside share them.
        say: Called with a line for people while features are computed.
        seed: Of random weights.
        **changes: As of `keras_genre.presets.get_preset`: `text_weights`, `poster_weights`.

    Returns:
        `Features` by split, and then by modality, "text", "poster" or both.

    Raises:
        ValueError: If an encoder has no pretrained weights and "random" was not asked for.
        WeightsError: If the weights cannot be loaded or do not fit.
        DatasetError: If the records are damaged.
    """
    _refuse_weightless(preset, changes)
    keras.utils.set_random_seed(seed)
    preprocessor = MoviePreprocessor.from_preset(preset, **changes)
    model = GenreClassifier.from_preset(preset, dataset.vocabulary, **changes)
    encoders = {"text": model.text_encoder, "poster": model.poster_encoder}
    cache = FeatureCache(folder, dataset, say)
    with damaged_shard_named(dataset):
        preprocessor.adapt(dataset.plots("train"))
        return {
            split: {
                modality: cache.get(model, preprocessor, modality, split)
                for modality, encoder in encoders.items()
                if encoder is not None
            }
            for split in dataset.splits
        }


def film_vectors(features: Mapping[str, Features]) -> np.ndarray:
    """Set what encoders say of the same films side by side.

    Args:
        features: By modality.

    Returns:
        float32 of shape `(films, widths + modalities)`: the vector of each modality, zeros where
        it is missing, and behind it a column that is 1 where it is there.
    """
    parts = []
    for known in features.values():
        present = known.present[:, None].astype("float32")  # (films, 1)
        parts += [known.vectors * present, present]
    return np.concatenate(parts, axis=1)


def _refuse_weightless(preset: str, changes: Mapping[str, object]) -> None:
    changed = get_preset(preset, **changes)
    for kind in ("text", "poster"):
        if getattr(changed, f"{kind}_encoder") and not getattr(changed, f"{kind}_weights"):
            raise ValueError(
                f"Expected {kind}_weights (--{kind}-weights) for preset {preset!r}: its {kind} "
                f"encoder comes without pretrained weights, and frozen random ones say little. "
                f"Give a folder, an hf:// name or a file, another preset, or 'random' all the same."
            )
