import pytest

from keras_genre.catalog.plot_words import plot_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("... - !", []),
        ("A duel, at\nDAWN.", ["a", "duel", "at", "dawn"]),
        ("Cafe\u0301 \uff2eoir", ["café", "noir"]),
        ("早朝の決闘", list("早朝の決闘")),
        ("새벽의 결투", ["새벽의", "결투"]),
        ("дуэль на рассвете", ["дуэль", "на", "рассвете"]),
    ],
)
def test_plot_words_are_those_of_the_script(text, words):
    assert plot_words(text) == words
