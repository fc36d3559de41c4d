import re

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from keras_genre.catalog.synthetic import words, write_plot
from keras_genre.catalog.synthetic.film_model import THEMES, TONES
from keras_genre.catalog.synthetic.phrases import THEME_PHRASES, TONE_PHRASES
from keras_genre.catalog.synthetic.plots import _TEMPLATES
from keras_genre.catalog.synthetic.titles import write_title
from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES


def words_of(*texts):
    return set(re.findall(r"[^\W\d_]+", " ".join(texts).lower()))


def phrases_of(groups):
    return [phrase for group in groups for phrase in group]


@pytest.fixture(scope="module")
def plots():
    """2,400 plots with their themes and tones, as indices."""
    rng = np.random.default_rng(5)
    themes, tones = rng.integers(len(THEMES), size=2400), rng.integers(len(TONES), size=2400)
    pairs = zip(themes, tones, strict=True)
    return [write_plot(THEMES[a], TONES[b], rng) for a, b in pairs], themes, tones


def test_plots_of_many_films_are_unique_and_of_readable_length(plots):
    texts = plots[0]
    assert len(set(texts)) == len(texts)
    assert all(30 <= len(text.split()) <= 80 for text in texts)


def test_plots_name_no_genre_and_leave_no_field_unfilled(plots):
    names = "|".join(map(re.escape, {*TMDB_GENRES, *MM_IMDB_GENRES}))
    genre = re.compile(rf"\b({names})\b", re.IGNORECASE)
    for text in plots[0]:
        assert not genre.search(text), text
        assert not re.search(r"[{}]|  |\b[Aa] [aeiou]|_", text), text
        assert re.match(r"[A-ZÅÆØÉ]", text), text
        assert text.endswith(".")


def test_plots_say_at_least_two_phrases_of_their_theme_and_tone_and_of_no_other(plots):
    for text, theme, tone in zip(*plots, strict=True):
        lower = text.lower()
        for phrases, own in ((THEME_PHRASES, THEMES[theme]), (TONE_PHRASES, TONES[tone])):
            for value, groups in phrases.items():
                said = [phrase for phrase in phrases_of(groups) if phrase.lower() in lower]
                assert (len(said) >= 2) if value == own else not said, (value, text)


@pytest.mark.parametrize("phrases", [THEME_PHRASES, TONE_PHRASES])
def test_phrases_each_hold_a_word_that_nothing_else_in_any_plot_holds(phrases):
    plain = [getattr(words, name) for name in words.__all__]
    everything = {value: phrases_of(groups) for value, groups in phrases.items()}
    other = TONE_PHRASES if phrases is THEME_PHRASES else THEME_PHRASES
    shared = words_of(*phrases_of(plain), *_TEMPLATES, *phrases_of(map(phrases_of, other.values())))
    for value, own in everything.items():
        rest = words_of(*phrases_of(each for key, each in everything.items() if key != value))
        for phrase in own:
            assert words_of(phrase) - shared - rest, phrase


@pytest.mark.parametrize("cue", [1, 2])
def test_plots_of_1400_films_teach_a_bag_of_words_their_cue(plots, cue):
    texts, values = plots[0], plots[cue]
    counts = CountVectorizer().fit(texts[:1400]).transform(texts)
    model = LogisticRegression(max_iter=500).fit(counts[:1400], values[:1400])
    assert model.score(counts[1400:], values[1400:]) >= 0.98


def test_write_plot_of_equal_states_is_equal():
    first, second = (write_plot("ranch", "grim", np.random.default_rng(8)) for _ in range(2))
    assert first == second
    assert first != write_plot("ranch", "grim", np.random.default_rng(9))


@pytest.mark.parametrize(
    ("theme", "tone", "message"),
    [
        ("weding", "grim", r"`theme`.*received 'weding'. Did you mean 'wedding'"),
        ("heist", "grin", r"`tone`.*received 'grin'. Did you mean 'grim'"),
        (0, "grim", r"`theme` as one of 'heist'.*received 0"),
    ],
)
def test_write_plot_of_unknown_cue_is_refused(theme, tone, message):
    with pytest.raises(ValueError, match=message):
        write_plot(theme, tone, np.random.default_rng(0))


def test_titles_of_many_films_are_varied_and_well_formed():
    rng = np.random.default_rng(6)
    titles = [write_title(rng) for _ in range(3000)]
    assert len(set(titles)) > 2500
    assert all(len(title) <= 45 for title in titles)
    assert not any(re.search(r"[{}]|\bA [AEIOU]|\bAn [^AEIOU]|ys and|ss and", t) for t in titles)
