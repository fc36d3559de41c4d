"""DistilBertTextEncoder: BERT with half the layers."""

import keras

from keras_genre.models.pretrained import load_pretrained
from keras_genre.models.text_encoders.transformer import TransformerTextEncoder


@keras.saving.register_keras_serializable(package="keras_genre")
class DistilBertTextEncoder(TransformerTextEncoder):
    """DistilBERT over WordPieces: BERT with half the layers, trained to answer as BERT does.

    Arguments, inputs and outputs are those of `BertTextEncoder`, with 6 layers by default.

    Reference:
        Sanh et al. 2019, "DistilBERT, a distilled version of BERT: smaller, faster, cheaper and
        lighter", arXiv:1910.01108.
    """

    def __init__(self, vocabulary_size=30_522, hidden_dim=768, num_layers=6, **kwargs):
        super().__init__(vocabulary_size, hidden_dim, num_layers, **kwargs)

    def _make_network(self, weights):
        from keras_hub.models import DistilBertBackbone

        backbone = DistilBertBackbone(**self._architecture(), dtype=self.dtype_policy)
        if weights is not None:
            load_pretrained(backbone, weights)
        return backbone

    def _network_inputs(self, token_ids, attended):
        return {"token_ids": token_ids, "padding_mask": attended}
