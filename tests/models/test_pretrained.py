import json
import struct

import h5py
import keras
import keras_hub
import numpy as np
import pytest

from keras_genre.errors import WeightsError
from keras_genre.models.poster_encoders import MobileNetPosterEncoder, ResNetPosterEncoder
from keras_genre.models.pretrained import load_pretrained
from keras_genre.models.text_encoders import BertTextEncoder, DistilBertTextEncoder

TINY = {
    "vocabulary_size": 12,
    "hidden_dim": 4,
    "num_layers": 1,
    "num_heads": 2,
    "intermediate_dim": 6,
    "max_sequence_length": 8,
}
IDS = np.array([[3, 4, 5], [6, 0, 0]], "int32")


def tiny_bert(**options):
    return BertTextEncoder(**{**TINY, **options})


@pytest.fixture(scope="module")
def preset_folder(tmp_path_factory):
    """A KerasHub preset folder, and the backbone it was saved from."""
    keras.utils.set_random_seed(7)
    folder = tmp_path_factory.mktemp("weights") / "preset"
    backbone = keras_hub.models.BertBackbone(**TINY)
    backbone.save_to_preset(str(folder))
    return folder, backbone


def write_safetensors(path, tensors):
    header, offset = {}, 0
    for name, array in tensors.items():
        end = offset + array.nbytes
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [offset, end]}
        offset = end
    start = json.dumps(header).encode()
    start += b" " * (-len(start) % 8)
    path.write_bytes(
        struct.pack("<Q", len(start)) + start + b"".join(a.tobytes() for a in tensors.values())
    )


def hugging_face_tensors():
    """Random weights of TINY under the names that Hugging Face gives them."""
    rng = np.random.default_rng(0)
    width, inner = TINY["hidden_dim"], TINY["intermediate_dim"]
    layer = "encoder.layer.0."
    shapes = {
        "embeddings.word_embeddings.weight": (TINY["vocabulary_size"], width),
        "embeddings.position_embeddings.weight": (TINY["max_sequence_length"], width),
        "embeddings.token_type_embeddings.weight": (2, width),
        layer + "intermediate.dense.weight": (inner, width),
        layer + "intermediate.dense.bias": (inner,),
        layer + "output.dense.weight": (width, inner),
        layer + "output.dense.bias": (width,),
        "pooler.dense.weight": (width, width),
        "pooler.dense.bias": (width,),
    }
    for part in ("self.query", "self.key", "self.value", "output.dense"):
        shapes[f"{layer}attention.{part}.weight"] = (width, width)
        shapes[f"{layer}attention.{part}.bias"] = (width,)
    for norm in ("embeddings", layer + "attention.output", layer + "output"):
        shapes[f"{norm}.LayerNorm.weight"] = shapes[f"{norm}.LayerNorm.bias"] = (width,)
    return {name: rng.normal(size=shape).astype("float32") for name, shape in shapes.items()}


@pytest.fixture
def hugging_face_folder(tmp_path):
    folder = tmp_path / "hugging_face"
    folder.mkdir()
    config = {
        "model_type": "bert",
        "vocab_size": TINY["vocabulary_size"],
        "num_hidden_layers": TINY["num_layers"],
        "num_attention_heads": TINY["num_heads"],
        "hidden_size": TINY["hidden_dim"],
        "intermediate_size": TINY["intermediate_dim"],
        "max_position_embeddings": TINY["max_sequence_length"],
    }
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "vocab.txt").write_text("[PAD]\n[UNK]\n", encoding="utf-8")
    write_safetensors(folder / "model.safetensors", hugging_face_tensors())
    return folder


# === What is loaded ===


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_weights_of_a_preset_folder_are_the_encoder_s(preset_folder, dtype):
    folder, backbone = preset_folder
    encoder = tiny_bert(weights=folder, dtype=dtype)
    inputs = {"token_ids": IDS, "segment_ids": np.zeros_like(IDS), "padding_mask": IDS != 0}
    expected = backbone(inputs)["sequence_output"]
    tokens = keras.ops.cast(encoder(IDS)["tokens"], "float32")
    atol = 1e-5 if dtype == "float32" else 0.1
    np.testing.assert_allclose(tokens[0], expected[0], atol=atol)
    np.testing.assert_allclose(tokens[1, 0], expected[1, 0], atol=atol)


