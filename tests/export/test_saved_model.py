import errno
import json
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from keras_genre import features
from keras_genre.errors import ExportError
from keras_genre.export import export_run, export_saved_model
from keras_genre.export.publishing import publish
from keras_genre.genres import GenreVocabulary
from keras_genre.models import GenreClassifier
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.saved_graph import SavedGraph
from keras_genre.scoring import Calibration, DecisionRule
from keras_genre.scoring.calibration_curves import IDENTITY, Curve

_VOCABULARY = GenreVocabulary(["Western", "Comedy", "Drama"])

_CALIBRATION = Calibration(
    _VOCABULARY,
    ["identity", "platt", "isotonic"],
    [IDENTITY, Curve(0.5, -0.2), Curve(1.0, 0.1, (-0.5, 0.0, 0.5), (1.5, -2.0, 0.5))],
    "validation",
)


def make_parts(preset):
    preprocessor = MoviePreprocessor.from_preset(preset)
    preprocessor.adapt(["A duel at noon.", "The duel is off, and nobody laughs."])
    return GenreClassifier.from_preset(preset, _VOCABULARY), preprocessor


@pytest.fixture(scope="module", params=["lstm", "cnn64", "concat_fusion_small"])
def exported(request, tmp_path_factory):
    """Model, preprocessor, rule and the folder of version 1, of plots, of posters and of both."""
    model, preprocessor = make_parts(request.param)
    rule = DecisionRule(
        _VOCABULARY, [0.4, 0.5, 0.6], "per_genre", "validation", calibration=_CALIBRATION
    )
    folder = tmp_path_factory.mktemp("saved_models") / request.param
    return model, preprocessor, rule, export_saved_model(model, preprocessor, folder, rule=rule)


@pytest.fixture(scope="module")
def signatures(exported):
    """The signatures of version 1."""
    *_, folder = exported
    return tf.saved_model.load(str(folder)).signatures


def raw_films(catalog, count=6):
    frame = catalog.frame.head(count)
    posters = [Path(path).read_bytes() if path else b"" for path in frame["poster"]]
    posters[0] = posters[0][: len(posters[0]) // 2]  # truncated: counts as missing
    return [plot.encode() for plot in frame["plot"]], posters


def test_served_model_agrees_with_python(exported, signatures, sample_films):
    model, preprocessor, rule, _ = exported
    plots, posters = raw_films(sample_films[0])
    tensors = preprocessor({features.PLOT: plots, features.POSTER: posters})
    expected = rule.calibrated(tf.sigmoid(model(tensors, training=False)).numpy())
    served = signatures["serving_default"]
    answer = served(plot=tf.constant(plots), poster=tf.constant(posters))
    received = answer[features.PROBABILITIES].numpy()
    np.testing.assert_allclose(received, expected, atol=1e-5)
    np.testing.assert_array_equal(answer[features.SELECTED].numpy(), received > rule.thresholds)
    names = [name.encode() for name in _VOCABULARY]
    assert answer[features.GENRES].numpy().tolist() == [names] * len(plots)


def test_saved_model_holds_each_function_once(exported):
    *_, folder = exported
    content = (folder / "saved_model.pb").read_bytes()
    for name in (b"plots_prepared", b"with_posters", b"predict"):
        assert len(set(re.findall(rb"__inference__?%b_\d+" % name, content))) == 1


def test_served_signatures_are_pinned(signatures):
    assert set(signatures) == {"serving_default", "classify", "tokens", "embed"}
    (_, inputs) = signatures["serving_default"].structured_input_signature
    outputs = signatures["serving_default"].structured_outputs
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in inputs.items()} == {
        "plot": (tf.string, [None]),
        "poster": (tf.string, [None]),
    }
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in outputs.items()} == {
        "probabilities": (tf.float32, [None, 3]),
        "selected": (tf.bool, [None, 3]),
        "genres": (tf.string, [None, 3]),
    }


