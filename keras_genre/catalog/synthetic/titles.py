"""Titles of sample films; they tell nothing, so that a poster's lettering gives nothing away."""

import numpy as np

from keras_genre.catalog.synthetic import words
from keras_genre.catalog.synthetic.choices import pick

__all__ = ["write_title"]

_TEMPLATES = (
    "The {adjective} {noun}",
    "{first} and the {adjective} {noun}",
    "A {noun} for {first}",
    "{first}'s {adjective} {noun}",
    "{first} and {first2}",
    "Waiting for {first} {last}",
    "The {last} {noun}",
    "{noun} Number {number}",
    "Who Took the {adjective} {noun}?",
    "My {noun}, {first}",
    "Goodbye, {adjective} {noun}",
    "{number} {noun}s and {first}",
)


def write_title(rng: np.random.Generator) -> str:
    """Invent a film title that tells nothing about the film.

    Args:
        rng: The source of randomness; equal states write equal titles.
    """
    title = pick(_TEMPLATES, rng).format(
        adjective=pick(words.ADJECTIVES, rng),
        noun=pick(words.NOUNS, rng),
        first=pick(words.FIRST_NAMES, rng),
        first2=pick(words.FIRST_NAMES, rng),
        last=pick(words.LAST_NAMES, rng),
        number=pick(("Two", "Three", "Seven", "Nine", "Eleven", "Forty"), rng),
    )
    article, _, rest = title.partition(" ")
    return f"An {rest}" if article == "A" and rest[0] in "AEIOU" else title
