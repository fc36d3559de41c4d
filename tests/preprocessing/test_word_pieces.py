import string

import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from word_piece_reference import reference

from keras_genre.preprocessing.word_pieces import WordPieces

PIECES = ["[UNK]", "ab", "a", "b", "##b", "##ba", "##c", "é", "##é", "aba"]


def split(rows, pieces=PIECES):
    words = tf.RaggedTensor.from_row_lengths(
        tf.constant([word for row in rows for word in row], tf.string), [len(row) for row in rows]
    )
    answer = WordPieces(pieces, unknown=0)(words)
    assert answer.dtype == tf.int32
    return answer.to_list()


def test_word_pieces_takes_the_longest_piece_each_time():
    # Not "ab" and "##ba": what is longest at its place, even if the rest then does not come out.
    assert split([["aba", "abba", "abab", "abc"]]) == [[9, 1, 5, 9, 4, 1, 6]]


def test_word_pieces_of_a_word_that_does_not_come_out_is_unknown_once():
    assert split([["abx", "xab", "c", "bé", "éb"]]) == [[0, 0, 0, 3, 8, 7, 4]]


def test_word_pieces_of_a_word_of_more_than_100_characters_is_unknown():
    pieces = ["[UNK]", "a", "##a", "é", "##é", "b" * 101]
    words = [["a" * 100], ["a" * 101], ["é" * 100], ["é" * 101], ["b" * 101]]
    assert split(words, pieces) == [[1] + [2] * 99, [0], [3] + [4] * 99, [0], [0]]


def test_word_pieces_of_rows_without_words_are_none():
    assert split([[], ["a"], []]) == [[], [2], []]
    assert split([[]]) == [[]]


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.text("abce", min_size=1, max_size=4), max_size=12),
    st.sets(st.text("abce", min_size=1, max_size=4).map("##{}".format), max_size=12),
    st.lists(
        st.lists(st.text("abcé", min_size=1, max_size=12), max_size=5), min_size=1, max_size=4
    ),
)
def test_word_pieces_of_any_vocabulary_agree_with_the_reference(starts, suffixes, rows):
    pieces = ["[UNK]", *sorted(starts), *sorted(suffixes)]
    expected = [
        reference(pieces).encode(" ".join(row), add_special_tokens=False).ids for row in rows
    ]
    # The reference reads words without accents.
    plain = [[word.replace("é", "e") for word in row] for row in rows]
    assert split(plain, pieces) == expected


def test_word_pieces_of_single_letters_spell_any_word():
    letters = string.ascii_lowercase
    pieces = ["[UNK]", *letters, *(f"##{letter}" for letter in letters)]
    assert split([["heist"]], pieces) == [
        [pieces.index(piece) for piece in ("h", "##e", "##i", "##s", "##t")]
    ]
