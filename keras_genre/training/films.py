"""TrainingFilms: films as a model in training takes them."""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.models.feature_classifier import FeatureClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import FeatureCache, predict
from keras_genre.runs.feature_batches import load_with_features
from keras_genre.runs.predicting import predict_with_features
from keras_genre.scoring import Predictions


class TrainingFilms:
    """What is trained and what it is given: films, or what frozen encoders say of them.

    Args:
        model: The whole classifier.
        preprocessor: Its preprocessor, its vocabulary learned.
        dataset: The records.
        augmented: Whether training posters change from epoch to epoch; what an encoder says of
            them is then computed each time.
        folder: Where features are kept; see `FeatureCache`.
        say: Called with a line for people while features are computed.
    """

    def __init__(
        self,
        model: GenreClassifier,
        preprocessor: MoviePreprocessor,
        dataset: MovieDataset,
        augmented: bool,
        folder: Path,
        say: Callable[[str], None] | None = None,
    ):
        self._preprocessor = preprocessor
        self._dataset = dataset
        frozen = _frozen(model) - ({"poster"} if augmented else set())
        if model.fusion_head.reads_neighbors:
            frozen = set()  # neighbours come with the films themselves
        cache = FeatureCache(folder, dataset, say)
        self._known = {
            split: {name: cache.get(model, preprocessor, name, split) for name in sorted(frozen)}
            for split in (("train", "validation") if frozen else ())
        }
        self.classifier = model
        self.model = FeatureClassifier(model, frozen) if frozen else model

    def load(self, split: str, batch_size: int, **options) -> tf.data.Dataset:
        """Batches for `self.model.fit`: as `MovieDataset.load` with the same options."""
        if not self._known:
            return self._dataset.load(split, self._preprocessor, batch_size, **options)
        known = self._known[split]
        return load_with_features(
            self._dataset, split, self._preprocessor, known, batch_size, **options
        )

    def predict(self, split: str, classifier: GenreClassifier) -> Predictions:
        """The predictions of a split.

        Args:
            split: The split.
            classifier: The whole model, or a copy of it.
        """
        if not self._known:
            return predict(classifier, self._preprocessor, self._dataset, split)
        known = self._known[split]
        model = FeatureClassifier(classifier, known)
        return predict_with_features(model, self._preprocessor, self._dataset, split, known)


def _frozen(model: GenreClassifier) -> set[str]:
    encoders = {"text": model.text_encoder, "poster": model.poster_encoder}
    return {name for name, encoder in encoders.items() if getattr(encoder, "freeze", "") == "all"}
