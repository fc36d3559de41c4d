from hypothesis import given
from hypothesis import strategies as st

from keras_genre.client import GenrePrediction
from keras_genre.demo.answer_html import answer_html, connection_html, escaped, message_html
from keras_genre.demo.thresholds import FilmRule

PREDICTION = GenrePrediction(("War",), {"Drama": 0.25, "War": 0.75}, "m", 3)


def test_answer_shows_genres_most_probable_first_beside_their_thresholds():
    shown = answer_html(PREDICTION, FilmRule({"Drama": 0.5, "War": 0.4}, None), "a plot", b"x")
    assert shown.index("War: probability 0.75, threshold 0.40, given") < shown.index(
        "Drama: probability 0.25, threshold 0.50, not given"
    )
    assert shown.count('class="kg-genre"') == 1
    assert "width: 75.0%" in shown
    assert "left: 40.0%" in shown
    assert "alone" not in shown


def test_answer_without_a_known_rule_says_so_and_draws_no_threshold():
    shown = answer_html(PREDICTION, None, "a plot", b"x")
    assert "this server does not tell" in shown
    assert "kg-threshold" not in shown


def test_answer_of_a_top_k_rule_says_how_many_at_most():
    shown = answer_html(PREDICTION, FilmRule({"Drama": 0.2, "War": 0.2}, 1), "a plot", b"x")
    assert "the 1 most probable at most" in shown


def test_answer_without_genres_says_that_none_is_over_its_threshold():
    none = GenrePrediction((), {"Drama": 0.25}, "m", None)
    assert "No genre is over its threshold." in answer_html(none, None, "a plot", b"")


@given(st.text())
def test_text_from_outside_is_escaped_for_html_and_for_templates(text):
    assert not set("<>${}\"'") & set(escaped(text))
    for shown in (message_html(text, text, text), connection_html(text, text, None, text)):
        assert escaped(text) in shown
