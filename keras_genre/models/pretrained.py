"""Where pretrained weights come from.

| `weights=`                                   | what it is                                       |
|----------------------------------------------|--------------------------------------------------|
| `None`                                       | random weights                                   |
| `"hf://sentence-transformers/all-MiniLM-..."`| a Hugging Face model, downloaded once            |
| `"kaggle://keras/bert/keras/bert_base_..."`  | a Kaggle model, downloaded once                  |
| a folder                                     | a saved KerasHub preset, or a Hugging Face model |
| a file ending in `.h5`                       | the network's weights as Keras saves them        |

The architecture is the encoder's own: weights of another one are refused, and nothing is loaded
in part.
"""

import json
import os
import struct
import warnings
from pathlib import Path

import keras

from keras_genre.errors import WeightsError

__all__ = ["load_pretrained", "read_backbone", "take_weights"]

_HANDLES = ("hf://", "kaggle://")
# What may differ between the encoder and the source without a weight changing its meaning.
_FREE = {
    "name",
    "trainable",
    "dtype",
    "dropout",
    "dropout_rate",
    "attention_dropout",
    "layer_norm_epsilon",
    "image_shape",
    "data_format",
}


def load_pretrained(network: keras.Model, source: str | Path) -> None:
    """Replace all weights of a network by pretrained ones.

    Args:
        network: A backbone of KerasHub, or a model of `keras.applications`, which only reads
            files.
        source: See the table above.

    Raises:
        ValueError: If the network cannot be loaded from such a source.
        WeightsError: If the weights are missing, cannot be had without a network connection, are
            damaged, or do not fit.
    """
    source = os.fspath(source)
    if source.endswith(".h5"):
        _load_file(network, source)
        return
    if not hasattr(network, "from_preset"):
        raise ValueError(
            f"Expected the weights of {network.name} as a file ending in .h5, received {source!r}."
        )
    take_weights(network, read_backbone(type(network), source), source)


def read_backbone(backbone_class: type, source: str | Path) -> keras.Model:
    """Make a backbone of KerasHub with pretrained weights.

    Args:
        backbone_class: What is expected there.
        source: A folder or a handle: see the table above.

    Raises:
        WeightsError: As `load_pretrained`.
    """
    source = os.fspath(source)
    if not source.startswith(_HANDLES):
        _check_folder(source)
    return _from_preset(backbone_class, source)


def take_weights(network: keras.Layer, theirs: keras.Layer, source: str | Path) -> None:
    """Replace all weights of a network, or of a layer, by those of another like it.

    Args:
        network: The one to be changed.
        theirs: Where its weights come from.
        source: Where those come from, for messages.

    Raises:
        WeightsError: If the weights do not fit.
    """
    source = os.fspath(source)
    _check_architecture(network, theirs, source)
    for ours, their in zip(network.weights, theirs.weights, strict=True):
        if ours.shape != their.shape:
            raise WeightsError(
                f"The weights {source!r} do not fit: {their.path} has the shape {their.shape}, "
                f"expected {ours.shape}. Choose the options of the encoder that suit them."
            )
    network.set_weights(theirs.get_weights())


def _load_file(network, path):
    if not os.path.isfile(path):
        raise WeightsError(f"There is no weights file {path!r}. {_WITHOUT}")
    before = network.get_weights()
    try:
        # Keras merely warns where it skips what the file lacks.
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)
            network.load_weights(path)
    except Exception as error:  # of h5py, Keras and NumPy alike
        network.set_weights(before)
        raise WeightsError(
            f"The weights file {path!r} is damaged or of another architecture than {network.name}, "
            f"which has {network.count_params():,} weights: {_first_line(error)} {_WITHOUT}"
        ) from error


def _from_preset(backbone_class, source):
    try:
        return backbone_class.from_preset(source, dtype="float32")
    except Exception as error:  # KerasHub, its hubs and readers have no common error
        if isinstance(error, ImportError) or "requires the safetensors" in str(error):
            hint = "Run pip install safetensors: KerasHub reads such weights with it."
        elif source.startswith(_HANDLES):
            hint = (
                "If this machine has no network connection, download the model's files elsewhere "
                "into one folder (config.json, the weights and the vocabulary), copy it here and "
                f"give weights='path/of/that/folder'. {_WITHOUT}"
            )
        else:
            hint = f"Expected a {backbone_class.__name__} of KerasHub or its like. {_WITHOUT}"
        raise WeightsError(
            f"The weights {source!r} could not be loaded as a {backbone_class.__name__}: "
            f"{_first_line(error)} {hint}"
        ) from error


def _check_architecture(network, theirs, source):
    ours, theirs = network.get_config(), theirs.get_config()
    differences = [
        f"{name} is {theirs.get(name)} there and {ours[name]} here"
        for name in sorted(ours.keys() - _FREE)
        if _plain(ours[name]) != _plain(theirs.get(name))
    ]
    if differences:
        raise WeightsError(
            f"The weights {source!r} are of another architecture than the encoder: "
            f"{'; '.join(differences)}. Choose the options of the encoder that suit the weights, "
            "or other weights."
        )


def _check_folder(folder):
    """Refuse a folder that is missing something, or holds half a download, before it is read."""
    if not os.path.isdir(folder):
        raise WeightsError(
            f"There is no weights folder {folder!r}. Expected a folder, a file ending in .h5, or a "
            f"handle beginning with {' or '.join(_HANDLES)}. {_WITHOUT}"
        )
    config_path = os.path.join(folder, "config.json")
    try:
        config = json.loads(Path(config_path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsError(f"The weights folder {folder!r} has no config.json.") from error
    except ValueError as error:
        raise WeightsError(
            f"The file {config_path!r} is no JSON: {error}. Download it again."
        ) from error
    names = os.listdir(folder)
    if "registered_name" in config:
        expected, ending = "model.weights.h5", ".weights.h5"
    else:
        expected, ending = "model.safetensors", ".safetensors"
    files = [name for name in sorted(names) if name.endswith(ending)]
    if not files:
        raise WeightsError(
            f"The weights folder {folder!r} has no {expected}, only {', '.join(sorted(names))}. "
            "Download the rest."
        )
    for name in files:
        check = _check_safetensors if ending == ".safetensors" else _check_hdf5
        check(os.path.join(folder, name))


def _check_safetensors(path):
    # Eight bytes of length, a JSON header of that length, and the numbers that it describes.
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else size
        expected = 8 + length
        if expected <= size:
            try:
                header = json.loads(file.read(length))
                ends = [
                    entry["data_offsets"][1]
                    for name, entry in header.items()
                    if name != "__metadata__"
                ]
            except (ValueError, AttributeError, KeyError, TypeError, IndexError) as error:
                raise WeightsError(
                    f"The file {path!r} is no safetensors file. Download it again."
                ) from error
            expected += max(ends, default=0)
    if size != expected:
        raise WeightsError(
            f"The file {path!r} is half a download: it has {size:,} bytes, expected "
            f"{expected:,}. Download it again."
        )


def _check_hdf5(path):
    import h5py

    try:
        h5py.File(path).close()
    except OSError as error:
        raise WeightsError(
            f"The file {path!r} is damaged or half a download: {_first_line(error)} Download it "
            "again."
        ) from error


def _plain(value):
    return list(value) if isinstance(value, (list, tuple)) else value


def _first_line(error):
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".") + "."


_WITHOUT = (
    'Give weights=None to train from random weights (for a preset, text_weights="random" or '
    'poster_weights="random").'
)
