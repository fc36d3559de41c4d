"""Posters that are the same picture, found without comparing each with each."""

import functools
import itertools
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from PIL import Image

from keras_genre.catalog.equal_keys import pairs_of_equal_keys
from keras_genre.catalog.poster_comparison import close_look, same_picture
from keras_genre.catalog.poster_reading import read_posters
from keras_genre.pictures import upright_rgb

# Chosen on 6,405 real posters, of which four pairs are one picture (cut or coloured a little
# differently), and on 500 of them changed by hand. Pairs of a perceptual hash within 6, 8, 10 and
# 12 bits: 3, 4, 4 and 4 true ones beside 1, 2, 21 and 169 false ones. Up to 8 bits and a mean
# difference of 40 levels between thumbnails one false one is left (of 25 levels none, but a fifth
# of the posters darkened by 15 % are lost). Of 1,766 drawn posters, all different but of one
# style, 936 pairs are left: `same_picture` has the last word.
_MOST_BITS = 8
_MOST_LEVELS = 40.0

_HASH_BITS = 64
_BLOCKS = _MOST_BITS + 3  # of any two hashes within `_MOST_BITS`, three blocks are equal
_THUMBNAIL = (8, 12)  # pixels
_READ_AT = 64  # pixels on the short side, of a JPEG that is larger: enough for both
_BLANK_BELOW = 4.0  # levels of standard deviation; the plainest real poster has 7.6
_CROWD = 1000  # so many hashes that share three blocks are compared each with each


def near_identical_posters(
    paths: Sequence[str], progress: Callable[[int, int], None] | None = None
) -> np.ndarray:
    """Find pairs of poster files that show the same picture.

    Equal files do, and files that differ in size, compression, format, brightness or a narrow
    margin. Candidates are pairs whose perceptual hashes (64 bits of the lowest cosine
    frequencies) differ in at most 8 bits and whose thumbnails differ by at most 40 of 255 levels
    on average. They are read once more and compared place by place (see `same_picture`): posters
    of a series, of one style but with another figure or title, are different pictures. A poster
    of one colour says nothing about its film and is like no other, not even like an equal one;
    neither is a file that cannot be read.

    Args:
        paths: The files; an empty one stands for no poster.
        progress: Called with (posters done, posters in all).

    Returns:
        Row numbers as an int64 array of shape `(pairs, 2)`, the smaller one first, in order. Of
        a crowd of the same picture each is paired with the first, not each with each.

    Example:
        >>> near_identical_posters(["a.jpg", "b.jpg", "a.jpg"])  # doctest: +SKIP
        array([[0, 2]])
    """
    import imagehash

    named = [row for row, path in enumerate(paths) if path]
    rows, hashes, thumbnails = [], [], []
    looks_of = functools.partial(_looks, imagehash.phash)
    found = read_posters([paths[row] for row in named], looks_of, progress)
    for row, (looks, _) in zip(named, found, strict=True):
        if looks is not None:
            rows.append(row)
            hashes.append(looks[0])
            thumbnails.append(looks[1])
    if not rows:
        return np.empty((0, 2), dtype=np.int64)
    pairs = _alike(np.array(hashes, dtype=np.uint64), np.stack(thumbnails))
    return _same_pictures(paths, np.array(rows, dtype=np.int64)[pairs])


def _looks(phash: Callable, image: Image.Image) -> tuple[np.uint64, np.ndarray] | None:
    """Hash and thumbnail of a poster, or None if it is blank."""
    if image.format == "JPEG":
        image.draft("RGB", (_READ_AT, _READ_AT))  # decodes at a reduced scale, never below this
    picture = upright_rgb(image)
    if np.asarray(picture.convert("L").resize((32, 32))).std() < _BLANK_BELOW:
        return None
    bits = phash(picture).hash
    thumbnail = picture.resize(_THUMBNAIL, Image.Resampling.BOX)
    return np.packbits(bits).view(">u8")[0], np.asarray(thumbnail).reshape(-1)


def _alike(hashes: np.ndarray, thumbnails: np.ndarray) -> np.ndarray:
    """Pairs of positions of the same picture, without repetitions."""
    # One of each crowd of equal posters stands for all in the search.
    looks = np.concatenate([hashes[:, None].view(np.uint8), thumbnails], axis=1)
    _, different, same_as = np.unique(looks, axis=0, return_index=True, return_inverse=True)
    found = list(pairs_of_equal_keys(same_as.reshape(-1)))
    different.sort()
    for pairs in _near_hashes(hashes[different]):
        pairs = different[pairs]
        left, right = (thumbnails[pairs[:, side]].astype(np.int16) for side in (0, 1))
        found.append(pairs[np.abs(left - right).mean(axis=1) <= _MOST_LEVELS])
    return np.unique(np.concatenate(found), axis=0)


def _same_pictures(paths: Sequence[str], candidates: np.ndarray) -> np.ndarray:
    """The candidates that are the same picture.

    A poster is compared with the first of each kind of picture among its earlier candidates, so
    that a crowd of one picture takes one comparison each, and one picture in memory.
    """
    earlier = {row: set() for row in np.unique(candidates).tolist()}
    for one, other in candidates.tolist():
        earlier[other].add(one)
    looks, first_of, found = {}, {}, []
    closely = read_posters([paths[row] for row in earlier], close_look)
    for row, (look, _) in zip(earlier, closely, strict=True):
        if look is None:
            continue  # the file has changed since
        firsts = sorted({first_of[other] for other in earlier[row] if other in first_of})
        same = [first for first in firsts if same_picture(looks[first], look)]
        found += [(first, row) for first in same]
        first_of[row] = same[0] if same else row
        if not same:
            looks[row] = look
    return np.array(sorted(found), dtype=np.int64).reshape(-1, 2)


def _near_hashes(hashes: np.ndarray) -> Iterator[np.ndarray]:
    """Pairs of hashes that differ in at most `_MOST_BITS`; one may come several times."""
    edges = np.linspace(0, _HASH_BITS, _BLOCKS + 1).astype(int)
    masks = [((1 << int(to)) - 1) ^ ((1 << int(of)) - 1) for of, to in itertools.pairwise(edges)]
    for chosen in itertools.combinations(masks, _BLOCKS - _MOST_BITS):
        mask = np.uint64(sum(chosen))
        for pairs in pairs_of_equal_keys(hashes & mask, complete_up_to=_CROWD):
            bits = np.bitwise_count(hashes[pairs[:, 0]] ^ hashes[pairs[:, 1]])
            yield pairs[bits <= _MOST_BITS]
