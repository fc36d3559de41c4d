"""Learning a vocabulary of word pieces from plots."""

import collections
from collections.abc import Sequence

_LEAST_COUNT = 2


def learn_word_pieces(
    words: collections.Counter, vocabulary_size: int, special_pieces: Sequence[str]
) -> list[str]:
    """Learn word pieces: every character, and what the most frequent pairs join to.

    The same words give the same pieces, on any machine.

    Args:
        words: How often each occurs: see `keras_genre.preprocessing.word_counts`.
        vocabulary_size: Most pieces, special ones included.
        special_pieces: What the vocabulary begins with.

    Returns:
        The special pieces, then the learned ones.
    """
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    # Its own numbers for the characters, on which it chooses between equally frequent pairs, change
    # from one process to the next.
    first = [*special_pieces, *_characters(words)]
    tokenizer = Tokenizer(models.WordPiece())
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.WordPieceTrainer(
        vocab_size=vocabulary_size,
        min_frequency=_LEAST_COUNT,
        special_tokens=first,
        show_progress=False,
    )
    texts = ([word] * count for word, count in sorted(words.items()))
    tokenizer.train_from_iterator(texts, trainer)
    ids = tokenizer.get_vocab()
    return sorted(ids, key=ids.get)[:vocabulary_size]


def _characters(words: collections.Counter) -> list[str]:
    """Each character as it begins and as it continues a word, most frequent first."""
    counts = collections.Counter()
    for word, count in words.items():
        for number, character in enumerate(word):
            begins = number == 0
            counts[character] += count * begins
            counts[f"##{character}"] += count * (not begins)
    return sorted(counts, key=lambda piece: (-counts[piece], piece))
