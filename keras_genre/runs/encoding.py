"""ModalityEncoder: one encoder of a model, asked about every film of a split."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.data import MovieDataset
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs.feature_files import growing_array, seal

_BATCH = 32
_SECONDS_BETWEEN_LINES = 20
# Keras counts the layers of a process in their names; what is frozen changes no output.
_CHANGES_NOTHING = ("name", "trainable", "freeze")


class ModalityEncoder:
    """One encoder of a model with the layer that prepares its input, as they are in inference.

    Args:
        model: The classifier.
        preprocessor: Its `MoviePreprocessor`.
        modality: "text" or "poster".
    """

    def __init__(self, model: GenreClassifier, preprocessor: MoviePreprocessor, modality: str):
        self.modality = modality
        self._is_text = modality == "text"
        self._encoder = model.text_encoder if self._is_text else model.poster_encoder
        self._layer = preprocessor.plot if self._is_text else preprocessor.poster

    def fingerprint(self) -> str:
        """A hash of all that its answers hang on: architecture, weights and preparation."""
        digest = hashlib.sha256()
        for weight in self._encoder.weights:
            digest.update(np.ascontiguousarray(keras.ops.convert_to_numpy(weight)))
        configs = [_config(self._encoder), _config(self._layer)]
        digest.update(json.dumps(configs, sort_keys=True).encode())
        return digest.hexdigest()

    def write(
        self,
        folder: Path,
        dataset: MovieDataset,
        split: str,
        movie_ids: Sequence[str],
        with_tokens: bool,
        say: Callable[[str], None] | None = None,
    ) -> None:
        """Write the arrays of `Features`; films that lack the modality are not asked about.

        Args:
            folder: An empty folder.
            dataset: The records.
            split: The split.
            movie_ids: Its films, in the order of the records.
            with_tokens: Whether tokens are written, and not vectors alone.
            say: Called with a line for people now and then.
        """
        network, width, positions = self._network()
        row_of = {movie_id: row for row, movie_id in enumerate(movie_ids)}
        present = np.zeros(len(movie_ids), bool)
        vectors = np.zeros((len(movie_ids), width), "float32")
        starts, lengths = np.zeros((2, len(movie_ids)), np.int64)
        with growing_array(folder / "tokens.npy", width) as append:
            for ids, outputs in self._outputs(network, dataset, split, say):
                rows = [row_of[movie_id] for movie_id in ids]
                present[rows] = True
                vectors[rows] = outputs["vector"]
                if not with_tokens:
                    continue
                for row, tokens in zip(rows, _real_tokens(outputs), strict=True):
                    starts[row], lengths[row] = append(tokens), len(tokens)
        arrays = {"present": present, "vectors": vectors, "starts": starts, "lengths": lengths}
        for name, array in arrays.items():
            np.save(folder / f"{name}.npy", array)
        seal(folder, positions)

    def _network(self) -> tuple[keras.Model, int, int | None]:
        """A model to float32 outputs, their width, and their number where it is always the same."""
        if self._is_text:
            raw = keras.Input((None,), dtype="int32")
        else:
            size = self._layer.image_size
            raw = keras.Input((size, size, 3), dtype="uint8")
        outputs = {
            name: output if name == "mask" else keras.ops.cast(output, "float32")
            for name, output in self._encoder(raw).items()
        }
        positions = None if self._is_text else outputs["tokens"].shape[1]
        return keras.Model(raw, outputs), outputs["vector"].shape[-1], positions

    def _outputs(self, network, dataset, split, say) -> Iterator[tuple[list[str], dict]]:
        """Ids and outputs of the films that have the modality, batch by batch."""
        if self._is_text:
            preprocessor = MoviePreprocessor(plot=self._layer)
            raw, present = features.PLOT_TOKEN_IDS, features.HAS_PLOT
        else:
            preprocessor = MoviePreprocessor(poster=self._layer)
            raw, present = features.POSTER_IMAGE, features.HAS_POSTER
        batches = dataset.load(
            split, preprocessor, _BATCH, shuffle=False, bucketed=self._is_text, with_ids=True
        )
        ask = tf.function(network, reduce_retracing=True)  # `predict` would ask all workers
        progress = _Progress(f"{self.modality} features of {split} films", say)
        films = dataset.num_films(split)
        for number, (tensors, _, movie_ids) in enumerate(batches, start=1):
            has = tensors[present].numpy()
            if has.any():
                outputs = ask(tf.boolean_mask(tensors[raw], has))
                arrays = {name: output.numpy() for name, output in outputs.items()}
                yield [movie_id.decode() for movie_id in movie_ids.numpy()[has]], arrays
            progress(min(number * _BATCH, films), films)


class _Progress:
    """Tells how far the work is, now and then and at its end."""

    def __init__(self, what: str, say: Callable[[str], None] | None):
        self._what = what
        self._say = say
        self._started = self._told = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if self._say and (done == total or now - self._told > _SECONDS_BETWEEN_LINES):
            self._say(f"{self._what}: {done} of {total} in {now - self._started:.0f} s")
            self._told = now


def _real_tokens(outputs) -> list[np.ndarray]:
    if "mask" not in outputs:
        return list(outputs["tokens"])
    return [tokens[mask] for tokens, mask in zip(outputs["tokens"], outputs["mask"], strict=True)]


def _config(layer) -> dict:
    config = keras.saving.serialize_keras_object(layer)
    return {
        "class": config["registered_name"],
        "config": {
            name: value for name, value in config["config"].items() if name not in _CHANGES_NOTHING
        },
    }
