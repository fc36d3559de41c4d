"""The two halves of a pretrained CLIP."""

import os
from pathlib import Path

import keras

from keras_genre.errors import WeightsError
from keras_genre.models.pretrained import read_backbone, take_weights

_EXAMPLE = "kaggle://keras/clip/keras/clip_vit_base_patch32/3"


def load_clip_half(
    half: str, network: keras.Model, projection: keras.layers.Layer, source: str | Path
) -> None:
    """Replace the weights of one half of CLIP, which is stored as a whole, by pretrained ones.

    Args:
        half: "text" or "vision".
        network: That encoder of KerasHub.
        projection: The dense layer after it.
        source: A folder or a handle: see `keras_genre.models.pretrained`.

    Raises:
        ValueError: If the source is a single file.
        WeightsError: If the weights are missing, cannot be had without a network connection, are
            damaged, or do not fit.
    """
    from keras_hub.models import CLIPBackbone

    source = os.fspath(source)
    if source.endswith(".h5"):
        raise ValueError(
            "Expected the weights of a CLIP as a folder or a handle, where both halves lie; "
            f"received {source!r}."
        )
    try:
        clip = read_backbone(CLIPBackbone, source)
    except WeightsError as error:
        if "no converter" not in str(error):
            raise
        raise WeightsError(
            f"The weights {source!r} are stored as Hugging Face does, and KerasHub cannot read "
            f"such a CLIP. Give one that KerasHub saved, for example weights={_EXAMPLE!r}."
        ) from error
    if clip.projection_dim != projection.units:
        raise WeightsError(
            f"The weights {source!r} are of another architecture than the encoder: projection_dim "
            f"is {clip.projection_dim} there and {projection.units} here. Choose the options of "
            "the encoder that suit the weights, or other weights."
        )
    take_weights(network, getattr(clip, f"{half}_encoder"), source)
    take_weights(projection, getattr(clip, f"{half}_projection"), source)
