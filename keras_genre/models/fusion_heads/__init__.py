"""Fusion heads: the encoders' outputs to logits."""

from keras_genre.models.fusion_heads.concat import ConcatFusionHead

FUSION_HEADS = {"concat": ConcatFusionHead}
"""Every fusion head by the name that presets use."""

__all__ = ["FUSION_HEADS", "ConcatFusionHead"]
