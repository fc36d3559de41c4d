"""KerasCVAugmentation: RandAugment, MixUp and CutMix."""

import tensorflow as tf

from keras_genre import features


class KerasCVAugmentation:
    """Posters changed by the layers of KerasCV; 0 turns a part off.

    Unlike `PosterAugmentation` it does not repeat under a seed, and RandAugment takes several
    times as long.

    MixUp and CutMix make a new film of two of a batch: their posters are blended, or a rectangle
    of one is set into the other, and their labels become shares by as much (so that scores on
    training films mean little). Plots cannot be mixed: for a model that reads them, a film would
    have the plot of one and half the genres of another, and both parts are refused.

    Films without posters are left as they are, and are mixed with none.

    Args:
        rand_augment: Magnitude of RandAugment's two operations a poster, up to 1.
        mix_up: Parameter of the beta distribution of the shares: 0.2 leaves most posters nearly
            themselves, 1 makes all shares as likely.
        cut_mix: Likewise, of the rectangles' areas. With both, a batch is mixed twice.

    Raises:
        ValueError: If a value is out of its range; the message names the argument.

    Reference:
        Cubuk et al. (2020), "RandAugment", https://arxiv.org/abs/1909.13719; Zhang et al. (2018),
        "mixup", https://arxiv.org/abs/1710.09412; Yun et al. (2019), "CutMix",
        https://arxiv.org/abs/1905.04899.

    Example:
        >>> mixing = KerasCVAugmentation(mix_up=0.2)  # doctest: +SKIP
        >>> train = dataset.load("train", preprocessor, augmentation=mixing)  # doctest: +SKIP
    """

    def __init__(self, rand_augment: float = 0, mix_up: float = 0, cut_mix: float = 0):
        values = {"rand_augment": rand_augment, "mix_up": mix_up, "cut_mix": cut_mix}
        for name, value in values.items():
            is_number = isinstance(value, int | float) and not isinstance(value, bool)
            if not (is_number and 0 <= value <= 1):
                raise ValueError(f"Expected {name} as a number from 0 to 1, received {value!r}.")
        self.mixes = bool(mix_up or cut_mix)
        self._description = ", ".join(f"{name}={value}" for name, value in values.items())
        self._layers = _layers(rand_augment, mix_up, cut_mix)

    def __repr__(self):
        return f"KerasCVAugmentation({self._description})"

    def change(self, tensors: dict, labels: tf.Tensor, seed: tf.Tensor) -> tuple:
        """Change the posters of a batch of `fit`, and its labels where films are mixed."""
        del seed  # the layers draw for themselves
        images, shape = tensors[features.POSTER_IMAGE], labels.shape
        rows = tf.where(tensors[features.HAS_POSTER])
        changed, mixed = tf.cond(
            tf.size(rows) > 0,
            lambda: self._changed(images, labels, rows),
            lambda: (images, labels),
        )
        changed = tf.ensure_shape(changed, images.shape)
        return {**tensors, features.POSTER_IMAGE: changed}, tf.ensure_shape(mixed, shape)

    def _changed(self, images, labels, rows):
        films = {
            "images": tf.cast(tf.gather_nd(images, rows), tf.float32),
            "labels": tf.gather_nd(labels, rows),
        }
        for layer in self._layers:
            films = layer(films, training=True)
        changed = tf.cast(tf.round(tf.clip_by_value(films["images"], 0, 255)), tf.uint8)
        return (
            tf.tensor_scatter_nd_update(images, rows, changed),
            tf.tensor_scatter_nd_update(labels, rows, films["labels"]),
        )


def _layers(rand_augment, mix_up, cut_mix) -> list:
    # Not before it is needed: it takes a second to import.
    from keras_cv import layers

    chosen = []
    if rand_augment:
        chosen.append(
            layers.RandAugment(
                value_range=(0, 255), augmentations_per_image=2, magnitude=rand_augment
            )
        )
    if mix_up:
        chosen.append(layers.MixUp(alpha=mix_up))
    if cut_mix:
        chosen.append(_CutMix(layers.CutMix(alpha=cut_mix)))
    return chosen


class _CutMix:
    """CutMix whose labels are the shares of the picture.

    KerasCV 0.9 counts all of a rectangle that lies half beyond the picture's edge. Here each
    film's number is painted all over a mask that is cut as its poster is.
    """

    def __init__(self, layer):
        self._layer = layer

    def __call__(self, films: dict, training: bool) -> dict:
        images, labels = films["images"], films["labels"]
        numbers = tf.range(tf.shape(images)[0], dtype=tf.float32)
        own = numbers[:, tf.newaxis, tf.newaxis, tf.newaxis]
        painted = tf.ones_like(images[..., :1]) * own
        cut = self._layer({"images": images, "segmentation_masks": painted}, training=training)
        painted = cut["segmentation_masks"]
        is_other = painted != own
        share = tf.reduce_mean(tf.cast(is_other, tf.float32), axis=(1, 2))  # (batch, 1)
        other = tf.reduce_max(tf.where(is_other, painted, 0), axis=(1, 2, 3))
        others = tf.gather(labels, tf.cast(other, tf.int32))
        return {"images": cut["images"], "labels": (1 - share) * labels + share * others}
