"""FeatureCache: what frozen encoders say of films, computed once."""

import functools
import hashlib
import json
import shutil
import warnings
from collections.abc import Callable
from pathlib import Path

from keras_genre.data import MovieDataset
from keras_genre.errors import RunError
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs.encoding import ModalityEncoder
from keras_genre.runs.feature_files import load_features
from keras_genre.runs.features import Features
from keras_genre.runs.labels import ids_and_labels
from keras_genre.staging import staged_folder

# To be raised when the same encoder, weights and films would give other files than before.
_FORMAT = 1


class FeatureCache:
    """A folder of features, each known by its encoder, the weights of it, and the films.

    Other weights, other records or another tokenizer give another key, so nothing stale is ever
    read; what is damaged is computed again. Several processes may share the folder.

    Args:
        folder: Made when the first features are.
        dataset: The records.
        say: Called with a line for people while features are computed.

    Example:
        >>> cache = FeatureCache("runs/.features", dataset)  # doctest: +SKIP
        >>> posters = cache.get(model, preprocessor, "poster", "train")  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: str | Path,
        dataset: MovieDataset,
        say: Callable[[str], None] | None = None,
    ):
        self._folder = Path(folder)
        self._dataset = dataset
        self._say = say

    def get(
        self, model: GenreClassifier, preprocessor: MoviePreprocessor, modality: str, split: str
    ) -> Features:
        """Give what an encoder says of the films of a split: read, or computed and kept.

        Args:
            model: The classifier whose encoder is asked, as it is in inference.
            preprocessor: Its `MoviePreprocessor`.
            modality: "text" or "poster".
            split: "train", "validation" or "test".

        Returns:
            `Features`, with tokens where the model's fusion head reads them.

        Raises:
            RunError: If the folder cannot be written.
            DatasetError: If there is no such split.
        """
        encoder = ModalityEncoder(model, preprocessor, modality)
        key = self._key(encoder, split)
        with_tokens = model.fusion_head.uses_tokens
        for more in [True] if with_tokens else [False, True]:  # tokens come with vectors
            found = self._load(self._target(modality, split, key, more), split, with_tokens)
            if found:
                return found
        target = self._target(modality, split, key, with_tokens)
        try:
            with staged_folder(target, RunError) as staging:
                ids = self._movie_ids(split)
                encoder.write(staging, self._dataset, split, ids, with_tokens, self._say)
        except RunError:
            if not target.is_dir():  # else another process was quicker
                raise
        return load_features(target, self._movie_ids(split), with_tokens)

    def _load(self, target: Path, split: str, with_tokens: bool) -> Features | None:
        if not target.is_dir():
            return None
        try:
            return load_features(target, self._movie_ids(split), with_tokens)
        except RunError as damage:
            warnings.warn(f"{damage} They are computed again.", stacklevel=3)
            shutil.rmtree(target)
            return None

    def _target(self, modality: str, split: str, key: str, with_tokens: bool) -> Path:
        return self._folder / f"{modality}-{split}-{key}{'-tokens' if with_tokens else ''}"

    def _key(self, encoder: ModalityEncoder, split: str) -> str:
        data_hash = self._dataset.manifest.data_hash
        # The films too: damaged ones may have been skipped.
        parts = [_FORMAT, encoder.fingerprint(), data_hash, split, self._movie_ids(split)]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    @functools.cache  # noqa: B019  (a cache lives as long as one training)
    def _movie_ids(self, split: str) -> tuple[str, ...]:
        return tuple(ids_and_labels(self._dataset, split)[0])
