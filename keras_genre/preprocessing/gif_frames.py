"""The first frames of GIFs, cut out in the graph.

TensorFlow unpacks every frame before it takes the first, and a hundred kilobytes can hold
gigabytes of them.

Reference:
    Graphics Interchange Format, Version 89a. CompuServe, 1990.
"""

import tensorflow as tf

# Blocks of one length, as all but the last are in honest files, are passed this many at a time:
# 65 MB of a picture. A file that is made to waste time takes half a second.
_RUN = 256
_MOST_RUNS = 1_000
_MOST_EXTENSIONS = 10
_EXTENSION = 0x21
_TRAILER = b"\x3b"


def first_gif_frames(gifs, files, are_gifs):
    """Return GIFs of the first frames alone.

    Args:
        gifs: Strings of shape `(batch,)`.
        files: Their `FileBytes`.
        are_gifs: Which begin with `GIF8`, bool of shape `(batch,)`; the others stay as they are.

    Returns:
        Strings of shape `(batch,)`. They hold no frame where a file is cut before its end, or
        where it does not cover the whole screen: TensorFlow would shift it.
    """

    def is_extension(place):
        return files.big_endian(place, 1) == _EXTENSION

    (place,) = tf.while_loop(
        lambda place: tf.reduce_any(is_extension(place)),
        lambda place: [tf.where(is_extension(place), _after_blocks(files, place + 2), place)],
        [tf.where(are_gifs, 13 + _color_table_size(files, 10), files.lengths)],
        maximum_iterations=_MOST_EXTENSIONS,
    )
    left_and_top, frame = files.big_endian(place + 1, 4), files.big_endian(place + 5, 4)
    covers_screen = (left_and_top == 0) & (frame == files.big_endian(6, 4))
    end = _after_blocks(files, place + 11 + _color_table_size(files, place + 9))
    end = tf.where(covers_screen & (end <= files.lengths), end, 0)
    frames = tf.strings.substr(gifs, tf.zeros_like(end), end) + _TRAILER
    return tf.where(are_gifs, frames, gifs)


def _color_table_size(files, place):
    """Bytes of the color tables that the flags at `place` announce."""
    flags = files.big_endian(place, 1)
    return tf.where(flags >= 0x80, 3 * 2 ** (flags % 8 + 1), 0)


def _after_blocks(files, place):
    """Where chains of blocks end; each begins with its length, and the last one's is 0.

    Past the end of a file whose chain does not end.
    """

    def length_at(place):
        return files.big_endian(place, 1)

    def after_run(place):
        size = length_at(place) + 1
        ahead = place[:, tf.newaxis] + size[:, tf.newaxis] * tf.range(_RUN, dtype=tf.int64)
        is_same = tf.cast(length_at(ahead) + 1 == size[:, tf.newaxis], tf.int64)
        blocks = tf.reduce_sum(tf.math.cumprod(is_same, axis=1), axis=1)
        return [tf.where(size > 1, place + size * blocks, place)]

    (place,) = tf.while_loop(
        lambda place: tf.reduce_any(length_at(place) > 0),
        after_run,
        [place],
        maximum_iterations=_MOST_RUNS,
    )
    return tf.where(length_at(place) == 0, place, files.lengths) + 1
