import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.text_rules import (
    TEXT_RULES,
    cleaned_text,
    normalized_unicode,
    without_html,
)

ALL = tuple(TEXT_RULES)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("<p>A duel.</p>", "A duel."),
        ("A <b>bold</b> <I>duel</I>", "A bold duel"),
        ("One.<br/>Two.<BR />Three.<br>", "One.\nTwo.\nThree."),
        ('See <a href="https://films.example/?a=1&amp;b=2" class=x>here</a>.', "See here."),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("Tom &amp;amp;#38; Jerry", "Tom & Jerry"),
        ("Am&eacute;lie &#187; &#xAB; &quot;x&quot;", 'Amélie » « "x"'),
        ("&lt;i&gt;escaped&lt;/i&gt;", "escaped"),
        ("a<!-- hidden -->b<script>run()</script>c", "abc"),
        ("<div><ul><li>one</li><li>two</li></ul></div>", "one\ntwo"),
        ("&#xD800; &#0;", "\ufffd \ufffd"),
    ],
)
def test_without_html_gives_what_a_person_reads(text, read):
    assert without_html(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "a < b",
        "Tom & Jerry",
        "a <b and c> d",
        "x<y and y>z",
        "if a<b then c>d",
        "I <3 you",
        "AT&T; R&para and B&B",
        "the <unknown> tag",
        "<brave> & <plucky>",
        "1 <  2 > 0",
        "&notanentity;",
        "100 % <-- this -->",
        "",
    ],
)
def test_without_html_leaves_what_only_looks_like_it(text):
    assert without_html(text) == text


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("  Ame\u0301lie\u0081", "Amélie"),
        ("a\x00b\x07c\x9dd\x7f", "abcd"),
        ("one\r\ntwo\rthree\x0cfour\tfive", "one\ntwo\nthree\nfour\tfive"),
        ("\ufeffA duel", "A duel"),
        ("\u1112\u1161\u11ab", "한"),
        ("e\x00\u0301", "é"),
        ("Don\x92t \x96 \x93ever\x94\x85", "Don\u2019t \u2013 \u201cever\u201d\u2026"),
    ],
)
def test_normalized_unicode_is_composed_and_has_no_controls(text, normal):
    assert normalized_unicode(text) == normal


def test_normalized_unicode_reads_the_same_characters_as_entities_do():
    for number in set(range(0x80, 0xA0)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}:
        character = normalized_unicode(f"a{chr(number)}b")
        assert len(character) == 3
        assert character == without_html(f"a&#{number};b")


def test_cleaned_text_finds_what_each_rule_uncovers_for_the_other():
    assert cleaned_text("&lt;\x00b&gt;e&#769;", ALL) == ("é", ["unicode", "html"])
    assert cleaned_text("<\x00b>x", ("unicode",)) == ("<b>x", ["unicode"])
    assert cleaned_text(" <b>x", ("html",)) == (" x", ["html"])
    assert cleaned_text(" <b>x", ()) == (" <b>x", [])


pieces = st.sampled_from(
    ["<", ">", "/", "b", "p", "br", "&", "amp;", "lt;", "gt;", "#38;", "#1;", "#769;", "!--", "--",
     " ", "=", '"', "e", "\u0301", "\x00", "\r", "\n", "\u037e", "script", "\u0338", "\ufeff"]
)  # fmt: skip
texts = st.one_of(st.text(max_size=40), st.lists(pieces, max_size=25).map("".join))


@settings(max_examples=150, deadline=None)
@given(texts)
def test_cleaned_text_of_any_text_is_clean_and_stays_as_it_is(text):
    clean, _ = cleaned_text(text, ALL)
    assert cleaned_text(clean, ALL) == (clean, [])
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in clean)


words = st.text(string.ascii_letters + string.digits + "éß早.,:!?'()-=/", min_size=1, max_size=8)
between = st.sampled_from([" ", " & ", " < ", " > ", "\n", "; ", " <3 ", " &c. "])


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(words, between), max_size=8))
def test_cleaned_text_of_plain_text_is_the_same(parts):
    text = "".join(word + between for word, between in parts).strip()
    assert cleaned_text(text, ALL) == (text, [])


@pytest.mark.parametrize(
    "piece", ["<b", "<b ", "<b a=", '<b a="', "&", "<!--", "<script>", "&amp;"]
)
def test_cleaned_text_of_a_long_run_of_almost_html_ends(piece):
    text, _ = cleaned_text("x" + piece * 20_000, ALL)
    assert text.startswith("x")


def test_cleaned_text_of_tags_in_tags_ends_and_leaves_no_tag():
    text, _ = cleaned_text("<" * 8000 + "b>" * 8000, ALL)
    assert "<" not in text
    assert cleaned_text(text, ALL) == (text, [])
    assert cleaned_text("<" * 5 + "b>" * 5, ALL)[0] == ""
