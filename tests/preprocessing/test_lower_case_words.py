import pytest
import tensorflow as tf
from byte_pair_reference import BYTES, PLOTS, SPECIAL, reference
from hypothesis import given, settings
from hypothesis import strategies as st
from word_piece_reference import SETTLED

from keras_genre.preprocessing.byte_pairs import WORD_END, byte_characters
from keras_genre.preprocessing.lower_case_words import LowerCaseWords

WORDS = tf.function(
    LowerCaseWords(), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)
REFERENCE = reference([*BYTES, *SPECIAL], [])
_BYTE_OF = {character: byte for byte, character in enumerate(byte_characters())}


def words(*plots):
    return [[word.decode() for word in row] for row in WORDS(tf.constant(plots)).to_list()]


def reference_words(texts):
    """The words between the ends that the reference, without any merge, marks."""
    rows = []
    for ids in REFERENCE(list(texts)):
        text = "".join(BYTES[number].replace(WORD_END, " ") for number in ids)
        rows.append([bytes(map(_BYTE_OF.get, word)).decode() for word in text.split(" ")[:-1]])
    return rows


@pytest.mark.parametrize(
    ("plot", "expected"),
    [
        ("A HEIST goes wrong.", ["a", "heist", "goes", "wrong", "."]),
        ("It's they'LL 'stop don’t", ["it", "'s", "they", "'ll", "'s", "top", "don", "’", "t"]),  # noqa: RUF001
        ("!!'s ''d", ["!!'", "s", "''", "d"]),
        ("In 1945...?!", ["in", "1", "9", "4", "5", "...?!"]),
        ("Café cafe\u0301 Müller", ["café", "café", "müller"]),
        ("東京の物語", ["東京の物語"]),
        ("İSTANBUL ΌΔΟΣ Жизнь", ["i", "\u0307", "stanbul", "όδοσ", "жизнь"]),
        ("a\u00a0b\u2028c\td\r\ne\x85f\u3000g\x0bh", list("abcdefgh")),
        ("a\u200bb\x00c\x1cd", ["a", "\u200b", "b", "\x00", "c", "\x1c", "d"]),
        ("<|startoftext|>", ["<|", "startoftext", "|>"]),
        (b"heist\xff\xfe s\xc3", ["heist", "s"]),
        (" \t\u3000", []),
        ("", []),
    ],
)
def test_words_of_a_plot_are_in_lower_case_and_as_clip_parts_them(plot, expected):
    assert words(plot) == [expected]


def test_words_of_any_character_agree_with_the_reference():
    # Chinese characters and Hangul syllables by the thousand are alike.
    characters = [
        character
        for character in SETTLED
        if not ("㐀" <= character <= "鿿" or "가" <= character <= "힣") or ord(character) % 97 == 0
    ]
    assert len(characters) > 10_000
    texts = [f"a{character}b" for character in characters]
    assert words(*texts) == reference_words(texts)


@settings(max_examples=100, deadline=None)
@given(st.lists(PLOTS, min_size=1, max_size=8))
def test_words_of_any_texts_agree_with_the_reference(texts):
    assert words(*texts) == reference_words(texts)


def test_words_of_no_plots_are_none():
    assert WORDS(tf.constant([], tf.string)).to_list() == []
