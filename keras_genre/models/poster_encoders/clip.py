"""CLIPPosterEncoder: the half of CLIP that sees."""

import keras
from keras import ops

from keras_genre.models.clip_weights import load_clip_half
from keras_genre.models.poster_encoders.backbone import BackbonePosterEncoder
from keras_genre.models.poster_encoders.scaling import clip_scaled


@keras.saving.register_keras_serializable(package="keras_genre")
class CLIPPosterEncoder(BackbonePosterEncoder):
    """The Vision Transformer that CLIP compares images with captions by, ViT-B/32 by default.

    It has no batch normalisation and no dropout.

    Args:
        image_size: Height and width of the images in pixels, a multiple of `patch_size`.
        patch_size: Height and width of a patch in pixels.
        hidden_dim: Width of the network.
        num_layers: Number of transformer layers.
        num_heads: Number of attention heads of each.
        intermediate_dim: Width of the feed-forward network of each.
        projection_dim: Width of the space that plots and posters share.
        freeze: "none"; "all"; the number of transformer layers to freeze, with the embedding of
            the patches; or the name of the last layer to freeze, for example "encoder_block_5".
        weights: None for random ones, or where the pretrained ones of a CLIP for this image size
            come from, a folder or a handle: see `keras_genre.models.pretrained`. A saved model
            holds them itself and no longer asks.

    Call with uint8 images of shape `(batch, image_size, image_size, 3)`, values 0 to 255; the
    encoder scales them as CLIP does. Returns a dict of `vector`, the projected state of the class
    token, floats of shape `(batch, projection_dim)`, and `tokens`, those of the patches,
    `(batch, patches, hidden_dim)`.

    Raises:
        ValueError: If the patches do not divide the image, the layer to freeze does not exist, or
            the weights are a single file.
        WeightsError: If the weights cannot be loaded or do not fit.

    Reference:
        Radford et al. 2021, "Learning Transferable Visual Models From Natural Language
        Supervision", arXiv:2103.00020.
    """

    def __init__(
        self,
        image_size=224,
        patch_size=32,
        hidden_dim=768,
        num_layers=12,
        num_heads=12,
        intermediate_dim=3072,
        projection_dim=512,
        freeze="none",
        weights=None,
        **kwargs,
    ):
        from keras_hub.models import CLIPVisionEncoder

        super().__init__(image_size, freeze, train_batch_norm=False, **kwargs)
        if image_size % patch_size:
            raise ValueError(
                f"Expected an image_size that is a multiple of patch_size={patch_size}, received "
                f"{image_size}."
            )
        self.patch_size = patch_size
        self.hidden_dim = hidden_dim
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.intermediate_dim = intermediate_dim
        self.projection_dim = projection_dim
        network = CLIPVisionEncoder(
            patch_size=patch_size,
            hidden_dim=hidden_dim,
            num_layers=num_layers,
            num_heads=num_heads,
            intermediate_dim=intermediate_dim,
            image_shape=(image_size, image_size, 3),
            dtype=self.dtype_policy,
        )
        # KerasHub leaves it to pretrained weights to number the positions.
        positions = network.embedding.position_ids
        positions.assign(ops.arange(positions.shape[1])[None])
        self.projection = keras.layers.Dense(
            projection_dim, use_bias=False, dtype=self.dtype_policy, name="projection"
        )
        self.projection.build((None, hidden_dim))
        if weights is not None:
            load_clip_half("vision", network, self.projection, weights)
        stages = [f"encoder_block_{number}" for number in range(num_layers)]
        # The weights, which hold more than the network, are loaded.
        self._take(network, None, stages, [*network.layers, self.projection])

    def _scaled(self, images):
        return {"images": clip_scaled(images, self.compute_dtype)}

    def encode(self, images, training=None):
        x = self._features(images, training)  # (batch, 1 + patches, hidden)
        return {"vector": self.projection(x[:, 0]), "tokens": x[:, 1:]}

    def get_config(self):
        config = {
            **super().get_config(),
            "patch_size": self.patch_size,
            "hidden_dim": self.hidden_dim,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "intermediate_dim": self.intermediate_dim,
            "projection_dim": self.projection_dim,
        }
        del config["train_batch_norm"]
        return config
