"""What the first bytes of poster files say of them, read in the graph before any is decoded.

Reference:
    JPEG: ITU-T T.81. PNG: W3C, Portable Network Graphics, third edition. GIF: see `gif_frames`.
    BMP: Microsoft, BITMAPINFOHEADER. WebP: RFC 9649.
"""

import tensorflow as tf

from keras_genre.pictures import MAX_PIXELS, MAX_SCANS, SCAN
from keras_genre.preprocessing.gif_frames import first_gif_frames

# How a file is to be decoded. Whatever is none of the five formats is refused: TensorFlow would
# decode JPEG XL too, and has no limit.
REFUSED, JPEG, RGB, RGBA, PALETTE = range(-1, 4)


def read_headers(posters, files):
    """Tell how posters are to be decoded, and cut off what TensorFlow should not see.

    Args:
        posters: Strings of shape `(batch,)`.
        files: Their `FileBytes`.

    Returns:
        Strings and int32, both of shape `(batch,)`: the posters, and `JPEG`, `RGB`, `RGBA` (to be
        decoded with that many channels), `PALETTE` (BMP of indices) or `REFUSED` for those that
        are of no known format, that TensorFlow would decode wrongly, that have more than
        `MAX_SCANS`, or that claim more than `MAX_PIXELS`. A JPEG's claim is
        `tf.image.extract_jpeg_shape`'s to read.
    """
    are_gifs, are_bmps = files.is_at(0, b"GIF8"), files.is_at(0, b"BM")
    decoders = tf.where(are_jpegs(files), JPEG, REFUSED)
    for read in (_read_png, _read_gif, _read_bmp, _read_webp):
        is_format, decoder, width, height = read(files)
        is_small = width <= MAX_PIXELS // tf.maximum(height, 1)  # their product may overflow
        decoders = tf.where(is_format & is_small, decoder, decoders)
    posters = tf.cond(
        tf.reduce_any(are_gifs),
        lambda: first_gif_frames(posters, files, are_gifs),
        lambda: posters,
    )
    return _without_tails(posters, files, are_bmps & (decoders != REFUSED)), decoders


def are_jpegs(files):
    """Tell which files begin as JPEGs and have at most `MAX_SCANS`, as bool of shape `(batch,)`."""
    return files.is_at(0, b"\xff\xd8\xff") & (files.count(SCAN) <= MAX_SCANS)


def _read_png(files):
    is_png = files.is_at(0, b"\x89PNG") & files.is_at(4, b"\r\n\x1a\n")
    return is_png, RGB, files.big_endian(16, 4), files.big_endian(20, 4)


def _read_gif(files):
    return files.is_at(0, b"GIF8"), RGB, files.little_endian(6, 2), files.little_endian(8, 2)


def _read_bmp(files):
    width, height, _ = _bmp_sizes(files)
    bits, compression = files.little_endian(28, 2), files.little_endian(30, 4)
    # TensorFlow looks at no compression: it would take packed rows for pixels.
    is_plain = files.is_at(0, b"BM") & (files.little_endian(14, 4) >= 40) & (compression == 0)
    is_palette, is_rgb = bits == 8, (bits == 24) | (bits == 32)
    return is_plain & (is_palette | is_rgb), tf.where(is_palette, PALETTE, RGB), width, height


def _bmp_sizes(files):
    """Width, height and bytes of the file; rows are padded to four bytes."""
    width, height = files.little_endian(18, 4), files.little_endian(22, 4)
    height = tf.where(height < 2**31, height, 2**32 - height)  # negative: from the top down
    row = (width * files.little_endian(28, 2) // 8 + 3) // 4 * 4
    return width, height, files.little_endian(10, 4) + row * height


def _without_tails(posters, files, are_bmps):
    # TensorFlow takes what follows the last row of a BMP for a fault.
    *_, size = _bmp_sizes(files)
    size = tf.where(are_bmps, size, files.lengths)
    return tf.strings.substr(posters, tf.zeros_like(size), size)


def _read_webp(files):
    is_webp = files.is_at(0, b"RIFF") & files.is_at(8, b"WEBP")
    is_lossy, is_lossless = files.is_at(12, b"VP8 "), files.is_at(12, b"VP8L")
    is_extended = files.is_at(12, b"VP8X")
    width, height = files.little_endian(26, 2) % 2**14, files.little_endian(28, 2) % 2**14
    lossy = tf.stack([width, height, tf.zeros_like(width)])  # (3, batch)
    bits = files.little_endian(21, 4)  # 14 of width, 14 of height, 1 of alpha
    lossless = tf.stack([bits % 2**14 + 1, bits // 2**14 % 2**14 + 1, bits // 2**28 % 2])
    width, height = files.little_endian(24, 3) + 1, files.little_endian(27, 3) + 1
    flags = files.big_endian(20, 1)
    extended = tf.stack([width, height, flags // 16 % 2])
    claims = tf.where(is_lossless, lossless, tf.where(is_extended, extended, lossy))
    width, height, has_alpha = tf.unstack(claims)
    # Of a moving picture without alpha, TensorFlow 2.21 writes four channels where it has made
    # room for three.
    is_moving = is_extended & (flags // 2 % 2 == 1)
    is_still = is_webp & (is_lossy | is_lossless | is_extended) & ~is_moving
    return is_still, tf.where(has_alpha == 1, RGBA, RGB), width, height
