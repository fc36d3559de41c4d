"""Fusion heads: the encoders' outputs to logits."""

from keras_genre.models.fusion_heads.additive import AdditiveFusionHead
from keras_genre.models.fusion_heads.attention import AttentionFusionHead
from keras_genre.models.fusion_heads.central import CentralFusionHead
from keras_genre.models.fusion_heads.concat import ConcatFusionHead
from keras_genre.models.fusion_heads.fusion_head import FusionHead
from keras_genre.models.fusion_heads.gated import GatedFusionHead
from keras_genre.models.fusion_heads.graph import GraphFusionHead
from keras_genre.models.fusion_heads.late import LateFusionHead

FUSION_HEADS = {
    "concat": ConcatFusionHead,
    "late": LateFusionHead,
    "attention": AttentionFusionHead,
    "gated": GatedFusionHead,
    "central": CentralFusionHead,
    "graph": GraphFusionHead,
    "additive": AdditiveFusionHead,
}
"""Every fusion head by the name that presets use."""

__all__ = [
    "FUSION_HEADS",
    "AdditiveFusionHead",
    "AttentionFusionHead",
    "CentralFusionHead",
    "ConcatFusionHead",
    "FusionHead",
    "GatedFusionHead",
    "GraphFusionHead",
    "LateFusionHead",
]
