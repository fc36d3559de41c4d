"""ViTPosterEncoder: a transformer over patches of the poster."""

import keras

from keras_genre.models.poster_encoders.backbone import BackbonePosterEncoder
from keras_genre.models.poster_encoders.scaling import unit_scaled


@keras.saving.register_keras_serializable(package="keras_genre")
class ViTPosterEncoder(BackbonePosterEncoder):
    """The Vision Transformer of KerasHub, ViT-Base by default. It has no batch normalisation.

    Args:
        image_size: Height and width of the images in pixels, a multiple of `patch_size`.
        patch_size: Height and width of a patch in pixels.
        hidden_dim: Width of the network.
        num_layers: Number of transformer layers.
        num_heads: Number of attention heads of each.
        intermediate_dim: Width of the feed-forward network of each.
        dropout: Share dropped while training, throughout the network.
        freeze: "none"; "all", which also switches the dropout off; the number of transformer
            layers to freeze, with the embedding of the patches; or the name of the last layer to
            freeze, for example "transformer_block_6".
        weights: None for random ones, or where pretrained ones for this image size come from: see
            `keras_genre.models.pretrained`. A saved model holds them itself and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder scales them to -1 to 1. Returns a dict of `vector`, that of the class token, floats of
    shape `(batch, hidden_dim)`, and `tokens`, those of the patches, `(batch, patches, hidden_dim)`.

    Raises:
        ValueError: If the patches do not divide the image, or the layer to freeze does not exist.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words: Transformers for Image Recognition
        at Scale", arXiv:2010.11929.
    """

    def __init__(
        self,
        image_size=224,
        patch_size=16,
        hidden_dim=768,
        num_layers=12,
        num_heads=12,
        intermediate_dim=3072,
        dropout=0.0,
        freeze="none",
        weights=None,
        **kwargs,
    ):
        from keras_hub.models import ViTBackbone

        super().__init__(image_size, freeze, train_batch_norm=False, **kwargs)
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.dropout = dropout
        network = ViTBackbone(
            image_shape=(image_size, image_size, 3),
            patch_size=patch_size,
            num_layers=num_layers,
            num_heads=num_heads,
            hidden_dim=hidden_dim,
            mlp_dim=intermediate_dim,
            dropout_rate=dropout,
            dtype=self.dtype_policy,
        )
        patches, transformer = network.layers[-2:]
        layers = [patches, *transformer.encoder_layers, transformer.layer_norm]
        stages = [f"transformer_block_{number}" for number in range(1, num_layers + 1)]
        self._take(network, weights, stages, layers)

    def _scaled(self, images):
        return unit_scaled(images, self.compute_dtype)

    def encode(self, images, training=None):
        x = self._features(images, training)  # (batch, 1 + patches, hidden)
        return {"vector": x[:, 0], "tokens": x[:, 1:]}

    def get_config(self):
        config = {
            **super().get_config(),
            "patch_size": self.patch_size,
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "dropout": self.dropout,
        }
        del config["train_batch_norm"]
        return config
