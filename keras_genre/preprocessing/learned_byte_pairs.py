"""Learning byte pairs from plots."""

import collections
import json
from collections.abc import Sequence

from keras_genre.preprocessing.byte_pairs import WORD_END, byte_characters

_LEAST_COUNT = 2


def learn_byte_pairs(
    words: collections.Counter, vocabulary_size: int, special_pieces: Sequence[str]
) -> tuple[list[str], list[str]]:
    """Learn byte pairs: every byte, and what the most frequent pairs join to.

    The same words give the same pieces, on any machine.

    Args:
        words: How often each occurs: see `keras_genre.preprocessing.word_counts`.
        vocabulary_size: Most pieces, special ones included.
        special_pieces: What the vocabulary ends with.

    Returns:
        The pieces, first the bytes, with and without `WORD_END`; and the merges in their order,
        each as two pieces with a space between.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    characters = byte_characters()
    # Its own numbers for the last bytes of words, on which it chooses between equally frequent
    # pairs, change from one process to the next.
    first = [*characters, *(each + WORD_END for each in characters)]
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix=WORD_END))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary_size - len(special_pieces),
        min_frequency=_LEAST_COUNT,
        special_tokens=first,
        end_of_word_suffix=WORD_END,
        show_progress=False,
    )
    texts = (
        ["".join(characters[byte] for byte in word.encode())] * count
        for word, count in words.items()
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    return [*pieces, *special_pieces], [" ".join(pair) for pair in model["merges"]]
