import itertools

import numpy as np
import pytest

from keras_genre.catalog.synthetic.film_model import (
    CUES,
    GENRES,
    genre_odds,
    genre_odds_given_mood,
    sample_cues,
    sample_labels,
    sample_presence,
)
from keras_genre.genres import TMDB_GENRES

SOME_CUES = [(0, 0, 0, 0), (5, 2, 4, 4), (2, 1, 2, 1), (3, 2, 0, 2), (1, 0, 4, 3)]


def finished_law(cues):
    """Every label set with its probability, given that it is not empty: by enumeration."""
    sets = np.array(list(itertools.product((0, 1), repeat=len(GENRES))), dtype=bool)
    law = np.zeros(len(sets))
    for odds in genre_odds_given_mood()[cues]:
        law += 0.5 * np.where(sets, odds, 1.0 - odds).prod(axis=1)
    law[~sets.any(axis=1)] = 0.0
    return sets, law / law.sum()


@pytest.mark.parametrize("cues", SOME_CUES)
def test_genre_odds_of_cues_equal_enumeration_of_all_label_sets(cues):
    sets, law = finished_law(cues)
    np.testing.assert_allclose(genre_odds()[cues], law @ sets, rtol=1e-12)


def test_genre_odds_given_mood_are_additive_in_log_odds():
    odds = genre_odds_given_mood()
    logits = np.log(odds / (1.0 - odds))
    for axis in range(5):
        steps = np.diff(logits, axis=axis)
        others = tuple(other for other in range(5) if other != axis)
        assert np.ptp(steps, axis=others).max() < 1e-10
        assert np.abs(steps).max() > 0.3


@pytest.mark.parametrize("genre", range(len(GENRES)))
@pytest.mark.parametrize("modality", [(0, 1), (2, 3)])
def test_genre_odds_of_every_genre_depend_on_either_modality(genre, modality):
    seen = genre_odds()[..., genre].mean(axis=tuple({0, 1, 2, 3} - set(modality)))
    assert seen.max() - seen.min() > 0.4


def test_genres_are_spelled_and_ordered_as_tmdb():
    assert list(GENRES) == [name for name in TMDB_GENRES if name in GENRES]


def test_sample_labels_of_unlikely_films_have_the_exact_joint_law():
    cues = (5, 2, 3, 1)
    num_films = 60_000
    labels = sample_labels(np.tile(cues, (num_films, 1)), np.random.default_rng(1))
    sets, law = finished_law(cues)
    joint = np.einsum("s,si,sj->ij", law, sets, sets)  # P(i and j); P(i) on the diagonal
    found = labels.T.astype(float) @ labels / num_films
    error = np.sqrt(joint * (1.0 - joint) / num_films)
    assert (np.abs(found - joint) < 4.5 * error + 1e-4).all()


def test_sample_labels_of_one_mood_tie_comedy_to_romance():
    cues = (4, 2, 4, 2)
    sets, law = finished_law(cues)
    comedy, romance = GENRES.index("Comedy"), GENRES.index("Romance")
    together = law @ (sets[:, comedy] & sets[:, romance])
    assert together > genre_odds()[cues][comedy] * genre_odds()[cues][romance] + 0.005


def test_sample_labels_of_many_films_are_never_empty(many_films):
    assert many_films.labels.any(axis=1).all()


def test_sample_cues_cover_every_value_evenly():
    cues = sample_cues(30_000, np.random.default_rng(2))
    for column, values in enumerate(CUES.values()):
        counts = np.bincount(cues[:, column], minlength=len(values))
        np.testing.assert_allclose(counts * len(values) / 30_000, 1.0, atol=0.06)


def test_sample_presence_is_never_neither():
    has_plot, has_poster = sample_presence(30_000, np.random.default_rng(3))
    assert (has_plot | has_poster).all()
    assert abs((~has_plot).mean() - 0.08) < 0.01
    assert abs((~has_poster).mean() - 0.12) < 0.01


def test_genre_odds_are_read_only():
    with pytest.raises(ValueError, match="read-only"):
        genre_odds()[0, 0, 0, 0, 0] = 1.0
