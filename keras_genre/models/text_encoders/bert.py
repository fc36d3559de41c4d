"""BertTextEncoder: a pretrained transformer over the plot."""

import keras
from keras import ops

from keras_genre.models.pretrained import load_pretrained
from keras_genre.models.text_encoders.transformer import TransformerTextEncoder


@keras.saving.register_keras_serializable(package="keras_genre")
class BertTextEncoder(TransformerTextEncoder):
    """BERT over WordPieces, and the MiniLMs that share its architecture.

    BERT's own pooler, a dense layer over the first vector, is left out.

    Args:
        vocabulary_size: Number of WordPiece ids, padding included.
        hidden_dim: Width of the network.
        num_layers: Number of transformer layers.
        num_heads: Number of attention heads of each.
        intermediate_dim: Width of the feed-forward network of each.
        max_sequence_length: Most tokens that the position embeddings reach.
        dropout: Share dropped while training, throughout the network.
        pooling: "cls" for the vector of the first token, or "mean" over the tokens.
        freeze: "none"; "all", which also switches the dropout off; the number of transformer
            layers to freeze, with the embeddings; or the name of the last layer to freeze.
        weights: None for random ones, or where pretrained ones come from: see
            `keras_genre.models.pretrained`. A saved model holds them itself and no longer asks.

    Call with int32 ids of shape `(batch, tokens)`, 0 for padding, which stands at the end; returns
    a dict of `vector`, floats of shape `(batch, hidden_dim)`, `tokens`,
    `(batch, tokens, hidden_dim)`, and `mask`, bool of shape `(batch, tokens)`. Padding has no
    influence on any of them, and both are zero where there is nothing else; there may be no token
    at all.

    Raises:
        ValueError: If the pooling is none of the two, the layer to freeze does not exist, or the
            ids are longer than `max_sequence_length`.
        WeightsError: If the weights cannot be loaded or do not fit.

    Example:
        >>> encoder = BertTextEncoder(100, hidden_dim=8, num_layers=1, num_heads=2)
        >>> encoder(ops.ones((2, 5), "int32"))["vector"].shape
        TensorShape([2, 8])

    Reference:
        Devlin et al. 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
        Understanding", arXiv:1810.04805.
    """

    def _make_network(self, weights):
        from keras_hub.models import BertBackbone

        backbone = BertBackbone(**self._architecture(), dtype=self.dtype_policy)
        if weights is not None:
            load_pretrained(backbone, weights)
        return keras.Model(backbone.input, backbone.output["sequence_output"])

    def _network_inputs(self, token_ids, attended):
        return {
            "token_ids": token_ids,
            "segment_ids": ops.zeros_like(token_ids),
            "padding_mask": attended,
        }
