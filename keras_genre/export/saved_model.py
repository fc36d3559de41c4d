"""Exporting a classifier with everything around it as one SavedModel."""

import json
import math
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import keras
import tensorflow as tf

from keras_genre.errors import ExportError
from keras_genre.export.genre_decoder import GenreDecoder
from keras_genre.export.measuring import measure_loss
from keras_genre.export.publishing import MANIFEST, check_model_folder, publish
from keras_genre.export.served_model import ServedModel
from keras_genre.export.signature_docs import describe_signatures
from keras_genre.export.verifying import verify
from keras_genre.export.warmup import BATCH_SIZES, check_batch_sizes, write_warm_up
from keras_genre.export.weights import FLOAT32
from keras_genre.runs import Run
from keras_genre.scoring import DecisionRule, score
from keras_genre.staging import scratch_folder


def export_run(
    run: Run,
    folder: str | Path = "saved_models",
    weights: str = FLOAT32,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    dtype: str | None = None,
) -> Path:
    """Export a run as the next version of `<folder>/<name of the run>`.

    The manifest tells the run, its recipe, the hash of its data and its scores on validation.
    Where weights are stored in fewer bytes, or computed in other numbers than in training, it also
    tells what that costs: the version is asked about the run's validation films before it is
    published.

    Args:
        run: The run.
        folder: The folder of all models.
        weights: As of `export_saved_model`.
        batch_sizes: As of `export_saved_model`.
        dtype: What the version computes in, a Keras dtype policy; None for as the run was trained.
            A CPU that has no instructions for 16 bits is slow with them: "float32" suits all.

    Returns:
        The folder of the new version.

    Raises:
        ExportError: If the folder cannot be written, or the exported model answers differently.
        RunError: If the run is incomplete; or there is a cost to be measured, and its records are
            gone.
    """
    about = {
        "run": run.name,
        "recipe": json.loads(run.recipe.to_json()),
        "data_hash": run.data_hash,
        "scores": {"validation": _scores(run)},
    }
    as_it_is = weights == FLOAT32 and dtype is None
    model = run.model if dtype is None else run.model.with_dtype(dtype)
    return export_saved_model(
        model,
        run.preprocessor,
        Path(folder) / run.name,
        rule=run.rule,
        text=run.text,
        about=about,
        weights=weights,
        batch_sizes=batch_sizes,
        measure=None if as_it_is else lambda version: measure_loss(run, version),
    )


def export_saved_model(
    model: keras.Model,
    preprocessor: keras.layers.Layer,
    folder: str | Path,
    rule: DecisionRule | None = None,
    text: str = "plot",
    about: dict | None = None,
    weights: str = FLOAT32,
    batch_sizes: Sequence[int] = BATCH_SIZES,
    measure: Callable[[Path], dict] | None = None,
) -> Path:
    """Export preprocessor, model and decision rule as one SavedModel for TensorFlow Serving.

    Signatures: `serving_default` takes `plot` and `poster` (strings of shape `(batch,)`; empty =
    missing) and gives `probabilities`, `selected` and `genres`; `classify` takes `inputs`
    (serialized `tf.Example` with the same two features) and gives `classes` and `scores`; `embed`
    takes what `serving_default` takes and gives `embedding`, a vector for each film. A model of one
    modality has the same signatures and ignores the other input. `tokens` takes the preprocessor's
    tensors, as far as the model reads them (see `keras_genre.features`), and gives what
    `serving_default` gives.

    The model is written beside, loaded again, asked about invented films, compared with the model
    in this process to 1e-5, and only then renamed to the next integer version.

    Args:
        model: A `GenreClassifier`.
        preprocessor: The `MoviePreprocessor` that it was trained with.
        folder: `saved_models/<name>`.
        rule: Calibration and thresholds; by default none, and 0.5 for every genre.
        text: What the model learned to read, `dataset.manifest.text`: "plot" or "plot+tagline".
            The manifest tells it to whoever asks the model.
        about: What else the manifest in `assets.extra/manifest.json` shall say.
        weights: How weights are stored: "float32"; "float16", half the size; or "int8" with a
            scale for each channel, a quarter. They are float32 again once the model is loaded, so
            that a film takes as long as before.
        batch_sizes: For each, a warm-up request of so many invented films, which a server asks
            before it lets others ask: the `allowed_batch_sizes` of its batching file.
        measure: Given the folder of the verified version, before it is published; what it returns
            the manifest tells under "measured".

    Returns:
        The folder of the new version, `<folder>/<integer>`.

    Raises:
        ExportError: If the folder cannot be written, its name is no model's, or the exported
            model answers differently.
        ValueError: If the rule's genres are not the model's, there is no such text or way to
            store weights, or a batch size is none.
    """
    check_batch_sizes(batch_sizes)
    signature_docs = describe_signatures(text, model.input)
    if rule is None:
        rule = DecisionRule.fixed(model.vocabulary)
    if rule.vocabulary != model.vocabulary:
        raise ValueError(
            f"The rule's genres {list(rule.vocabulary)} are not the model's "
            f"{list(model.vocabulary)}."
        )
    folder = Path(folder)
    check_model_folder(folder)
    served = ServedModel(preprocessor, model, GenreDecoder(rule), weights)
    about = {**(about or {}), "weights": weights, "signatures": signature_docs}
    with scratch_folder(folder, ".staging-", ExportError) as staging:
        tf.saved_model.save(served.state, str(staging), signatures=served.signatures())
        if served.weights:
            served.weights.widen()
        write_warm_up(staging, batch_sizes, folder.resolve().name)
        verify(staging, served)
        if measure:
            about["measured"] = measure(staging)
        _write_manifest(staging, rule, {**about, "warm_up": list(batch_sizes)})
        return publish(staging, folder)


def _scores(run: Run) -> dict[str, float | None]:
    """Scores on validation; None for what is undefined: JSON has no NaN."""
    overall = score(run.predict("validation"), run.rule).overall
    return {name: value if math.isfinite(value) else None for name, value in overall.items()}


def _write_manifest(staging: Path, rule: DecisionRule, about: dict) -> None:
    content = {
        "format_version": 1,
        **about,
        "genres": list(rule.vocabulary),
        "rule": rule.to_dict(),
        "versions": {
            name: metadata.version(name) for name in ("keras-genre", "tensorflow", "keras")
        },
    }
    path = staging / MANIFEST
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
