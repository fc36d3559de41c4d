import json

import keras
import keras_hub
import numpy as np
import pytest
from test_clip_encoders import IDS, IMAGES, TEXT, VISION, as_one, poster_encoder, text_encoder
from test_pretrained import write_safetensors

from keras_genre.errors import WeightsError
from keras_genre.models.poster_encoders import CLIPPosterEncoder
from keras_genre.models.text_encoders import CLIPTextEncoder


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A CLIP that KerasHub saved, and the encoders that are its halves."""
    folder = tmp_path_factory.mktemp("weights") / "clip"
    text, poster = text_encoder(), poster_encoder()
    for encoder in (text, poster):  # none as it began
        encoder.set_weights(
            [w + w.dtype.type(w.dtype.kind == "f") / 8 for w in encoder.get_weights()]
        )
    as_one(text, poster).save_to_preset(str(folder))
    return folder, text, poster


def other_text(**options):
    options = {"vocabulary_size": 13, "max_sequence_length": 9, "projection_dim": 4, **options}
    return CLIPTextEncoder(**{**TEXT, **options})


def other_poster(image_size=32, **options):
    return CLIPPosterEncoder(image_size, **{**VISION, "projection_dim": 4, **options})


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_weights_of_a_folder_are_those_of_both_encoders(clip_folder, dtype):
    folder, text, poster = clip_folder
    ours = other_text(weights=folder, dtype=dtype), other_poster(weights=str(folder), dtype=dtype)
    for encoder, expected, inputs in zip(ours, (text, poster), (IDS, IMAGES), strict=True):
        assert "weights" not in encoder.get_config()
        vector = keras.ops.cast(encoder(inputs)["vector"], "float32")
        scale = abs(np.asarray(expected(inputs)["vector"])).max()
        atol = (1e-6 if dtype == "float32" else 0.05) * scale
        np.testing.assert_allclose(vector, expected(inputs)["vector"], atol=atol)


def test_weights_that_are_frozen_are_the_loaded_ones(clip_folder):
    folder, text, poster = clip_folder
    for encoder, expected in (
        (other_text(weights=folder, freeze="all"), text),
        (other_poster(weights=folder, freeze="all"), poster),
    ):
        assert encoder.trainable_weights == []
        for ours, theirs in zip(encoder.get_weights(), expected.get_weights(), strict=True):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(
    ("make", "options", "message"),
    [
        (other_text, {"hidden_dim": 8}, "embedding_dim is 6 there and 8 here; hidden_dim is 6"),
        (other_text, {"vocabulary_size": 12}, "vocabulary_size is 12 there and 11 here"),
        (other_text, {"projection_dim": 5}, "projection_dim is 4 there and 5 here"),
        (other_poster, {"num_layers": 1}, "num_layers is 2 there and 1 here"),
        (other_poster, {"projection_dim": 5}, "projection_dim is 4 there and 5 here"),
        (
            other_poster,
            {"image_size": 16},
            r"position_ids has the shape \(1, 17\), expected \(1, 5\)",
        ),
    ],
)
def test_weights_of_another_architecture_name_the_difference(clip_folder, make, options, message):
    with pytest.raises(WeightsError, match=message):
        make(weights=clip_folder[0], **options)


@pytest.mark.parametrize("make", [other_text, other_poster])
def test_weights_of_another_network_are_refused(tmp_path, make):
    keras_hub.models.BertBackbone(12, 1, 2, 4, 6).save_to_preset(str(tmp_path / "bert"))
    with pytest.raises(WeightsError, match="could not be loaded as a CLIPBackbone"):
        make(weights=tmp_path / "bert")


@pytest.mark.parametrize("make", [other_text, other_poster])
def test_weights_that_are_missing_or_half_there_are_refused(clip_folder, tmp_path, make):
    with pytest.raises(WeightsError, match=r"There is no weights folder '.*gone'"):
        make(weights=tmp_path / "gone")
    _, text, poster = clip_folder
    as_one(text, poster).save_to_preset(str(tmp_path / "half"))
    path = tmp_path / "half" / "model.weights.h5"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match=r"model\.weights\.h5' is damaged or half a download"):
        make(weights=tmp_path / "half")


@pytest.mark.parametrize("make", [other_text, other_poster])
def test_weights_as_hugging_face_stores_them_name_those_that_can_be_read(tmp_path, make):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "clip"}), encoding="utf-8")
    write_safetensors(tmp_path / "model.safetensors", {"logit_scale": np.zeros(1, "float32")})
    with pytest.raises(WeightsError, match=r"KerasHub cannot read such a CLIP.*weights='kaggle://"):
        make(weights=tmp_path)


@pytest.mark.parametrize("make", [other_text, other_poster])
def test_weights_in_a_single_file_are_refused(make):
    with pytest.raises(
        ValueError, match=r"as a folder or a handle, .* received 'clip\.weights\.h5'"
    ):
        make(weights="clip.weights.h5")


def test_weights_handle_without_network_names_it(monkeypatch):
    def refuse(*arguments, **options):
        raise OSError("Name or service not known")

    monkeypatch.setattr("kagglehub.model_download", refuse)
    with pytest.raises(
        WeightsError, match=r"keras/clip/keras/some.*service not known.*that/folder"
    ):
        other_text(weights="kaggle://keras/clip/keras/some")
