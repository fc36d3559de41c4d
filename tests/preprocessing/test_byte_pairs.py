import pytest
import tensorflow as tf
from byte_pair_reference import BYTES, SPECIAL, learned, reference
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.preprocessing.byte_pairs import BytePairs, byte_characters


def vocabulary(merges):
    return list(dict.fromkeys([*BYTES, *("".join(merge.split(" ")) for merge in merges)]))


def split(rows, merges, pieces=None):
    pieces = pieces or vocabulary(merges)
    words = tf.RaggedTensor.from_row_lengths(
        tf.constant([word for row in rows for word in row], tf.string), [len(row) for row in rows]
    )
    answer = BytePairs({piece: number for number, piece in enumerate(pieces, 1)}, merges)(words)
    assert answer.dtype == tf.int32
    return [[pieces[number - 1] for number in row] for row in answer.to_list()]


def test_byte_characters_are_all_different_and_can_be_seen():
    characters = byte_characters()
    assert len(set(characters)) == 256
    assert all(each.isprintable() and not each.isspace() for each in characters)
    assert (characters[ord("a")], characters[ord(" ")], characters[0]) == ("a", "Ġ", "Ā")


def test_byte_pairs_join_the_earliest_merge_first():
    merges = ["b c</w>", "a b", "ab c</w>", "a bc</w>"]
    assert split([["abc", "ab", "abcx", "a"]], merges) == [
        ["abc</w>", "a", "b</w>", "ab", "c", "x</w>", "a</w>"]
    ]


def test_byte_pairs_join_from_the_left():
    assert split([["aaaaa"], ["aaaa"]], ["a a"]) == [["aa", "aa", "a</w>"], ["aa", "a", "a</w>"]]


def test_byte_pairs_of_letters_beyond_ascii_are_their_bytes():
    assert split([["é"]], []) == [["Ã", "©</w>"]]
    assert split([["é"]], ["Ã ©</w>"]) == [["Ã©</w>"]]


def test_byte_pairs_of_rows_without_words_are_none():
    assert split([[], ["a"], []], []) == [[], ["a</w>"], []]
    assert split([[]], []) == [[]]


def test_byte_pairs_of_a_long_word_are_those_of_its_first_256_bytes():
    assert split([["a" * 300, "b" * 256]], []) == [
        ["a"] * 255 + ["a</w>"] + ["b"] * 255 + ["b</w>"]
    ]


@pytest.fixture(scope="module")
def fixed():
    pieces, merges = learned()
    layer = BytePairs({piece: number for number, piece in enumerate(pieces)}, merges)
    signature = [tf.RaggedTensorSpec([None, None], tf.string, 1, tf.int64)]
    return tf.function(layer, input_signature=signature, autograph=False), reference(pieces, merges)


@settings(max_examples=200, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text("abeghinorstvwéж東の", min_size=1, max_size=30), max_size=5),
        min_size=1,
        max_size=4,
    )
)
def test_byte_pairs_of_learned_merges_agree_with_the_reference(fixed, rows):
    ours, theirs = fixed
    words = tf.RaggedTensor.from_row_lengths(
        tf.constant([word for row in rows for word in row], tf.string), [len(row) for row in rows]
    )
    assert ours(words).to_list() == theirs([" ".join(row) for row in rows])


_PAIRS = st.lists(
    st.tuples(st.text("abc", min_size=1, max_size=3), st.text("abc", min_size=1, max_size=3)),
    max_size=12,
    unique=True,
)


@settings(max_examples=60, deadline=None)
@given(_PAIRS, st.lists(st.text("abc", min_size=1, max_size=14), min_size=1, max_size=5))
def test_byte_pairs_of_any_merges_in_any_order_agree_with_the_reference(pairs, words):
    merges = [f"{first} {second}{end}" for first, second in pairs for end in ("", "</w>")]
    pieces = [*vocabulary(merges), *(piece for pair in pairs for piece in pair)]
    pieces += [f"{second}</w>" for _, second in pairs]
    pieces = list(dict.fromkeys([*pieces, *SPECIAL]))
    theirs = reference(pieces, merges)([" ".join(words)])
    assert split([words], merges, pieces) == [[pieces[number] for number in theirs[0]]]
