"""Trains a preset as `keras-genre train` does and `training.py`, which starts it, says."""

import functools
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
from pipe import serve
from step_worker import Turns, films_of

import keras_genre as kg
from keras_genre.losses import WeightedBinaryCrossentropy
from keras_genre.presets import get_preset
from keras_genre.runs import Recipe
from keras_genre.training.optimizers import make_optimizer

_SMALL = (("num_layers", 1), ("hidden_dim", 64), ("num_heads", 2), ("intermediate_dim", 128))


class KerasSteps:
    """A `GenreClassifier`, compiled by a recipe, and training steps."""

    def __init__(self, options: dict, films, weights_file: str):
        self.films = films
        keras.utils.set_random_seed(0)
        self.model = _make(options, len(films["genre_weights"]))
        if os.path.exists(weights_file):
            arrays = np.load(weights_file)
            self.model.set_weights([arrays[name] for name in arrays.files])
        else:
            arrays = {f"{number:04}": w for number, w in enumerate(self.model.get_weights())}
            np.savez(weights_file, **arrays)
        learning = options["learning"]
        recipe = Recipe(
            options["preset"],
            schedule="constant",
            weight_decay=learning["weight_decay"],
            clip_norm=learning["clip_norm"],
        )
        self.model.compile(
            optimizer=make_optimizer(recipe, self.model, learning["rate"], 1, 1),
            loss=WeightedBinaryCrossentropy(films["genre_weights"], whole_term=True),
            jit_compile="auto" if options["compile"] else False,
        )

    def about(self) -> dict:
        """Versions, and what is counted."""
        backend = keras.backend.backend()
        module = __import__(backend)
        return {
            "versions": f"Keras {keras.__version__} on {backend} {module.__version__}",
            "device": "",
            "parameters": self.model.count_params(),
        }

    def prepare(self, rows, width: int):
        """The films of a batch."""
        batch, labels = films_of(self.films, rows, width)
        return {name: keras.ops.convert_to_tensor(part) for name, part in batch.items()}, labels

    def evaluate(self, batch) -> float:
        """The loss without dropout."""
        inputs, labels = batch
        return float(self.model.compute_loss(y=labels, y_pred=self.model(inputs, training=False)))

    def step(self, batch):
        """One training step."""
        return self.model.train_on_batch(*batch, return_dict=True)["loss"]

    def finish(self, losses) -> list[float]:
        """The losses: `train_on_batch` gives the mean since the last reset."""
        self.model.reset_metrics()
        totals = np.arange(1, len(losses) + 1) * np.asarray(losses, "float64")
        return np.diff(totals, prepend=0.0).tolist()


def _make(options: dict, num_genres: int) -> kg.GenreClassifier:
    preset = get_preset(options["preset"])
    changes = {}
    if preset.text_weights:
        changes["text_weights"] = "random"
    if preset.poster_weights:
        changes["poster_weights"] = "random"
    if options["small"] and preset.text_encoder == "distilbert":
        changes["text_options"] = _SMALL
    genres = [f"Genre {number}" for number in range(num_genres)]
    model = kg.GenreClassifier.from_preset(
        options["preset"], genres, dtype=options["dtype"], **changes
    )
    if preset.poster_freeze != "none":  # as with the pretrained weights, which are not at hand
        from keras_genre.models.freezing import freeze_batch_norm, freeze_layers

        layers = model.poster_encoder.network.layers
        freeze_layers(layers, preset.poster_freeze, ["stack0", "stack1", "stack2", "stack3"])
        freeze_batch_norm(layers)
    return model


if __name__ == "__main__":
    serve(functools.partial(Turns, KerasSteps))
