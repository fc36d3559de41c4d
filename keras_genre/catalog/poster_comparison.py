"""Whether two posters that look alike from afar are one picture."""

import numpy as np
from PIL import Image, ImageFilter

from keras_genre.pictures import upright_rgb

# Chosen on the candidates of `near_identical_posters` among 6,405 real posters and the drawn ones
# of 8,000 sample films (four seeds), whose drawings share scenes and figures. Four real pairs are
# one picture: their most different blocks differ by 7.7 to 10.8 levels. Those of the drawn pairs,
# all different, do by 15.2 or more. Of 500 real posters changed by hand, candidates or not, are
# found: stored as PNG or WebP, of JPEG quality 40 to 90 or tinted, all; 15 % brighter 99.8 %; half
# the size 98.8 %, 0.3 of it 98.4 %; cut by 1 % a side 99.2 %, by 2 % 93.6 %; cut by 2 %, halved and
# of quality 50, 91.4 %.
_MOST_DIFFERENCE = 14.0

_SIZE = (96, 144)  # pixels
_BLOCK = 12  # pixels
_MARGIN = 6  # pixels, in which no block is compared
_SHIFTS = (3, 4)  # pixels to each side and up and down; a margin cut of 2 % moves by 2 and 3
_BLUR = 1.3  # pixels; below it differ the ways in which pictures are made smaller
_READ_AT = 192  # pixels on the short side, of a JPEG that is larger
_CONTRAST = 50.0  # standard deviation of every picture that is compared, in levels
_PLAIN = 4.0  # levels; below it there is noise to bring out, and nothing else


def close_look(image: Image.Image) -> np.ndarray:
    """Return what `same_picture` needs to know of a picture.

    Args:
        image: A picture as `open_picture` gives it.

    Returns:
        Its blurred grey levels as a uint8 array of shape `(144, 96)`.
    """
    if image.format == "JPEG":
        image.draft("RGB", (_READ_AT, _READ_AT))  # decodes at a reduced scale, never below this
    grey = upright_rgb(image).convert("L").resize(_SIZE, Image.Resampling.BOX)
    return np.asarray(grey.filter(ImageFilter.GaussianBlur(_BLUR)))


def same_picture(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two pictures are the same in every place.

    Brightness and contrast are made equal. Then each block of one picture is sought around its
    place in the other, since a cut margin moves and stretches what is left. Two pictures are the
    same if no block differs from what is found by more than 14 levels on average, its own mean
    brightness left out: another hat or another title makes another picture.

    Args:
        one: What `close_look` returned for one picture.
        other: The same for the other.
    """
    one, other = _even(one), _even(other)
    height, width = one.shape
    inner = one[_MARGIN : height - _MARGIN, _MARGIN : width - _MARGIN]
    blocks = _in_blocks(inner)
    least = np.full(len(blocks), np.inf)
    across, down = _SHIFTS
    for top in range(_MARGIN - down, _MARGIN + down + 1):
        for left in range(_MARGIN - across, _MARGIN + across + 1):
            moved = other[top : top + inner.shape[0], left : left + inner.shape[1]]
            least = np.minimum(least, np.abs(blocks - _in_blocks(moved)).mean(axis=1))
    return bool(least.max() <= _MOST_DIFFERENCE)


def _even(look: np.ndarray) -> np.ndarray:
    levels = look.astype(np.float32)
    return (levels - levels.mean()) * (_CONTRAST / max(levels.std(), _PLAIN))


def _in_blocks(levels: np.ndarray) -> np.ndarray:
    """Blocks of shape `(blocks, pixels)`, each less its mean."""
    height, width = levels.shape
    blocks = levels.reshape(height // _BLOCK, _BLOCK, width // _BLOCK, _BLOCK)
    blocks = blocks.transpose(0, 2, 1, 3).reshape(-1, _BLOCK * _BLOCK)
    return blocks - blocks.mean(axis=1, keepdims=True)
