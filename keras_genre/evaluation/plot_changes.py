"""Plots as hurried people give them: their beginning alone, or with typing mistakes."""

import hashlib
import re

import numpy as np

__all__ = ["first_words", "mistyped"]

_WORD_OF_LETTERS = re.compile(r"[^\W\d_]{2,}")


def first_words(text: str, num_words: int) -> str:
    """Cut a text after so many words; a shorter one stays as it is.

    A word is what stands between blanks, so a text of a script that writes none is one word.

    Args:
        text: Any text.
        num_words: How many words to keep, at least 1.

    Example:
        >>> first_words("A heist goes wrong.", 2)
        'A heist'
    """
    words = re.match(rf"\s*\S+(?:\s+\S+){{0,{num_words - 1}}}", text)
    return words[0] if words and words[0] != text.rstrip() else text


def mistyped(text: str, rate: float, seed: int = 0) -> str:
    """Put typing mistakes into a text.

    Each word of two letters or more gets, with chance `rate`, one mistake in one place: two
    neighbouring letters swapped, a letter dropped, or a letter doubled, each as likely as the
    others; where the two letters are the same, one of them is doubled. What is changed depends
    on the text and the seed alone.

    Args:
        text: Any text.
        rate: The share of words to change, from 0 to 1.
        seed: Another one makes other mistakes.

    Example:
        >>> mistyped("A heist goes wrong.", rate=1.0)
        'A hiest goess wwrong.'
    """
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    random = np.random.default_rng([seed, int.from_bytes(digest, "big")])

    def change(match: re.Match) -> str:
        return _with_mistake(match[0], random) if random.random() < rate else match[0]

    return _WORD_OF_LETTERS.sub(change, text)


def _with_mistake(word: str, random: np.random.Generator) -> str:
    kind = ("swap", "drop", "double")[random.integers(3)]
    at = int(random.integers(len(word) - (kind == "swap")))
    if kind == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == "drop":
        return word[:at] + word[at + 1 :]
    return word[: at + 1] + word[at:]
