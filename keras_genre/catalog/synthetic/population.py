"""Every sample film that could be, with its weight, as a model may see it.

The cues and what is missing take finitely many values, so the population is a short list of
(probability of each genre, share of films), and its best F1 is found by trying them all.
"""

import functools

import numpy as np

from keras_genre.catalog.synthetic.film_model import CUES, PRESENCE, genre_odds

__all__ = ["VIEWS", "best_thresholds", "film_probabilities", "population", "population_f1"]

VIEWS = {
    "both": (True, True),
    "plot": (True, False),
    "poster": (False, True),
    "neither": (False, False),
}
"""What a model may look at: (the plot, the poster)."""

# Two sums of the same numbers in another order differ by this much at most.
_TIE = 1e-12


def film_probabilities(cues: np.ndarray, see_plot: np.ndarray, see_poster: np.ndarray):
    """Return p(genre | what is seen) of each film, what is unseen summed out.

    Args:
        cues: Cue indices of shape `(films, 4)`.
        see_plot: Bool array of shape `(films,)`: theme and tone are known.
        see_poster: Bool array of shape `(films,)`: scene and hero are known.

    Returns:
        A float64 array of shape `(films, genres)`.
    """
    probabilities = np.empty((len(cues), genre_odds().shape[-1]))
    for plot, poster in VIEWS.values():
        rows = (see_plot == plot) & (see_poster == poster)
        probabilities[rows] = _seen_odds(plot, poster)[tuple(cues[rows].T)]
    return probabilities


@functools.cache
def population(given: str) -> tuple[np.ndarray, np.ndarray]:
    """List the probabilities that a model with this view can come to, and how often.

    Args:
        given: One of `VIEWS`.

    Returns:
        Probabilities of shape `(cases, genres)` and weights of shape `(cases,)` that sum to 1.
    """
    cues = np.indices([len(values) for values in CUES.values()]).reshape(len(CUES), -1).T
    see_plot, see_poster = VIEWS[given]
    odds, weights = [], []
    for (has_plot, has_poster), share in PRESENCE.items():
        seen = (has_plot and see_plot, has_poster and see_poster)
        odds.append(film_probabilities(cues, *(np.full(len(cues), each) for each in seen)))
        weights.append(np.full(len(cues), share / len(cues)))
    return np.concatenate(odds), np.concatenate(weights)


@functools.cache
def best_thresholds(given: str) -> tuple[float, ...]:
    """Return the threshold of each genre with the highest F1 over the population."""
    odds, weights = population(given)
    return tuple(_best_threshold(column, weights) for column in odds.T)


def population_f1(given: str, thresholds) -> np.ndarray:
    """Return the F1 of each genre over the population, 2 E[TP] / (E[predicted] + E[positive]).

    Args:
        given: One of `VIEWS`.
        thresholds: Thresholds of shape `(genres,)`; a genre is predicted strictly above its own.

    Returns:
        A float64 array of shape `(genres,)`.
    """
    odds, weights = population(given)
    chosen = odds > np.asarray(thresholds)
    hits = weights @ (odds * chosen)
    return 2.0 * hits / (weights @ chosen + weights @ odds)


def _best_threshold(odds: np.ndarray, weights: np.ndarray) -> float:
    """Try every cut between neighbouring probabilities of shape `(cases,)`."""
    order = np.argsort(-odds, kind="stable")
    odds, weights = odds[order], weights[order]
    f1 = 2.0 * np.cumsum(odds * weights) / (np.cumsum(weights) + odds @ weights)
    below = np.append(odds[1:], 0.0)
    # Equal probabilities cannot be parted: only a real gap is a place to cut.
    f1[odds - below < _TIE] = -1.0
    best = int(np.argmax(f1))
    return float((odds[best] + below[best]) / 2.0)


@functools.cache
def _seen_odds(plot: bool, poster: bool) -> np.ndarray:
    """p(genre | seen cues), spread over all cues: `(themes, tones, scenes, heroes, genres)`."""
    unseen = (() if plot else (0, 1)) + (() if poster else (2, 3))
    odds = genre_odds()
    mean = odds.mean(axis=unseen, keepdims=True) if unseen else odds
    return np.broadcast_to(mean, odds.shape)