def test_classify_signature_agrees_with_predict(signatures, sample_films):
    plots, posters = raw_films(sample_films[0])
    examples = []
    for plot, poster in zip(plots, posters, strict=True):
        example = tf.train.Example()
        for name, value in (("plot", plot), ("poster", poster)):
            if value:  # an absent feature is a missing one
                example.features.feature[name].bytes_list.value.append(value)
        examples.append(example.SerializeToString())
    classified = signatures["classify"](inputs=tf.constant(examples))
    predicted = signatures["serving_default"](plot=tf.constant(plots), poster=tf.constant(posters))
    np.testing.assert_allclose(classified["scores"], predicted["probabilities"], atol=1e-6)
    np.testing.assert_array_equal(classified["classes"], predicted["genres"])


def test_tokens_signature_takes_what_the_preprocessor_gives(exported, signatures, sample_films):
    model, preprocessor, *_ = exported
    plots, posters = raw_films(sample_films[0])
    inputs = signatures["tokens"].structured_input_signature[1]
    assert {name: (spec.dtype, spec.shape.as_list()) for name, spec in inputs.items()} == {
        name: (tensor.dtype, list(tensor.shape)) for name, tensor in model.input.items()
    }
    tensors = preprocessor({features.PLOT: plots, features.POSTER: posters})
    from_tensors = signatures["tokens"](**tensors)
    raw = signatures["serving_default"](plot=tf.constant(plots), poster=tf.constant(posters))
    assert set(from_tensors) == set(raw)
    np.testing.assert_allclose(from_tensors["probabilities"], raw["probabilities"], atol=1e-6)


def test_embed_signature_gives_the_embedding_of_the_model(exported, signatures, sample_films):
    model, preprocessor, *_ = exported
    plots, posters = raw_films(sample_films[0])
    embed = signatures["embed"]
    received = embed(plot=tf.constant(plots), poster=tf.constant(posters))
    assert set(received) == {"embedding"}
    expected = model.embedder(preprocessor({features.PLOT: plots, features.POSTER: posters}))
    assert received["embedding"].dtype == tf.float32
    np.testing.assert_allclose(received["embedding"], expected, atol=1e-4)


def test_served_model_answers_where_only_its_graph_is_loaded(exported, signatures, sample_films):
    *_, folder = exported  # as TensorFlow Serving loads it
    plots, posters = raw_films(sample_films[0])
    expected = signatures["serving_default"](plot=tf.constant(plots), poster=tf.constant(posters))
    with SavedGraph(folder) as graph:
        received = graph.ask("serving_default", plot=plots, poster=posters)
    np.testing.assert_allclose(received["probabilities"], expected["probabilities"], atol=1e-5)
    np.testing.assert_array_equal(received["genres"], expected["genres"])


def test_served_model_has_no_compiled_function(exported):
    *_, folder = exported
    graph = (folder / "saved_model.pb").read_bytes()
    assert b"serving_default" in graph
    assert b"_XlaMustCompile" not in graph


