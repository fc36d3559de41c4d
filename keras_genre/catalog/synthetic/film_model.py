"""How sample films come about: cues first, then genres, and the exact odds of each.

    theme, tone ──> plot          scene, hero ──> poster
         └──────────────┬──────────────┘
              cues, and a mood that nobody sees
                        └──> genres, at least one

A film's cues are drawn independently and uniformly. Given the cues and the mood `z`, -1 or
+1 with equal odds, each genre is a coin of its own:

    p(genre | cues, z) = sigmoid(bias + theme + tone + scene + hero + mood * z)

The mood is rendered nowhere: it ties genres together beyond what a plot or poster shows.
Genres that come out all off are thrown again, mood included, cues kept. Plots and posters
go missing at random, never both of one film.
"""

import functools

import numpy as np

__all__ = [
    "CUES",
    "GENRES",
    "HEROES",
    "SCENES",
    "THEMES",
    "TONES",
    "genre_odds",
    "genre_odds_given_mood",
    "sample_cues",
    "sample_labels",
    "sample_presence",
]

GENRES = (
    "Action", "Comedy", "Crime", "Drama", "Horror", "Romance", "Science Fiction", "Western",
)  # fmt: skip
"""The genres of every sample film, in the spelling and order of TMDB."""

THEMES = ("heist", "wedding", "haunting", "invention", "ranch", "inheritance")
TONES = ("silly", "grim", "tender")
SCENES = ("city", "desert", "woods", "space", "seaside")
HEROES = ("robot", "ghost", "cactus", "cat", "hearts")
CUES = {"theme": THEMES, "tone": TONES, "scene": SCENES, "hero": HEROES}
"""The values of each cue, in the column order of a film's cue indices."""

PRESENCE = {(True, True): 0.80, (False, True): 0.08, (True, False): 0.12}
"""The odds of (has a plot, has a poster). Nothing else decides what is missing."""

# Log-odds, one column a genre in the order of GENRES. Found by hand, then each bias shifted
# until its genre is on in 20 to 34% of films.
_BIAS = np.array([-2.0, -1.7, -2.1, -1.8, -2.6, -2.4, -2.6, -2.9])
_MOOD = np.array([0.5, 0.8, -0.6, -0.6, -0.7, 0.7, 0.3, 0.2])
_THEME = np.array(
    [
        [1.8, 0.5, 3.4, 0.0, -0.9, -0.9, -0.2, -0.2],  # heist
        [-1.8, 1.2, -1.4, 0.7, -1.2, 3.4, -0.9, -0.7],  # wedding
        [-0.5, -0.5, -0.2, 0.2, 3.7, -0.9, -0.5, -0.7],  # haunting
        [1.2, 0.2, -1.2, -0.9, 0.2, -0.7, 3.7, -1.2],  # invention
        [1.6, -0.2, -0.2, -0.5, -0.9, 0.0, -1.4, 3.9],  # ranch
        [-2.3, -1.2, -0.5, 2.8, -0.9, 0.0, -1.2, -1.2],  # inheritance
    ]
)
_TONE = np.array(
    [
        [0.0, 2.8, -0.5, -1.8, -0.9, 0.0, 0.2, 0.0],  # silly
        [1.6, -2.3, 1.4, 0.7, 1.6, -1.6, 0.2, 0.5],  # grim
        [-1.6, -0.5, -0.9, 1.2, -0.7, 1.6, -0.5, -0.5],  # tender
    ]
)
_SCENE = np.array(
    [
        [1.1, 0.2, 2.6, 0.2, -0.4, -0.4, 0.2, -1.3],  # city
        [0.9, -0.7, -0.4, -0.2, -0.7, -0.7, 0.0, 3.1],  # desert
        [-0.9, -0.7, 0.2, 0.7, 3.1, -0.4, -0.7, -0.4],  # woods
        [1.1, -0.7, -1.3, -1.5, 0.2, -0.9, 3.1, -0.9],  # space
        [-2.2, 1.8, -1.1, 0.9, -2.2, 2.4, -2.6, -0.4],  # seaside
    ]
)
_HERO = np.array(
    [
        [2.2, -0.4, 0.2, -1.1, -0.2, -1.1, 2.9, -1.1],  # robot
        [-0.9, -0.2, 0.2, 0.4, 2.9, -0.7, -0.7, -0.4],  # ghost
        [1.8, 0.2, -0.2, -0.9, -0.7, -0.7, -0.9, 3.1],  # cactus
        [-0.9, 2.4, 2.0, -0.9, -0.7, -0.4, -0.2, -0.4],  # cat
        [-2.2, -2.0, -2.2, 2.4, -1.3, 2.9, -1.1, -1.1],  # hearts
    ]
)


