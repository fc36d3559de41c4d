"""Text encoders: word ids to a vector and one vector a token."""

from keras_genre.models.text_encoders.bert import BertTextEncoder
from keras_genre.models.text_encoders.bilstm_attention import BiLSTMAttentionTextEncoder
from keras_genre.models.text_encoders.clip import CLIPTextEncoder
from keras_genre.models.text_encoders.distilbert import DistilBertTextEncoder
from keras_genre.models.text_encoders.gru import GRUTextEncoder
from keras_genre.models.text_encoders.lstm import LSTMTextEncoder

TEXT_ENCODERS = {
    "lstm": LSTMTextEncoder,
    "gru": GRUTextEncoder,
    "bilstm_attention": BiLSTMAttentionTextEncoder,
    "bert": BertTextEncoder,
    "clip": CLIPTextEncoder,
    "distilbert": DistilBertTextEncoder,
}
"""Every text encoder by the name that presets use."""

__all__ = [
    "TEXT_ENCODERS",
    "BertTextEncoder",
    "BiLSTMAttentionTextEncoder",
    "CLIPTextEncoder",
    "DistilBertTextEncoder",
    "GRUTextEncoder",
    "LSTMTextEncoder",
]