def test_served_model_answers_in_a_process_without_keras_genre(exported_model):
    code = (
        "import sys, tensorflow as tf\n"
        f"served = tf.saved_model.load({str(exported_model)!r}).signatures['serving_default']\n"
        "answer = served(plot=tf.constant(['A duel at noon.', '']),"
        " poster=tf.constant(['', '?']))\n"
        "assert not [name for name in sys.modules if name.startswith('keras_genre')]\n"
        "print(answer['probabilities'].numpy().tolist())"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    here = tf.saved_model.load(str(exported_model)).signatures["serving_default"](
        plot=tf.constant(["A duel at noon.", ""]), poster=tf.constant(["", "?"])
    )
    np.testing.assert_allclose(json.loads(shown.stdout), here["probabilities"], atol=1e-6)


def test_exported_model_leaves_the_optimizer_behind(tiny_run, tmp_path):
    folder = export_run(tiny_run, tmp_path)
    saved = tf.train.list_variables(str(folder / "variables" / "variables"))
    sizes = {name: int(np.prod(shape)) for name, shape in saved}
    assert [name for name in sizes if "optimizer" in name] == []
    parameters = tiny_run.model.count_params()
    assert parameters <= sum(sizes.values()) <= parameters * 1.01 + 100


@pytest.mark.parametrize("name", ["1", "12", ".hidden"])
def test_export_under_a_name_that_no_server_finds_is_refused(tmp_path, name):
    model, preprocessor = make_parts("lstm")
    with pytest.raises(ExportError, match="cannot be named"):
        export_saved_model(model, preprocessor, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_publishing_at_once_gives_each_its_own_version(tmp_path):
    stagings = [tmp_path / f".staging-{number}" for number in range(8)]
    for staging in stagings:
        staging.mkdir()
        (staging / "saved_model.pb").write_text(staging.name)
    with ThreadPoolExecutor(8) as threads:
        published = list(threads.map(lambda staging: publish(staging, tmp_path), stagings))
    assert sorted(path.name for path in published) == [str(number) for number in range(1, 9)]
    for staging, path in zip(stagings, published, strict=True):
        assert (path / "saved_model.pb").read_text() == staging.name


def test_second_export_becomes_the_next_version(tmp_path):
    model, preprocessor = make_parts("lstm")
    (tmp_path / "m" / "7").mkdir(parents=True)
    (tmp_path / "m" / "not-a-version").mkdir()
    assert export_saved_model(model, preprocessor, tmp_path / "m").name == "8"
    assert export_saved_model(model, preprocessor, tmp_path / "m").name == "9"


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ExportError),
        (ValueError("the layer broke"), ValueError),
    ],
)
def test_export_that_fails_leaves_no_version(tmp_path, monkeypatch, error, raised):
    model, preprocessor = make_parts("lstm")

    def half_save(module, folder, signatures):
        (tmp_path / "m").joinpath(folder, "saved_model.pb").write_bytes(b"half")
        raise error

    monkeypatch.setattr(tf.saved_model, "save", half_save)
    with pytest.raises(raised, match=r"No space left|the layer broke"):
        export_saved_model(model, preprocessor, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []


def test_export_whose_copy_answers_otherwise_is_not_published(tmp_path, monkeypatch):
    model, preprocessor = make_parts("lstm")
    other, _ = make_parts("lstm")
    other.fusion_head.logits.bias.assign([9.0, 9.0, 9.0])
    wrong = export_saved_model(other, preprocessor, tmp_path / "other")
    save = tf.saved_model.save

    def save_another(module, folder, signatures):
        save(module, folder, signatures=signatures)
        shutil.rmtree(folder)
        shutil.copytree(wrong, folder)

    monkeypatch.setattr(tf.saved_model, "save", save_another)
    with pytest.raises(ExportError, match="differ"):
        export_saved_model(model, preprocessor, tmp_path / "m")
    assert not (tmp_path / "m").exists()


def test_export_with_rule_of_other_genres_is_refused(tmp_path):
    model, preprocessor = make_parts("lstm")
    rule = DecisionRule.fixed(GenreVocabulary(["Drama", "Comedy", "Western"]))
    with pytest.raises(ValueError, match="not the model's"):
        export_saved_model(model, preprocessor, tmp_path / "m", rule=rule)
    assert not (tmp_path / "m").exists()


def test_exported_run_tells_where_it_comes_from(tiny_run, tmp_path):
    folder = export_run(tiny_run, tmp_path)
    assert folder == tmp_path / tiny_run.name / "1"
    manifest = json.loads((folder / "assets.extra" / "manifest.json").read_text())
    assert manifest["recipe"]["preset"] == "lstm"
    assert manifest["data_hash"] == tiny_run.data_hash
    assert manifest["genres"] == list(tiny_run.dataset.vocabulary)
    assert manifest["rule"] == tiny_run.rule.to_dict()


def test_mixed_precision_model_serves_what_python_says(tmp_path):
    _, preprocessor = make_parts("concat_fusion_small")
    model = GenreClassifier.from_preset("concat_fusion_small", _VOCABULARY, dtype="mixed_float16")
    folder = export_saved_model(model, preprocessor, tmp_path / "m")  # verifies to 1e-5
    served = tf.saved_model.load(str(folder)).signatures["serving_default"]
    assert served.structured_outputs["probabilities"].dtype == tf.float32
