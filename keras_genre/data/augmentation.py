"""PosterAugmentation: posters changed a little, anew each epoch."""

import dataclasses
import math

import numpy as np
import tensorflow as tf

from keras_genre import features

_LUMA = np.array([0.299, 0.587, 0.114], "float32")  # of ITU-R BT.601
# From red, green and blue to luma and the two axes of colour; grey has none of either.
_TO_YIQ = np.array([_LUMA, [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]], "float32")
_FROM_YIQ = np.linalg.inv(_TO_YIQ)

# Always drawn, in this order: to turn one part off changes none of the others.
_DRAWS = ("flip", "rotation", "right", "down", "brightness", "contrast", "saturation", "hue")
_MOST = {"rotation": 180, "hue": 0.5}


@dataclasses.dataclass(frozen=True)
class PosterAugmentation:
    """How posters are changed for training, so that a model learns what does not matter.

    Each poster of each epoch is flipped, turned, shifted and recoloured by chance; 0 turns a part
    off. What comes out is a pure function of the posters and a seed, whatever threads do.

    The defaults are those of published fusion studies on MM-IMDb. Small posters that are enlarged
    to the model's size, and models that see little but color, may do better with less.

    Args:
        flip: Probability of a mirror image.
        rotation: Largest turn either way, in degrees.
        shift: Largest shift either way, as a share of the image's side. What a turn or a shift
            lays bare is filled with the mirror image of what lies beside it.
        brightness: Largest change either way of a factor on all values.
        contrast: Largest change either way of a factor on the distance from the mean luma.
        saturation: Largest change either way of a factor on the distance from grey.
        hue: Largest turn of the color circle either way, as a share of the circle.

    Raises:
        ValueError: If a value is out of its range; the message names the field.

    Example:
        >>> gentle = PosterAugmentation(rotation=0, hue=0)
        >>> train = dataset.load("train", preprocessor, augmentation=gentle)  # doctest: +SKIP
    """

    flip: float = 0.5
    rotation: float = 5.0
    shift: float = 0.05
    brightness: float = 0.15
    contrast: float = 0.15
    saturation: float = 0.15
    hue: float = 0.05

    def __post_init__(self):
        for field in dataclasses.fields(self):
            value, most = getattr(self, field.name), _MOST.get(field.name, 1)
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and 0 <= value <= most):
                raise ValueError(
                    f"Expected {field.name} as a number from 0 to {most}, received {value!r}."
                )

    def __call__(self, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """Change a batch of posters.

        Args:
            images: uint8 of shape `(batch, size, size, 3)`. A black one, as missing posters are,
                stays black.
            seed: Two integers, which determine everything that is drawn.

        Returns:
            As `images`: rounded, and cut off at 0 and 255.
        """
        draws = tf.random.stateless_uniform((len(_DRAWS), tf.shape(images)[0]), seed, -1, 1)
        drawn = dict(zip(_DRAWS, tf.unstack(draws), strict=True))  # each of shape (batch,)
        values = self._recolored(tf.cast(images, tf.float32), drawn)
        if self.flip or self.rotation or self.shift:
            values = self._moved(values, drawn)
        return tf.cast(tf.round(tf.clip_by_value(values, 0, 255)), tf.uint8)

    def change(self, tensors: dict, labels: tf.Tensor, seed: tf.Tensor) -> tuple:
        """Change the posters of a batch of `fit`."""
        images = tensors[features.POSTER_IMAGE]
        changed = tf.ensure_shape(self(images, seed), images.shape)
        return {**tensors, features.POSTER_IMAGE: changed}, labels

    def _recolored(self, values, drawn):
        # Every part is linear in the colours, so that all of them are one matrix: nothing is cut
        # off between them, as it is where each makes an image of its own.
        factor = {
            name: 1 + getattr(self, name) * drawn[name]
            for name in ("brightness", "contrast", "saturation")
        }
        # Saturation scales the two axes of color, and hue turns them.
        angle = 2 * math.pi * self.hue * drawn["hue"]
        along, across = [factor["saturation"] * turn for turn in (tf.cos(angle), tf.sin(angle))]
        one, zero = tf.ones_like(angle), tf.zeros_like(angle)
        rows = [[one, zero, zero], [zero, along, -across], [zero, across, along]]
        turn = tf.stack([tf.stack(row, axis=-1) for row in rows], axis=1)  # (batch, 3, 3)
        gain = (factor["brightness"] * factor["contrast"])[:, tf.newaxis, tf.newaxis]
        matrix = gain * tf.matmul(tf.matmul(_FROM_YIQ, turn), _TO_YIQ)

        mean_luma = tf.linalg.matvec(tf.reduce_mean(values, axis=(1, 2)), _LUMA)
        grey = factor["brightness"] * (1 - factor["contrast"]) * mean_luma
        pixels = tf.reshape(values, (tf.shape(values)[0], -1, 3))
        pixels = tf.matmul(pixels, matrix, transpose_b=True) + grey[:, tf.newaxis, tf.newaxis]
        return tf.reshape(pixels, tf.shape(values))

    def _moved(self, values, drawn):
        size = tf.shape(values)[1]
        side = tf.cast(size, tf.float32)
        mirror = tf.where((drawn["flip"] + 1) / 2 < self.flip, -1.0, 1.0)
        angle = math.radians(self.rotation) * drawn["rotation"]
        cos, sin, center = tf.cos(angle), tf.sin(angle), (side - 1) / 2
        right = center - self.shift * side * drawn["right"]
        down = center - self.shift * side * drawn["down"]
        # Where each pixel comes from: x from a0 x + a1 y + a2, y from a3 x + a4 y + a5.
        x, y = (mirror * cos, -mirror * sin), (sin, cos)
        rows = [*x, right - center * (x[0] + x[1]), *y, down - center * (y[0] + y[1])]
        zero = tf.zeros_like(angle)
        return tf.raw_ops.ImageProjectiveTransformV3(
            images=values,
            transforms=tf.stack([*rows, zero, zero], axis=-1),
            output_shape=tf.stack([size, size]),
            fill_value=0.0,
            interpolation="BILINEAR",
            fill_mode="REFLECT",
        )


def augment(batches: tf.data.Dataset, seeds: tf.data.Dataset, augmentation) -> tf.data.Dataset:
    """Change the posters of training batches.

    Args:
        batches: Of `(tensors, ...)`, with `poster_image` among the tensors.
        seeds: A seed for each batch, int64 scalars.
        augmentation: A `PosterAugmentation` or `KerasCVAugmentation`.

    Raises:
        ValueError: If the tensors hold no posters, or plots where films are mixed.
    """
    if features.POSTER_IMAGE not in batches.element_spec[0]:
        raise ValueError(
            "Expected augmentation=None, for the preprocessor prepares no posters; received "
            f"{augmentation}."
        )
    if getattr(augmentation, "mixes", False) and features.PLOT_TOKEN_IDS in batches.element_spec[0]:
        raise ValueError(
            f"Expected films to be mixed for a model of posters alone, since plots cannot be; "
            f"received {augmentation} and a preprocessor of plots."
        )

    def changed(batch, seed):
        tensors, labels, *rest = batch
        return *augmentation.change(tensors, labels, (seed, 0)), *rest

    return tf.data.Dataset.zip((batches, seeds)).map(changed, tf.data.AUTOTUNE)
