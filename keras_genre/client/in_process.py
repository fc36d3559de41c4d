"""InProcessPredictor: a SavedModel in this process."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from keras_genre import features
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.genre_predictor import GenrePredictor
from keras_genre.errors import ModelNotFoundError
from keras_genre.model_versions import list_versions
from keras_genre.saved_graph import SavedGraph
from keras_genre.shipped import SHIPPED_MODEL, shipped_models

_HALVED_FROM = 16  # fewer films are computed sooner together


class InProcessPredictor(GenrePredictor):
    """Answers with a SavedModel that is loaded into this process: no server needed.

    Attributes `folder`, `model` and `version` say what was loaded.

    Args:
        folder: `saved_models/<name>` for its newest version, or `saved_models/<name>/<version>`;
            None for the model that comes with the package.
        batch_size: Films given to the model at a time.
        bfloat16: Whether large products are computed in bfloat16, as `SavedGraph` says.

    Raises:
        ModelNotFoundError: If there is no exported model.

    Example:
        >>> predictor = InProcessPredictor()  # doctest: +SKIP
        >>> predictor.predict(plots=["A heist goes wrong."])[0].genres  # doctest: +SKIP
        ('Crime',)
    """

    def __init__(
        self, folder: str | Path | None = None, batch_size: int = 32, bfloat16: bool = False
    ):
        if folder is None:
            folder = shipped_models() / SHIPPED_MODEL
        self.folder = folder = _version_folder(Path(folder))
        self._batch_size = batch_size
        self.model, self.version = folder.parent.name, int(folder.name)
        self._graph = SavedGraph(folder, bfloat16)
        self._threads = ThreadPoolExecutor(2, "keras_genre-halves")

    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already."""
        if len(batch.plots) < _HALVED_FROM:
            return self._answer(batch)
        middle = len(batch.plots) // 2
        parts = slice(middle), slice(middle, None)
        halves = [FilmBatch(batch.plots[part], batch.posters[part]) for part in parts]
        first, second = self._threads.map(self._answer, halves)
        return first + second

    def _answer(self, batch: FilmBatch) -> list[GenrePrediction]:
        films = {features.PLOT: batch.plots, features.POSTER: batch.posters}
        arrays = {name: np.array(values, object) for name, values in films.items()}
        outputs = self._graph.ask("serving_default", **arrays)
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