def test_weights_of_a_hugging_face_folder_are_the_encoder_s(hugging_face_folder):
    pytest.importorskip("safetensors")
    encoder = tiny_bert(weights=str(hugging_face_folder))
    tensors = hugging_face_tensors()
    words = tensors["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(encoder.network.get_layer("token_embedding").embeddings, words)
    dense = encoder.network.get_layer("transformer_layer_0")._feedforward_output_dense
    np.testing.assert_array_equal(
        dense.kernel, tensors["encoder.layer.0.output.dense.weight"].transpose()
    )
    assert np.isfinite(encoder(IDS)["vector"]).all()


def test_saved_model_loads_after_the_source_of_its_weights_is_gone(preset_folder, tmp_path):
    _, backbone = preset_folder
    moved = tmp_path / "moved"
    backbone.save_to_preset(str(moved))
    encoder = tiny_bert(weights=moved, freeze="all")
    assert "weights" not in encoder.get_config()
    ids = keras.Input((None,), dtype="int32")
    model = keras.Model(ids, encoder(ids)["vector"])
    model.save(tmp_path / "model.keras")
    for file in moved.iterdir():
        file.unlink()
    loaded = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded(IDS), model(IDS))
    assert loaded.trainable_weights == []


def test_weights_of_an_h5_file_are_the_network_s(tmp_path):
    network = keras.applications.MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None)
    network.save_weights(tmp_path / "mobilenet.weights.h5")
    encoder = MobileNetPosterEncoder(32, alpha=0.25, weights=tmp_path / "mobilenet.weights.h5")
    for ours, theirs in zip(encoder.network.weights, network.weights, strict=True):
        np.testing.assert_array_equal(ours, theirs, err_msg=ours.path)


def test_weights_of_a_network_for_another_image_size_fit(tmp_path):
    options = {"stackwise_num_filters": (64, 8), "stackwise_num_blocks": (1, 1)}
    ResNetPosterEncoder(64, **options).network.save_to_preset(str(tmp_path / "resnet"))
    encoder = ResNetPosterEncoder(32, weights=tmp_path / "resnet", **options)
    assert encoder(np.zeros((1, 32, 32, 3), "uint8"))["tokens"].shape == (1, 16, 8)


# === What is refused ===


def test_weights_missing_folder_or_file_named_with_the_way_out(tmp_path):
    for name in ("gone", "gone.h5"):
        with pytest.raises(WeightsError, match=rf"There is no weights f.*{name}'.*weights=None"):
            tiny_bert(weights=tmp_path / name)


@pytest.mark.parametrize(
    ("handle", "download"),
    [
        ("hf://sentence-transformers/all-MiniLM-L6-v2", "huggingface_hub.hf_hub_download"),
        ("kaggle://keras/bert/keras/bert_tiny_en_uncased", "kagglehub.model_download"),
    ],
)
def test_weights_handle_without_network_names_it_and_the_folder(monkeypatch, handle, download):
    def refuse(*arguments, **options):
        raise OSError("Name or service not known")

    monkeypatch.setattr(download, refuse)
    with pytest.raises(WeightsError, match="service not known") as error:
        tiny_bert(weights=handle)
    assert handle in str(error.value)
    assert "weights='path/of/that/folder'" in str(error.value)
    assert "weights=None" in str(error.value)


def test_weights_of_another_architecture_refused(preset_folder):
    with pytest.raises(WeightsError, match="could not be loaded as a DistilBertBackbone"):
        DistilBertTextEncoder(**TINY, weights=preset_folder[0])


def test_weights_of_another_width_names_every_difference(preset_folder):
    with pytest.raises(
        WeightsError, match=r"hidden_dim is 4 there and 6 here; num_heads is 2 there and 3 here"
    ):
        tiny_bert(weights=preset_folder[0], hidden_dim=6, num_heads=3)


def test_weights_h5_of_another_width_refused(tmp_path):
    network = keras.applications.MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None)
    network.save_weights(tmp_path / "narrow.weights.h5")
    with pytest.raises(WeightsError, match=r"narrow\.weights\.h5' is damaged or of another"):
        MobileNetPosterEncoder(32, alpha=0.5, weights=tmp_path / "narrow.weights.h5")


