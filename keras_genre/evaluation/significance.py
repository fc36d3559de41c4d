"""How sure a score is, and whether one model is really better than another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from keras_genre.evaluation.resampling import ResampledScores, draw_counts
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = [
    "Interval",
    "bootstrap_intervals",
    "intervals_of_means",
    "paired_interval",
    "paired_interval_of_means",
]


@dataclass(frozen=True)
class Interval:
    """A score, or a difference of two, and the range it may lie in.

    Args:
        value: The score on the films themselves. NaN where it is undefined.
        low: The lower end.
        high: The upper end.
    """

    value: float
    low: float
    high: float


def bootstrap_intervals(
    predictions: Predictions,
    rule: DecisionRule,
    num_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Give percentile bootstrap intervals over films.

    They say how far a score would move with other films of the same kind. The model and its
    thresholds are held fixed, so the luck of a training run is not in them.

    Average precision of a genre with few films is raised by drawing one of them twice, so the
    interval of `mean_average_precision` lies too high where many genres are rare: in a
    simulation with 23 genres of frequency 0.5 down to 0.01, a 95% interval held the true
    value in 76% of samples of 1,000 films and in 85% of samples of 4,000. Macro and micro F1
    reached 93% to 96% at 1,000 films.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same intervals.
        level: The share of resamples inside the interval.

    Returns:
        `macro_f1`, `micro_f1` and `mean_average_precision`, each with its `Interval`. A genre
        that no film of a resample has is left out of that resample's averages.

    Raises:
        ValueError: If the rule is for another vocabulary, or a number is out of range.

    Example:
        >>> import numpy as np
        >>> from keras_genre.genres import GenreVocabulary
        >>> predictions = Predictions(
        ...     ["a", "b"], [[1], [0]], [[0.9], [0.8]], GenreVocabulary(["Drama"]), "test"
        ... )
        >>> rule = DecisionRule.fixed(predictions.vocabulary)
        >>> round(bootstrap_intervals(predictions, rule, num_resamples=50)["micro_f1"].value, 3)
        0.667

    Reference:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13.
    """
    return intervals_of_means([(predictions, rule)], num_resamples, seed, level)


def intervals_of_means(
    trainings: Sequence[tuple[Predictions, DecisionRule]],
    num_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Give intervals of the mean score of a model that was trained several times.

    As `bootstrap_intervals`; the mean over the trainings is taken within each resample.

    Args:
        trainings: Predictions and decision rule of each, on the same films in the same order.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same intervals.
        level: The share of resamples inside the interval.

    Returns:
        The same scores as `bootstrap_intervals`.

    Raises:
        ValueError: If there is no training, the films, their order or labels differ, a rule is
            for another vocabulary, or a number is out of range.
    """
    films = _check_trainings(trainings, num_resamples, level)
    scores = _mean_scores(trainings)
    resampled = [scores(counts) for counts in draw_counts(len(films), num_resamples, seed)]
    return _intervals(_on_the_films(scores, films), np.concatenate(resampled), level)


def paired_interval(
    a: Predictions,
    rule_a: DecisionRule,
    b: Predictions,
    rule_b: DecisionRule,
    num_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Give intervals of the difference a - b, with both scored on the same resamples.

    What is hard about a film is hard for both, so the difference is much surer than two
    separate intervals suggest. Where the interval holds 0, the films do not tell them apart.

    Args:
        a: Predictions of the first model.
        rule_a: Its decision rule.
        b: Predictions of the second model, on the same films in the same order.
        rule_b: Its decision rule.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same intervals.
        level: The share of resamples inside the interval.

    Returns:
        The same scores as `bootstrap_intervals`.

    Raises:
        ValueError: If the films, their order or labels differ, a rule is for another
            vocabulary, or a number is out of range.
    """
    return paired_interval_of_means([(a, rule_a)], [(b, rule_b)], num_resamples, seed, level)


def paired_interval_of_means(
    a: Sequence[tuple[Predictions, DecisionRule]],
    b: Sequence[tuple[Predictions, DecisionRule]],
    num_resamples: int = 2000,
    seed: int = 0,
    level: float = 0.95,
) -> dict[str, Interval]:
    """Give intervals of the mean score of some trainings minus that of others.

    As `paired_interval`, for models that were trained several times with other seeds: the mean
    over the trainings is taken within each resample. The intervals say how far the difference
    would move with other films; the trainings are held fixed.

    Args:
        a: Predictions and decision rule of each training of the first model.
        b: The same of the second, on the same films in the same order.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same intervals.
        level: The share of resamples inside the interval.

    Returns:
        The same scores as `bootstrap_intervals`.

    Raises:
        ValueError: If there is no training, the films, their order or labels differ, a rule is
            for another vocabulary, or a number is out of range.
    """
    films = _check_trainings([*a, *b] if a and b else [], num_resamples, level)
    mean_a, mean_b = (_mean_scores(trainings) for trainings in (a, b))
    resampled = [
        mean_a(counts) - mean_b(counts) for counts in draw_counts(len(films), num_resamples, seed)
    ]
    on_the_films = _on_the_films(mean_a, films) - _on_the_films(mean_b, films)
    return _intervals(on_the_films, np.concatenate(resampled), level)


def _check_trainings(trainings, num_resamples: int, level: float) -> Predictions:
    """Give the films that all trainings speak of."""
    if not trainings:
        raise ValueError("Expected at least one training of each model.")
    films = trainings[0][0]
    for predictions, rule in trainings:
        films.check_same_films(predictions)
        _check(predictions, rule, num_resamples, level)
    return films


def _mean_scores(trainings) -> Callable[[np.ndarray], np.ndarray]:
    """From counts of drawn films to the mean of the trainings' scores."""
    scores = [ResampledScores(predictions, rule) for predictions, rule in trainings]
    return lambda counts: np.mean([each(counts) for each in scores], axis=0)


def _check(predictions, rule, num_resamples: int, level: float) -> None:
    if rule.vocabulary != predictions.vocabulary:
        raise ValueError(
            "Expected a decision rule for the genres of the predictions "
            f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
        )
    if num_resamples < 1:
        raise ValueError(f"Expected num_resamples of at least 1, received {num_resamples}.")
    if not 0 < level < 1:
        raise ValueError(f"Expected level between 0 and 1, for example 0.95, received {level}.")


def _on_the_films(scores: Callable, predictions: Predictions) -> np.ndarray:
    """Score the films themselves: each drawn once. Shape `(3,)`."""
    return scores(np.ones((1, len(predictions)), dtype="int32"))[0]


def _intervals(values, resampled, level: float) -> dict[str, Interval]:
    """Cut both tails off each column of `resampled`, of shape `(resamples, 3)`."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    intervals = {}
    for name, value, column in zip(ResampledScores.names, values, resampled.T, strict=True):
        column = column[~np.isnan(column)]
        low, high = np.quantile(column, tails) if len(column) else (np.nan, np.nan)
        intervals[name] = Interval(float(value), float(low), float(high))
    return intervals
