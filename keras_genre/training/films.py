"""TrainingFilms: films as a model in training takes them."""

from collections.abc import Callable
from pathlib import Path

import tensorflow as tf

from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.models.feature_classifier import FeatureClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import FeatureCache, predict, without_plots, without_posters
from keras_genre.runs.feature_batches import load_with_features
from keras_genre.runs.predicting import predict_with_features
from keras_genre.scoring import Predictions

_WITHOUT = {"text": without_plots, "poster": without_posters}


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
        service: Where training films are prepared, as in `MovieDataset.load`.
    """

    def __init__(
        self,
        model: GenreClassifier,
        preprocessor: MoviePreprocessor,
        dataset: MovieDataset,
        augmented: bool,
        folder: Path,
        say: Callable[[str], None] | None = None,
        service: str | None = None,
    ):
        self._service = service
        self.repeats = service is None
        """Whether the same batches come again when they are loaded again."""
        self._preprocessor = preprocessor
        self._dataset = dataset
        frozen = _frozen(model) - ({"poster"} if augmented else set())
        if model.fusion_head.reads_neighbors:
            frozen = set()  # neighbours come with the films themselves
        if model.fusion_head.reads_words:
            frozen -= {"text"}  # and so do words
        if model.fusion_head.reads_pooled:
            frozen -= {"poster"}  # of which vectors alone are kept
        cache = FeatureCache(folder, dataset, say)
        self._known = {
            split: {name: cache.get(model, preprocessor, name, split) for name in sorted(frozen)}
            for split in (("train", "validation") if frozen else ())
        }
        self.classifier = model
        self.model = FeatureClassifier(model, frozen) if frozen else model

    def load(self, split: str, batch_size: int, **options) -> tf.data.Dataset:
        """Batches for `self.model.fit`: as `MovieDataset.load` with the same options."""
        if split == "train":
            options["service"] = self._service
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
        return self._predicted(split, classifier)

    def predict_lacking(
        self, split: str, classifier: GenreClassifier, whole: Predictions
    ) -> dict[str, Predictions]:
        """The predictions of the films of a split whose plots, or posters, are taken away.

        Args:
            split: The split.
            classifier: The whole model, or a copy of it.
            whole: Its predictions of the films as they are.

        Returns:
            "without_plot", of the films that have a poster, and "without_poster", of those that
            have a plot; nothing for a model of one modality, or where there are no such films.
        """
        if classifier.text_encoder is None or classifier.poster_encoder is None:
            return {}
        lacking = {}
        for name, modality, other in (
            ("without_plot", "text", whole.has_poster),
            ("without_poster", "poster", whole.has_plot),
        ):
            if other.any():
                lacking[name] = self._predicted(split, classifier, modality).of_films(other)
        return lacking

    def _predicted(self, split: str, classifier, hidden: str | None = None) -> Predictions:
        transform = _WITHOUT.get(hidden)
        arguments = (self._preprocessor, self._dataset, split)
        if not self._known:
            return predict(classifier, *arguments, transform=transform)
        known = {
            modality: features.hidden() if modality == hidden else features
            for modality, features in self._known[split].items()
        }
        model = FeatureClassifier(classifier, known)
        return predict_with_features(model, *arguments, known, transform=transform)


def _frozen(model: GenreClassifier) -> set[str]:
    encoders = {"text": model.text_encoder, "poster": model.poster_encoder}
    return {name for name, encoder in encoders.items() if getattr(encoder, "freeze", "") == "all"}
