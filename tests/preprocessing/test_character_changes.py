import pytest
import tensorflow as tf

from keras_genre.preprocessing.character_changes import CharacterChanges


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Café", "Cafe"),
        ("ßéß", "ssess"),
        ("a\0b", "a\0b"),
        ("\u0301", ""),
        ("😀é", "😀e"),
        ("", ""),
    ],
)
def test_character_changes_replace_what_the_table_names_alone(text, expected):
    changes = CharacterChanges({"é": "e", "ß": "ss", "\u0301": ""})
    assert changes(tf.constant([text, "x"])).numpy().tolist() == [expected.encode(), b"x"]


def test_character_changes_of_no_texts_are_none():
    assert CharacterChanges({"a": "b"})(tf.constant([], tf.string)).shape == (0,)
