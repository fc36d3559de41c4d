import keras
import numpy as np
import pytest

from keras_genre.models.poster_encoders import ResNetPosterEncoder

IMAGES = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype="uint8")


def make_encoder(**options):
    keras.utils.set_random_seed(0)
    return ResNetPosterEncoder(
        32, stackwise_num_filters=(64, 8), stackwise_num_blocks=(1, 1), **options
    )


def trainable_names(encoder):
    return {layer.name for layer in encoder.network.layers if layer.trainable_weights}


def test_batch_norm_frozen_keeps_its_statistics_in_training():
    encoder = make_encoder(train_batch_norm=False)
    assert not any("bn" in name for name in trainable_names(encoder))
    before = encoder.get_weights()
    encoder(IMAGES, training=True)
    for now, then in zip(encoder.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_batch_norm_by_default_is_frozen_with_pretrained_weights_alone(tmp_path):
    scratch = make_encoder()
    scratch.network.save_weights(tmp_path / "resnet.weights.h5")
    pretrained = make_encoder(weights=str(tmp_path / "resnet.weights.h5"))
    assert (scratch.train_batch_norm, pretrained.train_batch_norm) == (True, False)
    restored = ResNetPosterEncoder.from_config(pretrained.get_config())
    assert trainable_names(restored) == trainable_names(pretrained)


def test_batch_norm_training_moves_its_statistics_in_training_alone():
    encoder = make_encoder()
    assert "stack1_block0_2_bn" in trainable_names(encoder)
    moving = encoder.network.get_layer("conv1_bn").moving_mean
    before = moving.numpy()
    encoder(IMAGES)
    np.testing.assert_array_equal(moving, before)
    encoder(IMAGES, training=True)
    assert (moving.numpy() != before).any()


def test_freeze_a_stage_freezes_it_with_all_before_and_keeps_their_statistics():
    encoder = make_encoder(freeze=1)
    names = trainable_names(encoder)
    assert names
    assert all(name.startswith("stack1") for name in names)
    frozen = encoder.network.get_layer("stack0_block0_1_bn").moving_mean
    tuned = encoder.network.get_layer("stack1_block0_1_bn").moving_mean
    before = frozen.numpy(), tuned.numpy()
    encoder(IMAGES, training=True)
    np.testing.assert_array_equal(frozen, before[0])
    assert (tuned.numpy() != before[1]).any()


def test_freeze_all_leaves_nothing_to_train():
    assert make_encoder(freeze="all").trainable_weights == []


def test_freeze_by_the_name_of_a_layer_equals_its_stage():
    by_name = make_encoder(freeze="stack0_block0_out")
    assert trainable_names(by_name) == trainable_names(make_encoder(freeze=1))


@pytest.mark.parametrize("freeze", [3, -1])
def test_freeze_stage_out_of_range_refused(freeze):
    with pytest.raises(ValueError, match=f"Expected 0 to 2 stages to freeze, received {freeze}"):
        make_encoder(freeze=freeze)


def test_freeze_unknown_layer_names_the_close_match():
    with pytest.raises(ValueError, match=r"Did you mean 'stack0_block0_out'\?"):
        make_encoder(freeze="stack0_block0_ot")


def residual_stages(filters, blocks, convolutions, expansion=1):
    """Weights of the stages; `convolutions` lists (kernel, width in, width out) of one block."""
    total, width = 0, 64
    for number, (stage_filters, num_blocks) in enumerate(zip(filters, blocks, strict=True)):
        out = stage_filters * expansion
        for block in range(num_blocks):
            for kernel, before, after in convolutions(width, stage_filters):
                total += kernel * kernel * before * after + 4 * after
            if block == 0 and (number or expansion > 1):
                total += width * out + 4 * out  # the shortcut
            width = out
    return total


@pytest.mark.slow
def test_parameters_at_full_width_equal_the_hand_calculation():
    filters = (64, 128, 256, 512)
    start = 7 * 7 * 3 * 64 + 4 * 64

    def basic(width, f):
        return [(3, width, f), (3, f, f)]

    def bottleneck(width, f):
        return [(1, width, f), (3, f, f), (1, f, 4 * f)]

    encoder = ResNetPosterEncoder()
    assert encoder.network.count_params() == start + residual_stages(filters, (2, 2, 2, 2), basic)
    images = np.zeros((1, 224, 224, 3), "uint8")
    assert encoder(images)["tokens"].shape == (1, 49, 512)
    blocks = (3, 4, 6, 3)
    encoder = ResNetPosterEncoder(stackwise_num_blocks=blocks, block_type="bottleneck_block")
    assert encoder.network.count_params() == start + residual_stages(filters, blocks, bottleneck, 4)
