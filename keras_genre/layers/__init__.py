"""Keras layers that the models are built from."""

from keras_genre.layers.attention_pooling import AttentionPooling
from keras_genre.layers.cross_attention import CrossAttention
from keras_genre.layers.graph_attention import GraphAttention
from keras_genre.layers.maxout import Maxout
from keras_genre.layers.missing_embedding import MissingEmbedding
from keras_genre.layers.modality_dropout import ModalityDropout
from keras_genre.layers.word_evidence import WordEvidence

__all__ = [
    "AttentionPooling",
    "CrossAttention",
    "GraphAttention",
    "Maxout",
    "MissingEmbedding",
    "ModalityDropout",
    "WordEvidence",
]
