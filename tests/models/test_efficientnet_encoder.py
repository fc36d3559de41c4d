import numpy as np
import pytest

from keras_genre.models.poster_encoders import ConvNeXtPosterEncoder, EfficientNetPosterEncoder


@pytest.mark.parametrize("encoder_class", [ConvNeXtPosterEncoder, EfficientNetPosterEncoder])
def test_constructor_unknown_variant_refused(encoder_class):
    with pytest.raises(ValueError, match=r"Expected a variant of .*received 'b9'"):
        encoder_class(variant="b9")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("encoder_class", "published", "shape"),
    [
        # Published with a classifier of 1,000 classes, which is left out here.
        (EfficientNetPosterEncoder, 5.3e6 - 1281e3, (1, 49, 1280)),
        (ConvNeXtPosterEncoder, 28.6e6 - 769e3, (1, 49, 768)),
    ],
)
def test_parameters_at_full_width_are_the_published_ones(encoder_class, published, shape):
    encoder = encoder_class()
    assert encoder.network.count_params() == pytest.approx(published, rel=0.01)
    outputs = encoder(np.zeros((1, 224, 224, 3), "uint8"))
    assert outputs["tokens"].shape == shape


@pytest.mark.slow
def test_freeze_stages_keeps_them_and_trains_the_rest():
    encoder = EfficientNetPosterEncoder(32, freeze=2)
    assert encoder.network.get_layer("block2b_project_conv").trainable_weights == []
    assert encoder.network.get_layer("block3a_expand_conv").trainable_weights
    encoder = ConvNeXtPosterEncoder(32, freeze=1)
    frozen = "convnext_tiny_stage_0_block_2_pointwise_conv_2"
    assert encoder.network.get_layer(frozen).trainable_weights == []
    tuned = "convnext_tiny_stage_1_block_0_depthwise_conv"
    assert encoder.network.get_layer(tuned).trainable_weights
