"""Exporting a classifier with everything around it as one SavedModel."""

import json
from importlib import metadata
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from keras_genre import features
from keras_genre.errors import ExportError
from keras_genre.export.genre_decoder import GenreDecoder
from keras_genre.export.publishing import check_model_folder, publish
from keras_genre.export.signature_docs import describe_signatures
from keras_genre.runs import Run
from keras_genre.scoring import DecisionRule
from keras_genre.staging import scratch_folder

_TOLERANCE = 1e-5
MANIFEST = Path("assets.extra") / "manifest.json"


def export_run(run: Run, folder: str | Path = "saved_models") -> Path:
    """Export a run as the next version of `<folder>/<name of the run>`.

    Returns:
        The folder of the new version.

    Raises:
        ExportError: If the folder cannot be written, or the exported model answers differently.
    """
    about = {
        "run": run.name,
        "recipe": json.loads(run.recipe.to_json()),
        "data_hash": run.data_hash,
    }
    return export_saved_model(
        run.model,
        run.preprocessor,
        Path(folder) / run.name,
        rule=run.rule,
        text=run.text,
        about=about,
    )


def export_saved_model(
    model: keras.Model,
    preprocessor: keras.layers.Layer,
    folder: str | Path,
    rule: DecisionRule | None = None,
    text: str = "plot",
    about: dict | None = None,
) -> Path:
    """Export preprocessor, model and decision rule as one SavedModel for TensorFlow Serving.

    Signatures: `serving_default` takes `plot` and `poster` (strings of shape `(batch,)`; empty =
    missing) and gives `probabilities`, `selected` and `genres`; `classify` takes `inputs`
    (serialized `tf.Example` with the same two features) and gives `classes` and `scores`. A model
    of one modality has the same signatures and ignores the other input.

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

    Returns:
        The folder of the new version, `<folder>/<integer>`.

    Raises:
        ExportError: If the folder cannot be written, its name is no model's, or the exported
            model answers differently.
        ValueError: If the rule's genres are not the model's, or there is no such text.
    """
    signature_docs = describe_signatures(text)
    if rule is None:
        rule = DecisionRule.fixed(model.vocabulary)
    if rule.vocabulary != model.vocabulary:
        raise ValueError(
            f"The rule's genres {list(rule.vocabulary)} are not the model's "
            f"{list(model.vocabulary)}."
        )
    folder = Path(folder)
    check_model_folder(folder)
    # The same layers without what training added: an optimizer is twice the size of its model.
    inference = keras.Model(model.input, model.output)
    served = ServedModel(preprocessor, inference, GenreDecoder(rule))
    with scratch_folder(folder, ".staging-", ExportError) as staging:
        tf.saved_model.save(served, str(staging), signatures=served.signatures())
        _write_manifest(staging, rule, {**(about or {}), "signatures": signature_docs})
        _verify(staging, served)
        return publish(staging, folder)


class ServedModel(tf.Module):
    """Preprocessor, classifier and decoder in a row: raw films in, genres out."""

    def __init__(self, preprocessor, model, decoder):
        super().__init__()
        self.preprocessor = preprocessor
        self.model = model
        self.decoder = decoder

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name=features.PLOT),
            tf.TensorSpec([None], tf.string, name=features.POSTER),
        ],
        autograph=False,
    )
    def predict(self, plot, poster):
        """Genres of a batch of films: `serving_default`."""
        tensors = self.preprocessor({features.PLOT: plot, features.POSTER: poster})
        logits = self.model(tensors, training=False)
        return self.decoder(
            logits, tensors.get(features.HAS_PLOT), tensors.get(features.HAS_POSTER)
        )

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="inputs")], autograph=False)
    def classify(self, inputs):
        """The same from serialized examples: `classify`."""
        schema = {
            name: tf.io.FixedLenFeature([], tf.string, default_value="")
            for name in (features.PLOT, features.POSTER)
        }
        films = tf.io.parse_example(inputs, schema)
        answer = self.predict(films[features.PLOT], films[features.POSTER])
        return {"classes": answer[features.GENRES], "scores": answer[features.PROBABILITIES]}

    def signatures(self) -> dict:
        """The signatures by name; names of inputs and outputs are pinned by their functions."""
        return {
            "serving_default": self.predict.get_concrete_function(),
            "classify": self.classify.get_concrete_function(),
        }


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


def _verify(staging: Path, served: ServedModel) -> None:
    """Load what was written and ask it what the model in this process is asked."""
    plots = tf.constant(["A lighthouse keeper teaches a gull to waltz.", "", "?"])
    picture = tf.cast(tf.random.stateless_uniform((96, 64, 3), (1, 2), 0, 255, tf.int32), tf.uint8)
    posters = tf.stack([tf.io.encode_jpeg(picture), tf.constant(b""), tf.constant(b"no picture")])
    expected = served.predict(plots, posters)
    try:
        loaded = tf.saved_model.load(str(staging))
        received = loaded.signatures["serving_default"](plot=plots, poster=posters)
    except Exception as cause:
        raise ExportError(f"The exported model does not load and predict: {cause}") from cause
    gap = np.abs(expected[features.PROBABILITIES] - received[features.PROBABILITIES]).max()
    if not gap <= _TOLERANCE:
        raise ExportError(
            f"The exported model's probabilities differ by {gap:.2g} from the model's own; "
            f"expected at most {_TOLERANCE:g}."
        )
    # Its own probabilities decide what it must select: a rounding error may lie at a threshold.
    tensors = served.preprocessor({features.PLOT: plots, features.POSTER: posters})
    present = [tensors.get(name) for name in (features.HAS_PLOT, features.HAS_POSTER)]
    selected = served.decoder.rule.select_calibrated(
        received[features.PROBABILITIES], *(has if has is None else has.numpy() for has in present)
    )
    for name, right in (
        (features.SELECTED, selected),
        (features.GENRES, expected[features.GENRES]),
    ):
        if not np.array_equal(right, received[name]):
            raise ExportError(f"The exported model gives other {name!r} than the model itself.")
