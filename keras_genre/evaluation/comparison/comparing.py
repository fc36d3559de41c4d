"""Any number of systems on the same films."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from keras_genre.evaluation.comparison.differences import (
    difference_table,
    ranks,
    resampled_scores,
    training_scores,
)
from keras_genre.evaluation.comparison.genres import genre_scores, genre_table, wins
from keras_genre.evaluation.comparison.questions import Answer, answers
from keras_genre.evaluation.comparison.system import System, check_systems, threshold_choice
from keras_genre.evaluation.resampling import ResampledScores

__all__ = ["Comparison", "compare"]


@dataclass(frozen=True, eq=False)
class Comparison:
    """What `compare` found.

    Args:
        systems: The systems, by falling macro F1; every table has them in this order.
        scores: A row a system: `trainings`; for each score its mean over trainings, `_low` and
            `_high` (percentile interval over films, each for itself), `_spread` (standard
            deviation over trainings, NaN where there is one) and `_rank`; and the genres `won`,
            `lost` and `undecided` against all others.
        differences: A row a score and pair; see `difference_table`.
        genres: A row a pair and genre; see `genre_table`.
        genre_f1: Mean F1, a row a genre and a column a system; NaN where no film has the genre.
        answers: The questions, each answered from these numbers.
        undefined_genres: Genres that no film has, left out of all averages.
        split: Which films these are.
        num_films: How many.
        thresholds: How the thresholds of all systems were chosen.
        fitted_here: Whether that was on these very films.
        level: Of the intervals and tests, for example 0.95.
        num_resamples: How often the films were drawn again.
    """

    systems: tuple[System, ...]
    scores: pd.DataFrame
    differences: pd.DataFrame
    genres: pd.DataFrame
    genre_f1: pd.DataFrame
    answers: tuple[Answer, ...]
    undefined_genres: tuple[str, ...]
    split: str
    num_films: int
    thresholds: str
    fitted_here: bool
    level: float
    num_resamples: int

    def to_dict(self) -> dict:
        """Everything as plain values, ready for JSON but for NaN."""
        return {
            "split": self.split,
            "num_films": self.num_films,
            "thresholds": self.thresholds,
            "thresholds_fitted_on_these_films": self.fitted_here,
            "level": self.level,
            "num_resamples": self.num_resamples,
            "undefined_genres": list(self.undefined_genres),
            "scores": self.scores.reset_index().to_dict(orient="records"),
            "differences": self.differences.to_dict(orient="records"),
            "genres": self.genres.to_dict(orient="records"),
            "answers": [
                {"question": answer.question, "answer": answer.text} for answer in self.answers
            ],
        }


def compare(
    systems: Iterable[System], num_resamples: int = 2000, seed: int = 0, level: float = 0.95
) -> Comparison:
    """Compare any number of systems on the same films.

    All are scored on the same resamples of films (paired bootstrap). No winner is named where
    the interval of a difference spans zero, and those intervals hold for all pairs at once, so
    the best of many is not a winner by luck: see `difference_table`. The intervals say how far a
    difference would move with other films of the same kind; the trainings are held fixed, and
    the spread over trainings stands beside.

    Args:
        systems: Two or more, all on the same films in the same order, with thresholds chosen
            the same way.
        num_resamples: How often the films are drawn again.
        seed: The same seed gives the same comparison.
        level: Of all intervals and tests.

    Raises:
        ValueError: If there are fewer than two systems, two have one name, they speak of other
            films or genres, their thresholds were not chosen the same way, no film has a genre,
            or a number is out of range; the message names the systems.

    Example:
        >>> import numpy as np
        >>> from keras_genre.genres import GenreVocabulary
        >>> from keras_genre.scoring import DecisionRule, Predictions
        >>> vocabulary = GenreVocabulary(["Drama"])
        >>> labels = np.arange(40)[:, None] % 2
        >>> systems = []
        >>> for name, errors in (("careful", 2), ("hasty", 16)):
        ...     said = np.where(np.arange(40)[:, None] < errors, 1 - labels, labels)
        ...     ids = [f"tt{number}" for number in range(40)]
        ...     predictions = Predictions(ids, labels, said, vocabulary, "test")
        ...     systems.append(System(name, [(predictions, DecisionRule.fixed(vocabulary))]))
        >>> compare(systems).scores["macro_f1_rank"].to_dict()
        {'careful': 1, 'hasty': 2}

    Reference:
        Efron and Tibshirani, An Introduction to the Bootstrap, 1993. Dror et al., The
        Hitchhiker's Guide to Testing Statistical Significance in NLP, ACL 2018.
    """
    systems = list(systems)
    films = check_systems(systems)
    _check_numbers(num_resamples, level)
    systems, trained = _by_falling_macro_f1(systems, training_scores(systems))
    names = [system.name for system in systems]
    resampled = resampled_scores(systems, num_resamples, seed)
    differences = difference_table(names, trained, resampled, level)
    genre_f1, right = genre_scores(systems)
    genres = genre_table(systems, genre_f1, right, level)
    ranked = ranks(names, differences).add_suffix("_rank")
    scores = _score_table(names, trained, resampled, level)
    rule = systems[0].trainings[0][1]
    return Comparison(
        systems=tuple(systems),
        scores=scores.join([ranked, wins(names, genres)]),
        differences=differences,
        genres=genres,
        genre_f1=genre_f1,
        answers=answers(systems, differences),
        undefined_genres=tuple(genre_f1.index[~films.labels.any(axis=0)]),
        split=films.split,
        num_films=len(films),
        thresholds=threshold_choice(rule),
        fitted_here=bool(rule.fitted_on) and rule.fitted_on == films.split,
        level=level,
        num_resamples=num_resamples,
    )


def _check_numbers(num_resamples: int, level: float) -> None:
    if num_resamples < 2:
        raise ValueError(f"Expected num_resamples of at least 2, received {num_resamples}.")
    if not 0 < level < 1:
        raise ValueError(f"Expected level between 0 and 1, for example 0.95, received {level}.")


def _by_falling_macro_f1(systems: list[System], trained: list[np.ndarray]):
    column = ResampledScores.names.index("macro_f1")
    order = sorted(range(len(systems)), key=lambda number: -trained[number][:, column].mean())
    return [systems[number] for number in order], [trained[number] for number in order]


def _score_table(
    names: Sequence[str], trained: Sequence[np.ndarray], resampled: np.ndarray, level: float
) -> pd.DataFrame:
    tails = [(1 - level) / 2, (1 + level) / 2]
    rows = {}
    for number, (name, scores) in enumerate(zip(names, trained, strict=True)):
        rows[name] = {"trainings": len(scores)}
        for column, score in enumerate(ResampledScores.names):
            drawn = resampled[:, number, column]
            drawn = drawn[~np.isnan(drawn)]
            low, high = np.quantile(drawn, tails) if len(drawn) else (np.nan, np.nan)
            spread = scores[:, column].std(ddof=1) if len(scores) > 1 else np.nan
            rows[name] |= {
                score: scores[:, column].mean(),
                f"{score}_low": low,
                f"{score}_high": high,
                f"{score}_spread": spread,
            }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")
