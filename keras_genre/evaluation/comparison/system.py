"""What is compared: systems, each trained once or with several seeds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["System", "check_systems", "threshold_choice"]


@dataclass(frozen=True)
class System:
    """One way to give films genres, and what its trainings said of the films.

    The last four arguments are what the questions of a comparison ask for; a system that says
    nothing of itself is compared all the same.

    Args:
        name: What tables and sentences call it.
        trainings: Predictions and decision rule of each training, on the same films in the same
            order: one, or several that differ in their seed alone.
        text: What reads the plots; empty where nothing does.
        poster: What sees the posters; empty where nothing does.
        fusion: What joins the two; empty where there is one alone.
        pretrained: Whether it began with pretrained weights in all of its encoders (True) or in
            none (False). None for anything between, and where the question makes no sense.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> vocabulary = GenreVocabulary(["Drama"])
        >>> films = Predictions(["a", "b"], [[1], [0]], [[0.9], [0.2]], vocabulary, "test")
        >>> System("lstm", ((films, DecisionRule.fixed(vocabulary)),), text="lstm").modality
        'plot'
    """

    name: str
    trainings: tuple[tuple[Predictions, DecisionRule], ...]
    text: str = ""
    poster: str = ""
    fusion: str = ""
    pretrained: bool | None = None

    def __post_init__(self):
        object.__setattr__(self, "trainings", tuple(self.trainings))
        if not self.trainings:
            raise ValueError(f"Expected at least one training of {self.name!r}, received none.")

    @property
    def modality(self) -> str:
        """What it takes in: "plot", "poster" or "plot and poster"; empty where it says nothing."""
        return " and ".join(["plot"] * bool(self.text) + ["poster"] * bool(self.poster))


def check_systems(systems: Sequence[System]) -> Predictions:
    """Give the films that all systems speak of.

    Raises:
        ValueError: If there are fewer than two systems, two have one name, they speak of other
            films or genres, or their thresholds were not chosen the same way; the message names
            the systems.
    """
    if len(systems) < 2:
        raise ValueError(
            f"Expected at least two systems to compare, received {len(systems)}"
            f"{''.join(f': {system.name}' for system in systems)}."
        )
    name, times = Counter(system.name for system in systems).most_common(1)[0]
    if times > 1:
        raise ValueError(f"Expected each system once, received {name!r} {times} times.")
    first, (films, _) = systems[0], systems[0].trainings[0]
    for system in systems:
        for predictions, rule in system.trainings:
            _check_same_films(first.name, films, system.name, predictions)
            _check_rule(system.name, predictions, rule)
    if not films.labels.any():
        raise ValueError("Expected films with genres, received none that has one.")
    _check_choices(systems)
    return films


def threshold_choice(rule: DecisionRule) -> str:
    """Say how the thresholds of a rule were chosen."""
    if rule.method == "fixed":
        thresholds = sorted({f"{threshold:g}" for threshold in rule.thresholds})
        return f"fixed at {', '.join(thresholds)}"
    method = {"per_genre": "one a genre", "global": "one for all genres"}[rule.method]
    return f"{method}, chosen on {rule.fitted_on or 'films of no split'}"


def _check_same_films(first: str, films: Predictions, name: str, predictions: Predictions):
    try:
        films.check_same_films(predictions)
    except ValueError as cause:
        raise ValueError(f"{first!r} and {name!r} cannot be compared. {cause}") from cause


def _check_rule(name: str, predictions: Predictions, rule: DecisionRule) -> None:
    if rule.vocabulary != predictions.vocabulary:
        raise ValueError(
            f"Expected a decision rule of {name!r} for the genres of its predictions "
            f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
        )


def _check_choices(systems: Sequence[System]) -> None:
    """Refuse to take for a better model what are better chosen thresholds."""
    choices = {}
    for system in systems:
        for _, rule in system.trainings:
            choices.setdefault(threshold_choice(rule), system.name)
    if len(choices) > 1:
        ways = "; ".join(f"{name!r}: {choice}" for choice, name in choices.items())
        raise ValueError(
            f"Expected thresholds chosen the same way for all systems, received {ways}. Fit all "
            f"with DecisionRule.fit on validation predictions, by one method."
        )
