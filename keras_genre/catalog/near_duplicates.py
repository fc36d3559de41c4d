"""Plots that are nearly the same, found without comparing each with each."""

import functools
import hashlib
from collections.abc import Iterator, Sequence

import numpy as np

from keras_genre.catalog.equal_keys import pairs_of_equal_keys
from keras_genre.catalog.plot_words import plot_words

_SHINGLE_WORDS = 5
_NUM_HASHES = 64
_LIKELY_MISS = 1e-3
_PLOTS_AT_ONCE = 10_000  # of which words and hashes are in memory
_PAIRS_AT_ONCE = 50_000
_CROWD = 16  # so many plots of one band are compared each with each


def near_duplicate_plots(plots: Sequence[str], threshold: float = 0.8) -> np.ndarray:
    """Find pairs of plots that share most of their wording.

    Two plots are alike as far as their sets of five successive words overlap (Jaccard
    similarity); of a plot below five words the whole is one such piece. Case and punctuation do
    not count, and a plot without words is like no other. Candidates come from MinHash signatures
    in bands and are then compared exactly, so that no pair below the threshold is returned; one
    just at it is missed less than once in a thousand times, and more alike ones practically never.

    Time and memory grow linearly with the plots. A crowd of the same plots is therefore linked to
    its first one and along the row, not each with each.

    Args:
        plots: The texts; empty ones are in no pair.
        threshold: The least similarity of a pair, from 0.5 to 1.

    Returns:
        Row numbers as an int64 array of shape `(pairs, 2)`, the smaller one first, in order. The
        same plots give the same pairs always.

    Raises:
        ValueError: If the threshold is outside its range.

    Example:
        >>> near_duplicate_plots(["A duel at dawn.", "War.", "a duel, at dawn"]).tolist()
        [[0, 2]]

    Reference:
        Broder 1997, "On the Resemblance and Containment of Documents".
    """
    if not 0.5 <= threshold <= 1:
        raise ValueError(f"Expected a threshold from 0.5 to 1, received {threshold}.")
    bands, fingerprints, rows = _signatures(plots, threshold)
    candidates = [_unique_pairs(pairs_of_equal_keys(fingerprints), len(rows))]
    # One of each crowd of equal plots stands for all in the bands.
    _, different = np.unique(fingerprints, return_index=True)
    different.sort()
    in_bands = (
        different[pairs]
        for band in bands.T
        for pairs in pairs_of_equal_keys(band[different], complete_up_to=_CROWD)
    )
    candidates.append(_unique_pairs(in_bands, len(rows)))
    pairs = rows[np.concatenate(candidates)]
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    parts = np.array_split(pairs, range(_PAIRS_AT_ONCE, len(pairs), _PAIRS_AT_ONCE))
    alike = [plot_similarities(plots, part) >= threshold for part in parts]
    return pairs[np.concatenate(alike)]


def plot_similarities(plots: Sequence[str], pairs: np.ndarray) -> np.ndarray:
    """Return the Jaccard similarity, from 0 to 1, of pairs of plots that have words.

    Args:
        plots: The texts.
        pairs: Row numbers of shape `(pairs, 2)`.

    Returns:
        Similarities of shape `(pairs,)`.
    """
    rows, places = np.unique(pairs, return_inverse=True)
    pieces, starts = _shingles([plot_words(plots[row]) for row in rows])
    sets = [frozenset(of.tolist()) for of in np.split(pieces, starts[1:])]
    return np.array(
        [
            len(sets[i] & sets[j]) / len(sets[i] | sets[j])
            for i, j in places.reshape(-1, 2).tolist()
        ],
        dtype=float,
    )


def _signatures(plots: Sequence[str], threshold: float) -> tuple[np.ndarray, ...]:
    """Hashes of the plots with words: `(plots, bands)`, of the whole `(plots,)`; their rows."""
    bands, fingerprints, rows = [], [], []
    for chunk, words in _chunks(plots):
        pieces, starts = _shingles(words)
        bands.append(_band_keys(pieces, starts, threshold))
        fingerprints.append(_fingerprints(pieces, starts))
        rows.append(chunk)
    if not rows:
        return np.empty((0, 1), np.uint64), np.empty(0, np.uint64), np.empty(0, np.int64)
    return np.concatenate(bands), np.concatenate(fingerprints), np.concatenate(rows)


def _chunks(plots: Sequence[str]) -> Iterator[tuple[np.ndarray, list[list[str]]]]:
    for start in range(0, len(plots), _PLOTS_AT_ONCE):
        words = [plot_words(plot) for plot in plots[start : start + _PLOTS_AT_ONCE]]
        rows = [row for row, of in enumerate(words) if of]
        if rows:
            yield np.array(rows) + start, [words[row] for row in rows]


def _shingles(words: list[list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Hashes of all pieces of all plots, one plot after the other, and where each one begins."""
    lengths = np.array([max(len(of), _SHINGLE_WORDS) for of in words], dtype=np.int64)
    hashes = np.zeros(int(lengths.sum()), dtype=np.uint64)
    ends = np.cumsum(lengths)
    for of, end, length in zip(words, ends, lengths, strict=True):
        hashes[end - length : end - length + len(of)] = [_word_hash(word) for word in of]
    num_pieces = lengths - _SHINGLE_WORDS + 1
    starts = np.cumsum(num_pieces) - num_pieces
    # A piece begins at each word but the last four of its plot.
    first_word = np.arange(num_pieces.sum()) + np.repeat(ends - lengths - starts, num_pieces)
    pieces = np.zeros(len(first_word), dtype=np.uint64)
    for place in range(_SHINGLE_WORDS):
        pieces = _mixed(pieces + hashes[first_word + place])
    return pieces, starts


@functools.lru_cache(maxsize=2**17)
def _word_hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=8).digest())


def _mixed(values: np.ndarray) -> np.ndarray:
    """Spread 64-bit integers evenly; equal ones stay equal (the finaliser of SplitMix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


def _band_keys(pieces: np.ndarray, starts: np.ndarray, threshold: float) -> np.ndarray:
    rows_of_band = _rows_of_band(threshold)
    random = np.random.default_rng(0)  # which numbers they are does not matter, but must not vary
    keys = np.zeros((len(starts), _NUM_HASHES // rows_of_band), dtype=np.uint64)
    for band in range(keys.shape[1]):
        for _ in range(rows_of_band):
            factor, offset = random.integers(0, 2**63, size=2, dtype=np.uint64)
            least = np.minimum.reduceat(pieces * (factor | np.uint64(1)) + offset, starts)
            keys[:, band] = _mixed(keys[:, band] + least)
    return keys


def _rows_of_band(threshold: float) -> int:
    """The most hashes a band for which a pair at the threshold is hardly missed."""
    for rows in (4, 3, 2):
        if (1 - threshold**rows) ** (_NUM_HASHES // rows) < _LIKELY_MISS:
            return rows
    return 1


def _fingerprints(pieces: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """One hash a plot; plots of the same words in the same order have the same."""
    places = np.arange(len(pieces), dtype=np.uint64)
    places -= np.repeat(starts, np.diff(starts, append=len(pieces))).astype(np.uint64)
    return np.add.reduceat(_mixed(pieces + _mixed(places)), starts)


def _unique_pairs(pairs: Iterator[np.ndarray], num_rows: int) -> np.ndarray:
    numbers = [of[:, 0] * num_rows + of[:, 1] for of in pairs]
    unique = np.unique(np.concatenate(numbers)) if numbers else np.empty(0, np.int64)
    return np.column_stack(np.divmod(unique, max(num_rows, 1)))
