"""The word pieces of Hugging Face's tokenizers, to compare with."""

import unicodedata

from hypothesis import strategies as st
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers


def reference(vocabulary):
    """The tokenizer of an uncased BERT, without special pieces."""
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return tokenizer


def reference_words(tokenizer, text):
    """The words before they are split into pieces."""
    parts = tokenizer.pre_tokenizer.pre_tokenize_str(tokenizer.normalizer.normalize_str(text))
    return [word for word, _ in parts]


def _is_settled(character):
    # Programs know different versions of Unicode: what they agree on is as old as 3.2.
    category = unicodedata.category(character)
    is_old = unicodedata.ucd_3_2_0.category(character) == category
    return is_old and category not in ("Cn", "Cs")


SETTLED = [character for character in map(chr, range(0x30000)) if _is_settled(character)]
"""The characters of which every version of Unicode says the same."""

TEXTS = st.text(
    st.sampled_from(SETTLED) | st.sampled_from(" \t\n'!?[]#abcdefghijklmnopqrstuvwxyzÉ")
)
"""Texts of these."""
