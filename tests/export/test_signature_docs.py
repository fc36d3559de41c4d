import json
import shutil

import pytest

from keras_genre.export import export_run
from keras_genre.export.signature_docs import describe_signatures
from keras_genre.features import TEXTS
from keras_genre.runs import Run


@pytest.mark.parametrize("text", TEXTS)
def test_describe_signatures_names_what_the_exported_signatures_have(exported_model, text):
    import tensorflow as tf

    signatures = tf.saved_model.load(str(exported_model)).signatures
    tensors = signatures["tokens"].structured_input_signature[1]
    described = describe_signatures(text, tensors)
    assert described.keys() == set(signatures)
    for name, signature in signatures.items():
        assert described[name]["inputs"].keys() == signature.structured_input_signature[1].keys()
        assert described[name]["outputs"].keys() == signature.structured_outputs.keys()


def test_describe_signatures_of_plot_and_tagline_says_how_they_are_joined():
    docs = describe_signatures("plot+tagline", [])
    for line in (
        docs["serving_default"]["inputs"]["plot"],
        docs["classify"]["inputs"]["inputs"],
    ):
        assert "its plot, a newline, its tagline" in line
    assert "tagline" not in str(describe_signatures("plot", []))


def test_describe_signatures_of_an_unknown_text_is_refused():
    with pytest.raises(ValueError, match="received 'tagline'"):
        describe_signatures("tagline", [])


def test_export_run_repeats_the_text_of_its_records(tiny_run, tmp_path):
    folder = tmp_path / "reader_of_taglines"
    shutil.copytree(tiny_run.folder, folder)
    data = json.loads((folder / "data.json").read_text())
    assert data["text"] == tiny_run.text == "plot"
    (folder / "data.json").write_text(json.dumps({**data, "text": "plot+tagline"}))

    version = export_run(Run(folder), tmp_path / "saved_models")
    manifest = json.loads((version / "assets.extra" / "manifest.json").read_text())
    assert manifest["signatures"] == describe_signatures("plot+tagline", tiny_run.model.input)