def test_weights_h5_without_one_layer_refused_and_nothing_loaded_in_part(tmp_path):
    network = keras.Sequential([keras.Input((3,)), keras.layers.Dense(4), keras.layers.Dense(2)])
    path = tmp_path / "part.weights.h5"
    network.save_weights(path)
    with h5py.File(path, "r+") as file:
        last = file["layers/dense_1/vars"]
        for name in list(last):
            del last[name]
    before = [weight + 1.0 for weight in network.get_weights()]
    network.set_weights(before)
    with pytest.raises(WeightsError, match=r"part\.weights\.h5' is damaged or of another"):
        load_pretrained(network, path)
    for now, then in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("num_bytes", [0, 5, 100, -1])
def test_weights_half_a_safetensors_file_refused(hugging_face_folder, num_bytes):
    path = hugging_face_folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:num_bytes])
    with pytest.raises(WeightsError, match=r"model\.safetensors' is half a download: it has"):
        tiny_bert(weights=hugging_face_folder)


def test_weights_safetensors_file_of_something_else_refused(hugging_face_folder):
    path = hugging_face_folder / "model.safetensors"
    path.write_bytes(struct.pack("<Q", 4) + b"[[]]" + bytes(100))
    with pytest.raises(WeightsError, match="is no safetensors file"):
        tiny_bert(weights=hugging_face_folder)


def test_weights_hugging_face_folder_without_a_tensor_refused(hugging_face_folder):
    pytest.importorskip("safetensors")
    tensors = hugging_face_tensors()
    del tensors["pooler.dense.bias"]
    write_safetensors(hugging_face_folder / "model.safetensors", tensors)
    with pytest.raises(WeightsError, match=r"pooler\.dense\.bias"):
        tiny_bert(weights=hugging_face_folder)


def test_weights_half_a_preset_file_refused(preset_folder, tmp_path):
    preset_folder[1].save_to_preset(str(tmp_path / "half"))
    path = tmp_path / "half" / "model.weights.h5"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(WeightsError, match=r"model\.weights\.h5' is damaged or half a download"):
        tiny_bert(weights=tmp_path / "half")


@pytest.mark.parametrize(
    ("name", "message"),
    [("config.json", "has no config.json"), ("model.safetensors", "has no model.safetensors")],
)
def test_weights_folder_without_a_file_names_it(hugging_face_folder, name, message):
    (hugging_face_folder / name).unlink()
    with pytest.raises(WeightsError, match=message):
        tiny_bert(weights=hugging_face_folder)


def test_weights_config_that_is_no_json_names_it(hugging_face_folder):
    (hugging_face_folder / "config.json").write_text('{"model_type": ', encoding="utf-8")
    with pytest.raises(WeightsError, match=r"config\.json' is no JSON"):
        tiny_bert(weights=hugging_face_folder)


@pytest.mark.parametrize("num_bytes", [0, 100, -100])
def test_weights_half_an_h5_file_refused(tmp_path, num_bytes):
    network = keras.applications.MobileNet((32, 32, 3), alpha=0.25, include_top=False, weights=None)
    path = tmp_path / "half.weights.h5"
    network.save_weights(path)
    path.write_bytes(path.read_bytes()[:num_bytes])
    with pytest.raises(WeightsError, match=r"half\.weights\.h5' is damaged"):
        load_pretrained(network, path)


def test_weights_empty_h5_file_refused(tmp_path):
    h5py.File(tmp_path / "empty.weights.h5", "w").close()
    with pytest.raises(WeightsError, match=r"empty\.weights\.h5' is damaged or of another"):
        MobileNetPosterEncoder(32, alpha=0.25, weights=tmp_path / "empty.weights.h5")


def test_weights_handle_for_a_network_of_keras_applications_refused():
    with pytest.raises(ValueError, match=r"as a file ending in \.h5, received 'hf://timm/mobi"):
        MobileNetPosterEncoder(32, alpha=0.25, weights="hf://timm/mobilenetv1_100.ra4_e3600_r224")
