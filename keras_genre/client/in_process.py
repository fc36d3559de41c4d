"""InProcessPredictor: a SavedModel in this process."""

from pathlib import Path

import tensorflow as tf

from keras_genre import features
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.genre_predictor import GenrePredictor
from keras_genre.errors import ModelNotFoundError
from keras_genre.model_versions import list_versions
from keras_genre.shipped import SHIPPED_MODEL, shipped_models


class InProcessPredictor(GenrePredictor):
    """Answers with a SavedModel that is loaded into this process: no server needed.

    Attributes `folder`, `model` and `version` say what was loaded.

    Args:
        folder: `saved_models/<name>` for its newest version, or `saved_models/<name>/<version>`;
            None for the model that comes with the package.
        batch_size: Films given to the model at a time.

    Raises:
        ModelNotFoundError: If there is no exported model.

    Example:
        >>> predictor = InProcessPredictor()  # doctest: +SKIP
        >>> predictor.predict(plots=["A heist goes wrong."])[0].genres  # doctest: +SKIP
        ('Crime',)
    """

    def __init__(self, folder: str | Path | None = None, batch_size: int = 32):
        if folder is None:
            folder = shipped_models() / SHIPPED_MODEL
        self.folder = folder = _version_folder(Path(folder))
        self._batch_size = batch_size
        self.model, self.version = folder.parent.name, int(folder.name)
        self._loaded = tf.saved_model.load(str(folder))
        self._predict = self._loaded.signatures["serving_default"]

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already."""
        answer = self._predict(
            **{
                features.PLOT: tf.constant(batch.plots),
                features.POSTER: tf.constant(batch.posters),
            }
        )
        outputs = {name: value.numpy() for name, value in answer.items()}
        return GenrePrediction.from_outputs(outputs, self.model, self.version)


def _version_folder(folder: Path) -> Path:
    folder = folder.resolve()
    if folder.name.isdigit() and (folder / "saved_model.pb").is_file():
        return folder
    versions = list_versions(folder) if folder.is_dir() else {}
    if not versions:
        raise ModelNotFoundError(
            f"{folder} holds no exported model: expected a child folder named by a version, such "
            f"as 1. Export one with `keras-genre export`."
        )
    return versions[max(versions)]
