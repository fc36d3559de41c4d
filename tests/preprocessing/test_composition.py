import unicodedata

import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.preprocessing import composition
from keras_genre.preprocessing.composition import Composition

COMPOSITION = tf.function(
    Composition(), input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
)
CHARACTERS = [chr(point) for point in range(0x30000) if not 0xD800 <= point < 0xE000]
ACCENTS = [each for each in CHARACTERS if unicodedata.combining(each)]
# Letters with several accents, those that fall apart for good, and Korean in parts.
LETTERS = "aeoquAEOU<ώᾧǖṩẛΩ\u0958\u0344\u09c7\u09be\u0cc6\u0cd5한글ㅎ" + "".join(
    map(chr, [*range(0x1100, 0x1113), *range(0x1161, 0x1176), *range(0x11A7, 0x11C3), 0xAC00])
)


def composed(*words):
    return [word.decode() for word in COMPOSITION(tf.constant(words, tf.string)).numpy()]


def expected(words):
    return [unicodedata.normalize("NFC", word) for word in words]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composition_of_any_character_however_it_is_spelt_agrees_with_python(form):
    words = [unicodedata.normalize(form, each) for each in CHARACTERS]
    assert composed(*words) == expected(words)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.sampled_from(LETTERS) | st.sampled_from(ACCENTS)), max_size=6))
def test_composition_of_any_letters_and_accents_agrees_with_python(words):
    assert composed(*words) == expected(words)


def test_composition_of_accents_without_a_letter_takes_none_from_the_word_before():
    words = ["a", "\u0301", "e\u0323", "\u0302\u0323", ""]
    assert composed(*words) == ["a", "\u0301", "ẹ", "\u0323\u0302", ""]


def test_composition_of_no_words_gives_none():
    assert composed() == []


def test_composition_of_letters_that_join_each_other_takes_two_at_a_time(monkeypatch):
    # As some do in Unicode 16, which this Python may not know yet.
    monkeypatch.setattr(composition, "_pairs", lambda: {(ord("x"), ord("x")): ord("X")})
    monkeypatch.setattr(composition, "_changeable", lambda: "x")
    words = ["x", "xx", "xxx", "xxxx", "axxxxxb"]
    assert Composition()(words).numpy().tolist() == [b"x", b"X", b"Xx", b"XX", b"aXXxb"]
