"""The people behind sample films: each prefers a genre, so who made a film tells something of it.

Crews follow from the genres and from nothing else, and from random numbers of their own.
"""

import string

import numpy as np

from keras_genre.catalog.synthetic import words

__all__ = ["person_name", "sample_crews"]

_SMALLEST, _LARGEST = 2, 5
_FILMS_A_PERSON = 8
_FEWEST_PEOPLE = 16
# Of the members of a crew, so many are people who prefer one of the film's genres; the others
# could be anybody.
_AT_HOME = 0.8


def sample_crews(labels: np.ndarray, rng: np.random.Generator) -> list[tuple[str, ...]]:
    """Draw the crew of each film: 2 to 5 people, none twice.

    There are so many people that one takes part in about 8 films; each prefers one genre, every
    genre is preferred equally often.

    Args:
        labels: Bool array of shape `(films, genres)`; no row is empty.
        rng: The source of randomness.

    Returns:
        The names of each crew.
    """
    num_films, num_genres = labels.shape
    members = num_films * (_SMALLEST + _LARGEST) / 2
    num_people = max(_FEWEST_PEOPLE, round(members / _FILMS_A_PERSON))
    names = rng.permutation(num_people)
    crews = []
    for genres in map(np.flatnonzero, labels):
        size = rng.integers(_SMALLEST, _LARGEST + 1)
        crew: dict[int, None] = {}  # in the order drawn
        while len(crew) < size:
            # Person i prefers the genre i modulo the number of genres.
            genre = rng.choice(genres) if rng.random() < _AT_HOME else rng.integers(num_genres)
            alike = len(range(genre, num_people, num_genres))
            crew[int(genre + num_genres * rng.integers(alike))] = None
        crews.append(tuple(person_name(int(names[person])) for person in crew))
    return crews


def person_name(number: int) -> str:
    """Return the name of a person: another for each number from 0 on."""
    rest, first = divmod(number, len(words.FIRST_NAMES))
    rest, last = divmod(rest, len(words.LAST_NAMES))
    initials = []
    while rest:
        rest, letter = divmod(rest - 1, len(string.ascii_uppercase))
        initials.append(f"{string.ascii_uppercase[letter]}.")
    return " ".join([words.FIRST_NAMES[first], *initials, words.LAST_NAMES[last]])
