"""PosterDecoder: poster bytes to images."""

import keras
import tensorflow as tf

from keras_genre import features


@keras.saving.register_keras_serializable(package="keras_genre")
class PosterDecoder(keras.layers.Layer):
    """Turns the bytes of posters into images of one size, and says which could be read.

    JPEG, PNG, GIF (first frame), BMP and WebP. Bytes that are empty, truncated or no picture
    give a black image and a mask of False, and never fail their batch neighbours.

    Args:
        image_size: Height and width in pixels; the whole poster is resized to this square with
            antialiasing.

    Call with strings of shape `(batch,)`; returns a dict of `poster_image`, uint8 of shape
    `(batch, image_size, image_size, 3)`, and `has_poster`, bool of shape `(batch,)`.
    """

    def __init__(self, image_size=64, **kwargs):
        super().__init__(trainable=False, **kwargs)
        if image_size < 1:
            raise ValueError(f"Expected image_size of at least 1, received {image_size}.")
        self.image_size = image_size

    def build(self, input_shape):
        self.built = True  # nothing here depends on a shape

    def call(self, posters):
        # A dataset inside the graph is the one place where TensorFlow can pass over an error.
        # It yields the readable posters with their row numbers; a first element stands at row
        # `batch`, past the end, so that there is always something to collect.
        batch = tf.shape(posters, out_type=tf.int64)[0]
        shape = (self.image_size, self.image_size, 3)
        beyond = tf.data.Dataset.from_tensors((batch, tf.zeros(shape, tf.uint8)))
        readable = (
            tf.data.Dataset.from_tensor_slices((tf.range(batch), posters))
            .filter(lambda row, poster: tf.strings.length(poster) > 0)
            .map(lambda row, poster: (row, self._decode(poster)), num_parallel_calls=2)
            .ignore_errors()
        )
        collected = beyond.concatenate(readable).batch(batch + 1).get_single_element()
        rows, images = collected
        rows = rows[:, tf.newaxis]
        blank = tf.zeros(tf.stack([batch + 1, *shape]), tf.uint8)
        images = tf.tensor_scatter_nd_update(blank, rows, images)[:batch]
        mask = tf.zeros([batch + 1], tf.bool)
        mask = tf.tensor_scatter_nd_update(mask, rows, tf.ones_like(rows[:, 0], tf.bool))[:batch]
        return {
            features.POSTER_IMAGE: tf.ensure_shape(images, (None, *shape)),
            features.HAS_POSTER: tf.ensure_shape(mask, (None,)),
        }

    def _decode(self, poster):
        image = tf.io.decode_image(poster, channels=3, expand_animations=False)
        image = tf.ensure_shape(image, (None, None, 3))
        image = tf.image.resize(image, (self.image_size, self.image_size), antialias=True)
        return tf.cast(tf.clip_by_value(tf.round(image), 0, 255), tf.uint8)

    def compute_output_spec(self, posters):
        batch = posters.shape[:1]
        shape = (*batch, self.image_size, self.image_size, 3)
        return {
            features.POSTER_IMAGE: keras.KerasTensor(shape, dtype="uint8"),
            features.HAS_POSTER: keras.KerasTensor(batch, dtype="bool"),
        }

    def get_config(self):
        config = super().get_config()
        del config["trainable"], config["dtype"]
        return {**config, "image_size": self.image_size}
