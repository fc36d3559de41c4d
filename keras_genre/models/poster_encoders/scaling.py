"""From bytes to the numbers that the poster networks were trained on."""

from keras import ops

_IMAGENET_MEAN = (123.675, 116.28, 103.53)  # of red, green and blue, 0 to 255
_IMAGENET_DEVIATION = (58.395, 57.12, 57.375)
_CLIP_MEAN = (122.7709383, 116.7460125, 104.09373615)
_CLIP_DEVIATION = (68.5005327, 66.6321579, 70.32316305)


def imagenet_scaled(images, dtype):
    """Subtract the mean colour of ImageNet and divide by its deviation.

    Args:
        images: Of shape `(batch, height, width, 3)`, values 0 to 255, RGB.
        dtype: What to return.
    """
    return _standardized(images, _IMAGENET_MEAN, _IMAGENET_DEVIATION, dtype)


def clip_scaled(images, dtype):
    """Subtract the mean colour of CLIP's images and divide by its deviation.

    Args:
        images: Of shape `(batch, height, width, 3)`, values 0 to 255, RGB.
        dtype: What to return.
    """
    return _standardized(images, _CLIP_MEAN, _CLIP_DEVIATION, dtype)


def unit_scaled(images, dtype):
    """Scale values of 0 to 255 to -1 to 1."""
    return ops.cast(ops.cast(images, "float32") / 127.5 - 1.0, dtype)


def unscaled(images, dtype):
    """Keep values of 0 to 255, for networks whose first layer scales them."""
    return ops.cast(images, dtype)


def _standardized(images, mean, deviation, dtype):
    mean = ops.convert_to_tensor(mean, "float32")
    deviation = ops.convert_to_tensor(deviation, "float32")
    return ops.cast((ops.cast(images, "float32") - mean) / deviation, dtype)
