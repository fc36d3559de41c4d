"""Plots of sample films: sentences in which only the theme and the tone tell something."""

import re

import numpy as np

from keras_genre.catalog.synthetic import words
from keras_genre.catalog.synthetic.choices import checked, pick
from keras_genre.catalog.synthetic.film_model import THEMES, TONES
from keras_genre.catalog.synthetic.phrases import THEME_PHRASES, TONE_PHRASES

__all__ = ["write_plot"]

# Each template says one goal, one prop, one trouble, one adjective, one adverb, one ending.
_TEMPLATES = (
    "{first} {last}, a {adjective} {job} from {place}, {adverb} sets out to {goal} {deadline}. "
    "The plan calls for {prop} and {object}, but {trouble}. {twist} {ending}",
    "In {place}, {trouble}. {adverb_} {first} {last}, a {adjective} {job} who {habit}, promises "
    "to {goal} {deadline}, armed only with {prop}. {twist} {ending}",
    "When {trouble}, it falls to {first} {last} of {place} to {goal}. This {adjective} {job} owns "
    "{prop} and {object}, and {adverb} makes do. {twist} {ending}",
    "All that {first} {last} brought to {place} was {prop}. Now {trouble}, and the {adjective} "
    "{job}, who {habit}, must {adverb} {goal} {deadline}. {twist} {ending}",
    "{first} {last} is a {adjective} {job}. {sidekick_} has {prop}. Together they {adverb} agree "
    "to {goal} {deadline}, until {trouble} in {place}. {twist} {ending}",
    "Nobody in {place} believes that a {adjective} {job} could {goal}. {first} {last} {adverb} "
    "tries all the same, with {prop} under one arm and {object} under the other. Then {trouble}. "
    "{twist} {ending}",
    "{twist} So begins the tale of {first} {last}, the {adjective} {job} who had to {goal} "
    "{deadline}. Though {trouble}, there is still {prop} to {adverb} fall back on in {place}. "
    "{ending}",
    "It is raining in {place}, {trouble}, and {first} {last} still has to {goal}. {adverb_} the "
    "{adjective} {job} unpacks {prop}, followed by {object}. {twist} {ending}",
)

_PLAIN = {
    "first": words.FIRST_NAMES,
    "last": words.LAST_NAMES,
    "job": words.JOBS,
    "place": words.PLACES,
    "town": tuple(place for place in words.PLACES if place[0].isupper()),
    "object": words.OBJECTS,
    "deadline": words.DEADLINES,
    "habit": words.HABITS,
    "sidekick": words.SIDEKICKS,
    "twist": words.TWISTS,
}
_MIN_WORDS, _MAX_WORDS = 30, 80
_FIELD = re.compile(r"\{(\w+?)(_?)\}")
_ARTICLE = re.compile(r"\b([Aa]) (?=[aeiou])")


def write_plot(theme: str, tone: str, rng: np.random.Generator) -> str:
    """Write the plot of a film that was never made.

    The theme and the tone can be told from the words; nothing else in the plot tells anything
    about the film. Plots are practically never alike: the names, jobs, places and twists alone
    can be combined in more than 10^12 ways.

    Args:
        theme: One of `THEMES`.
        tone: One of `TONES`.
        rng: The source of randomness; equal states write equal plots.

    Returns:
        A few English sentences, 30 to 80 words, no genre named among them.

    Raises:
        ValueError: If the theme or the tone is unknown.

    Example:
        >>> plot = write_plot("heist", "silly", np.random.default_rng(0))
        >>> 30 <= len(plot.split()) <= 80
        True
    """
    goals, props, troubles = THEME_PHRASES[checked(theme, THEMES, "theme")]
    adjectives, adverbs, endings = TONE_PHRASES[checked(tone, TONES, "tone")]
    choices = _PLAIN | {
        "goal": goals,
        "prop": props,
        "trouble": troubles,
        "adjective": adjectives,
        "adverb": adverbs,
        "ending": endings,
    }
    while True:
        plot = _ARTICLE.sub(r"\1n ", _filled(pick(_TEMPLATES, rng), choices, rng))
        if _MIN_WORDS <= len(plot.split()) <= _MAX_WORDS:
            return plot


def _filled(template: str, choices: dict[str, tuple[str, ...]], rng: np.random.Generator) -> str:
    """Replace each `{field}`, and the fields in what replaces it; `{field_}` starts a sentence."""

    def chosen(match: re.Match) -> str:
        name, starts_sentence = match.groups()
        text = _filled(pick(choices[name], rng), choices, rng)
        return text[0].upper() + text[1:] if starts_sentence else text

    return _FIELD.sub(chosen, template)
