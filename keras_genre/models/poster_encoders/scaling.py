"""From bytes to the numbers that the poster networks were trained on."""

from keras import ops

_IMAGENET_MEAN = (123.675, 116.28, 103.53)  # of red, green and blue, 0 to 255
_IMAGENET_DEVIATION = (58.395, 57.12, 57.375)


def imagenet_scaled(images, dtype):
    """Subtract the mean colour of ImageNet and divide by its deviation.

    Args:
        images: Of shape `(batch, height, width, 3)`, values 0 to 255, RGB.
        dtype: What to return.
    """
    mean = ops.convert_to_tensor(_IMAGENET_MEAN, "float32")
    deviation = ops.convert_to_tensor(_IMAGENET_DEVIATION, "float32")
    return ops.cast((ops.cast(images, "float32") - mean) / deviation, dtype)


def unit_scaled(images, dtype):
    """Scale values of 0 to 255 to -1 to 1."""
    return ops.cast(ops.cast(images, "float32") / 127.5 - 1.0, dtype)


def unscaled(images, dtype):
    """Keep values of 0 to 255, for networks whose first layer scales them."""
    return ops.cast(images, dtype)