@functools.cache
def genre_odds_given_mood() -> np.ndarray:
    """Return p(genre | cues, mood) before any throw is repeated.

    Returns:
        A float64 array of shape `(themes, tones, scenes, heroes, 2, genres)`; read-only. The
        axis of length 2 is the mood, -1 then +1.
    """
    logits = (
        _THEME[:, None, None, None, None, :]
        + _TONE[None, :, None, None, None, :]
        + _SCENE[None, None, :, None, None, :]
        + _HERO[None, None, None, :, None, :]
        + _BIAS
        + np.array([-1.0, 1.0])[:, None] * _MOOD
    )  # (themes, tones, scenes, heroes, 2, genres)
    return _read_only(1.0 / (1.0 + np.exp(-logits)))


@functools.cache
def genre_odds() -> np.ndarray:
    """Return p(genre | cues) of a finished film, exactly.

    Returns:
        A float64 array of shape `(themes, tones, scenes, heroes, genres)`; read-only.
    """
    # A finished film is the first throw of (mood, labels) with a genre on, so its law is that
    # of one throw given the event "some genre is on":
    #     p(g | cues) = P(g on and some genre on) / P(some genre on).
    # Where g is on some genre is, so the numerator is plainly sum_z P(z) p_g(z). Given z the
    # coins are independent, so the denominator is sum_z P(z) (1 - prod_j (1 - p_j(z))). The
    # mood is thrown again with the labels; a mood kept would weigh the two moods otherwise.
    # Cues are kept, so their own odds stay uniform and a cue unseen is summed out by a mean.
    given_mood = genre_odds_given_mood()
    on = given_mood.mean(axis=-2)  # (themes, tones, scenes, heroes, genres)
    accepted = (1.0 - np.prod(1.0 - given_mood, axis=-1)).mean(axis=-1)
    return _read_only(on / accepted[..., None])


def sample_cues(num_films: int, rng: np.random.Generator) -> np.ndarray:
    """Draw the cues of `num_films` films: an int64 array of shape `(films, 4)`, as `CUES`."""
    return rng.integers(0, [len(values) for values in CUES.values()], size=(num_films, len(CUES)))


def sample_labels(cues: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw the genres of films with these cues, at least one each.

    Args:
        cues: Cue indices of shape `(films, 4)`.
        rng: The source of randomness.

    Returns:
        A bool array of shape `(films, genres)`.
    """
    given_mood = genre_odds_given_mood()[tuple(cues.T)]  # (films, 2, genres)
    labels = np.zeros((len(cues), len(GENRES)), dtype=bool)
    while (empty := np.flatnonzero(~labels.any(axis=1))).size:
        moods = rng.integers(0, 2, size=empty.size)
        labels[empty] = rng.random((empty.size, len(GENRES))) < given_mood[empty, moods]
    return labels


def sample_presence(num_films: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Draw which films have a plot and which a poster: two bool arrays of shape `(films,)`."""
    # One throw of a three-sided coin, blind to cues and labels: conditioning on "not both
    # missing" then tells nothing about them.
    sides = np.array(list(PRESENCE))  # (3, 2)
    has = sides[rng.choice(len(sides), size=num_films, p=list(PRESENCE.values()))]
    return has[:, 0], has[:, 1]


def _read_only(array: np.ndarray) -> np.ndarray:
    array.flags.writeable = False
    return array
