"""Which way up posters are, by their EXIF blocks, and turning them. All in the graph.

Reference:
    CIPA DC-008, Exchangeable image file format (EXIF), tag 0x0112; TIFF 6.0, section 2.
"""

import tensorflow as tf

_ORIENTATION = 0x0112
_SHORT = 3
# There are a handful of blocks before the picture; a file made to waste time may have millions.
_MOST_BLOCKS = 100
# Directories are sorted, and few tags come before this one.
_MOST_ENTRIES = 32


def poster_orientations(files):
    """Read the orientations that JPEG, PNG and WebP files state.

    Args:
        files: `FileBytes`.

    Returns:
        int64 of shape `(batch,)`, 1 to 8; 1, upright, where nothing sound is stated.
    """
    blocks = tf.reduce_max([_jpeg_blocks(files), _png_blocks(files), _webp_blocks(files)], axis=0)
    upright = tf.ones_like(blocks)
    return tf.cond(
        tf.reduce_any(blocks > 0),
        lambda: tf.where(blocks > 0, _tiff_orientations(files, blocks), upright),
        lambda: upright,
    )


def turn_upright(images, orientations):
    """Turn square pictures by their orientations.

    Args:
        images: Of shape `(batch, size, size, channels)`.
        orientations: int64 of shape `(batch,)`, 1 to 8.
    """

    def among(*values):
        found = tf.reduce_any(orientations[:, tf.newaxis] == values, axis=1)
        return found[:, tf.newaxis, tf.newaxis, tf.newaxis]

    def turned():
        # From 5 on, the rows of the file are columns of the picture.
        upright = tf.where(among(5, 6, 7, 8), tf.transpose(images, (0, 2, 1, 3)), images)
        upright = tf.where(among(2, 3, 6, 7), upright[:, :, ::-1], upright)
        return tf.where(among(3, 4, 7, 8), upright[:, ::-1], upright)

    return tf.cond(tf.reduce_all(orientations == 1), lambda: images, turned)


def _jpeg_blocks(files):
    """Where the EXIF blocks of JPEGs begin: in an APP1 segment before the tables. 0: none."""

    def is_exif(place):
        return files.is_at(place, b"\xff\xe1") & files.is_at(place + 4, b"Exif\0\0")

    def is_metadata(place):
        marker = files.big_endian(place, 2)
        return (marker >= 0xFFE0) & (marker <= 0xFFEF) | (marker == 0xFFFE)  # APPn, comment

    def following(place):
        return place + 2 + files.big_endian(place + 2, 2)

    place = _walk(files, files.is_at(0, b"\xff\xd8\xff"), 2, is_metadata, is_exif, following)
    return tf.where(is_exif(place), place + 4, 0)


def _png_blocks(files):
    """As `_jpeg_blocks`: in an eXIf chunk before the picture."""

    def is_exif(place):
        return files.is_at(place + 4, b"eXIf")

    def is_metadata(place):
        return ~files.is_at(place + 4, b"IDAT")

    def following(place):
        return place + 12 + files.big_endian(place, 4)

    place = _walk(files, files.is_at(0, b"\x89PNG"), 8, is_metadata, is_exif, following)
    return tf.where(is_exif(place), place + 8, 0)


def _webp_blocks(files):
    """As `_jpeg_blocks`: in an EXIF chunk, which comes after the picture."""

    def is_exif(place):
        return files.is_at(place, b"EXIF")

    def following(place):
        length = files.little_endian(place + 4, 4)
        return place + 8 + length + length % 2

    is_webp = files.is_at(0, b"RIFF") & files.is_at(12, b"VP8X")
    place = _walk(files, is_webp, 12, lambda place: True, is_exif, following)
    return tf.where(is_exif(place), place + 8, 0)


def _walk(files, are_meant, start, goes_on, has_arrived, following):
    """Go from block to block in all files at once, each until its place has arrived."""

    def is_moving(place):
        return goes_on(place) & ~has_arrived(place) & (place < files.lengths)

    def step(place, moving):
        place = tf.where(moving, following(place), place)
        return place, is_moving(place)

    place = tf.where(are_meant, tf.constant(start, tf.int64), files.lengths)  # (batch,)
    place, _ = tf.while_loop(
        lambda place, moving: tf.reduce_any(moving),
        step,
        (place, is_moving(place)),
        maximum_iterations=_MOST_BLOCKS,
    )
    return place


def _tiff_orientations(files, start):
    """The orientations in the first directories of TIFF blocks."""
    # JPEG puts these six bytes before the block, and some writers do so everywhere.
    start += tf.where(files.is_at(start, b"Exif\0\0"), tf.constant(6, tf.int64), 0)
    is_little = files.is_at(start, b"II")

    def number(place, length):
        little = is_little if place.shape.rank == 1 else is_little[:, tf.newaxis]
        return tf.where(little, files.little_endian(place, length), files.big_endian(place, length))

    directory = start + number(start + 4, 4)
    entry = tf.range(_MOST_ENTRIES, dtype=tf.int64)
    place = (directory + 2)[:, tf.newaxis] + 12 * entry  # (batch, entries)
    is_ours = (number(place, 2) == _ORIENTATION) & (number(place + 2, 2) == _SHORT)
    is_ours &= entry < number(directory, 2)[:, tf.newaxis]
    values = tf.reduce_max(tf.where(is_ours, number(place + 8, 2), 0), axis=1)
    is_sound = (number(start + 2, 2) == 42) & (values >= 1) & (values <= 8)
    return tf.where(is_sound, values, 1)
