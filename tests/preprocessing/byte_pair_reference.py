"""A small vocabulary of byte pairs, and KerasHub's tokenizer of it, to compare with."""

import functools

import keras_hub
from word_piece_reference import TEXTS

from keras_genre.preprocessing.byte_pairs import WORD_END, byte_characters
from keras_genre.preprocessing.learned_byte_pairs import learn_byte_pairs
from keras_genre.preprocessing.lower_case_words import LowerCaseWords
from keras_genre.preprocessing.word_counts import count_words

SPECIAL = ("<|startoftext|>", "<|endoftext|>")
BYTES = [piece for end in ("", WORD_END) for piece in (each + end for each in byte_characters())]
"""A piece for each byte, as CLIP's vocabulary begins with them."""

PLOTS = TEXTS.filter(lambda text: not any(mark in text for mark in SPECIAL))
"""Texts without the names of special pieces, which are marks for the reference and text here."""

_SAMPLE = [
    "A heist goes wrong, and the thieves turn on each other. The heist's over!",
    "She'll remember the café, the thieving waiters and the Müllers' wrongs...",
    "The theatre: 1945. They're there; weren't they? 東京の東京の Жизнь и жизнь",
    "aaaa aaaaaaa bababa abababab !!! !!!!! ?!?!",
]


@functools.cache
def learned():
    """Pieces and merges of a few plots."""
    return learn_byte_pairs(count_words(_SAMPLE, LowerCaseWords()), 700, SPECIAL)


def reference(pieces, merges):
    """From a list of texts to the list of CLIP's ids of each, without marks."""
    ids = {piece: number for number, piece in enumerate(pieces)}
    # It cannot do without a line; this one says nothing.
    return keras_hub.models.CLIPTokenizer(vocabulary=ids, merges=["#version: 0.2", *merges])
