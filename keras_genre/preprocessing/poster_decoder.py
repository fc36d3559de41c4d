"""PosterDecoder: poster bytes to images."""

import keras
import tensorflow as tf

from keras_genre import features
from keras_genre.pictures import MAX_PIXELS
from keras_genre.preprocessing.file_bytes import FileBytes
from keras_genre.preprocessing.poster_headers import JPEG, REFUSED, are_jpegs, read_headers
from keras_genre.preprocessing.poster_orientation import poster_orientations, turn_upright
from keras_genre.preprocessing.square_resizing import resize_square


@keras.saving.register_keras_serializable(package="keras_genre")
class PosterDecoder(keras.layers.Layer):
    """Turns the bytes of posters into images of one size, and says which could be read.

    JPEG, PNG, GIF (first frame), BMP and WebP, turned upright where EXIF says how. What is
    transparent shows the colors beneath, and black in a GIF. Bytes that are empty, truncated or no
    picture, and those that claim more than 50 megapixels or have more than 50 progressive scans
    (refused before decoding), give a black image and a mask of False, and never fail their batch
    neighbours.

    So do the few kinds of file that TensorFlow would decode wrongly: BMP of 1, 4 or 16 bits or
    with compression, animated WebP, and GIF whose first frame is smaller than its screen. A
    client (`keras_genre.client`) sends them as PNG.

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
        files = FileBytes(posters)
        orientations = poster_orientations(files)
        posters, decoders = read_headers(posters, files)
        images, mask = self._decode_readable(posters, decoders, self._decode_any)
        return self._features(turn_upright(images, orientations), mask)

    def decode_stored(self, posters):
        """Decode posters as `write_records` stores them: as a call does, but in half the time.

        The images of upright JPEGs are those that a call gives, to the bit. Any other format is
        masked, and EXIF blocks are not read: a graph without the code for them starts sooner, and
        an epoch starts anew.

        Args:
            posters: Strings of shape `(batch,)`: upright JPEGs; an empty string is a missing one.

        Returns:
            What a call returns.
        """
        decoders = tf.where(are_jpegs(FileBytes(posters)), JPEG, REFUSED)
        return self._features(*self._decode_readable(posters, decoders, self._decode_jpeg))

    def _decode_readable(self, posters, decoders, decode):
        # A dataset inside the graph is the one place where TensorFlow can pass over an error.
        # It yields the readable posters with their row numbers; a first element stands at row
        # `batch`, past the end, so that there is always something to collect. What need not be in
        # there is done before and after: its functions are made anew for each call.
        batch = tf.shape(posters, out_type=tf.int64)[0]
        shape = (self.image_size, self.image_size, 3)
        beyond = tf.data.Dataset.from_tensors((batch, tf.zeros(shape, tf.uint8)))
        readable = (
            tf.data.Dataset.from_tensor_slices((tf.range(batch), posters, decoders))
            .filter(lambda row, poster, decoder: decoder != REFUSED)
            .map(decode, num_parallel_calls=2)
            .ignore_errors()
        )
        collected = beyond.concatenate(readable).batch(batch + 1).get_single_element()
        rows, images = collected
        rows = rows[:, tf.newaxis]
        blank = tf.zeros(tf.stack([batch + 1, *shape]), tf.uint8)
        images = tf.tensor_scatter_nd_update(blank, rows, images)[:batch]
        mask = tf.zeros([batch + 1], tf.bool)
        mask = tf.tensor_scatter_nd_update(mask, rows, tf.ones_like(rows[:, 0], tf.bool))[:batch]
        return images, mask

    def _features(self, images, mask):
        shape = (None, self.image_size, self.image_size, 3)
        return {
            features.POSTER_IMAGE: tf.ensure_shape(images, shape),
            features.HAS_POSTER: tf.ensure_shape(mask, (None,)),
        }

    def _decode_any(self, row, poster, decoder):
        branches = [
            lambda: _decode_jpeg(poster, self.image_size),
            lambda: _decode_channels(poster, 3),
            lambda: _decode_channels(poster, 4)[..., :3],
            lambda: _decode_indices(poster),
        ]
        return row, self._resize(tf.switch_case(decoder, branches))

    def _decode_jpeg(self, row, poster, decoder):
        return row, self._resize(_decode_jpeg(poster, self.image_size))

    def _resize(self, image):
        image = resize_square(tf.ensure_shape(image, (None, None, 3)), self.image_size)
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


def _decode_jpeg(poster, size):
    """Decode a JPEG; a large one at a reduced scale, never below twice `size` pixels."""
    shape = tf.cast(tf.image.extract_jpeg_shape(poster), tf.int64)[:2]
    # An empty string is refused by the decoder as any damaged file is.
    poster = tf.where(tf.reduce_prod(shape) <= MAX_PIXELS, poster, b"")
    times = tf.reduce_min(shape) // (2 * size)
    branches = [
        lambda ratio=ratio: tf.io.decode_jpeg(poster, channels=3, ratio=ratio)
        for ratio in (1, 2, 4, 8)
    ]
    return tf.switch_case(tf.reduce_sum(tf.cast(times >= [2, 4, 8], tf.int32)), branches)


def _decode_channels(poster, channels):
    # The channels that the header states, never 0 for any: see `poster_headers` on WebP.
    image = tf.io.decode_image(poster, channels=channels, expand_animations=False)
    return tf.ensure_shape(image, (None, None, channels))


def _decode_indices(bmp):
    """Decode a BMP with a palette; TensorFlow takes its indices for shades of grey."""

    def number_at(place):
        return tf.io.decode_raw(tf.strings.substr(bmp, place, 4), tf.int32)[0]

    start = 14 + number_at(14)
    palette = tf.strings.substr(bmp, start, number_at(10) - start)
    palette = tf.io.decode_raw(palette, tf.uint8, fixed_length=1024)
    colors = tf.reshape(palette, (256, 4))[:, 2::-1]  # from blue, green, red and nothing
    return tf.gather(colors, tf.cast(_decode_channels(bmp, 3)[..., 0], tf.int16))
