import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from word_piece_reference import SETTLED, TEXTS, reference, reference_words

from keras_genre.preprocessing.basic_tokenizer import BasicTokenizer

TOKENIZER = BasicTokenizer()
REFERENCE = reference(["[UNK]"])


def words(*plots):
    rows = TOKENIZER(tf.constant(plots)).to_list()
    return [[word.decode() for word in row] for row in rows]


@pytest.mark.parametrize(
    ("plot", "expected"),
    [
        ("A HEIST goes wrong.", ["a", "heist", "goes", "wrong", "."]),
        ("Café Müller's Ünïcödé", ["cafe", "muller", "'", "s", "unicode"]),
        ("cafe\u0301", ["cafe"]),
        ("“Don’t”—she said…", ["“", "don", "’", "t", "”", "—", "she", "said", "…"]),  # noqa: RUF001
        ("a$b^c`d|e~f", ["a", "$", "b", "^", "c", "`", "d", "|", "e", "~", "f"]),
        ("3 € ≠ 4", ["3", "€", "=", "4"]),
        ("东京 in 1945年", ["东", "京", "in", "1945", "年"]),
        ("ひらがな", ["ひらかな"]),
        ("a\u00a0b\u2028c\td\r\ne", ["a", "b", "c", "d", "e"]),
        ("a\u200bb\x00c\x85d\ufffde", ["abcde"]),
        ("İSTANBUL ΌΔΟΣ Жизнь", ["istanbul", "οδοσ", "жизнь"]),
        ("[SEP] [PAD]", ["[", "sep", "]", "[", "pad", "]"]),
        (b"heist\xff\xfe s\xc3", ["heist", "s"]),
        (" \t\u3000", []),
        ("", []),
    ],
)
def test_basic_tokenizer_splits_plots_into_plain_words(plot, expected):
    assert words(plot) == [expected]


def test_basic_tokenizer_of_any_character_agrees_with_the_reference():
    # Chinese characters and Hangul syllables by the thousand are alike.
    characters = [
        character
        for character in SETTLED
        if not ("㐀" <= character <= "鿿" or "가" <= character <= "힣") or ord(character) % 97 == 0
    ]
    assert len(characters) > 10_000
    texts = [f"a{character}b" for character in characters]
    assert words(*texts) == [reference_words(REFERENCE, text) for text in texts]


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=8))
def test_basic_tokenizer_of_any_texts_agrees_with_the_reference(texts):
    assert words(*texts) == [reference_words(REFERENCE, text) for text in texts]


def test_basic_tokenizer_of_no_plots_gives_no_words():
    assert TOKENIZER(tf.constant([], tf.string)).to_list() == []
