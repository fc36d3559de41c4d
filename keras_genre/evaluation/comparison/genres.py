"""Genre by genre: F1, and McNemar's test of every pair of systems."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats

from keras_genre.evaluation.comparison.system import System

__all__ = ["genre_scores", "genre_table", "holm", "wins"]


def genre_scores(systems: Sequence[System]) -> tuple[pd.DataFrame, np.ndarray]:
    """Score every genre, as the mean over trainings.

    Returns:
        F1, a row a genre and a column a system, NaN where no film has the genre; and the share
        of trainings that were right about each film and genre, of shape
        `(systems, films, genres)`.
    """
    films = systems[0].trainings[0][0]
    labels = films.labels.astype(bool)
    f1, right = {}, []
    for system in systems:
        decisions = [
            rule.select(predictions.probabilities, predictions.has_plot, predictions.has_poster)
            for predictions, rule in system.trainings
        ]
        f1[system.name] = np.mean([_f1(labels, selected) for selected in decisions], axis=0)
        right.append(np.mean([selected == labels for selected in decisions], axis=0))
    index = pd.Index(films.vocabulary.names, name="genre")
    return pd.DataFrame(f1, index=index), np.stack(right)


def genre_table(
    systems: Sequence[System], f1: pd.DataFrame, right: np.ndarray, level: float
) -> pd.DataFrame:
    """Test every pair of systems on every genre.

    McNemar's exact test asks whether one of two systems errs on fewer films. For systems of
    several trainings it is Durkalski's for clustered pairs, a film's trainings being its
    cluster. Holm's correction is over all genres of all pairs.

    Fewer errors alone are no merit: giving a rare genre to no film makes few. A genre is won by
    the system with significantly fewer errors *and* the higher F1.

    Returns:
        A row a pair and genre: `a`, `b`, `genre`, `films` that have it, `f1_a`, `f1_b`,
        `only_a_right` and `only_b_right` (films; shares of trainings add up), `p`, `p_holm`
        and `winner`, empty where there is none. A genre that no film has is not tested.

    Reference:
        McNemar, Psychometrika 12, 1947. Durkalski et al., Statistics in Medicine 22, 2003. Holm,
        Scandinavian Journal of Statistics 6, 1979.
    """
    films = systems[0].trainings[0][0].labels.sum(axis=0, dtype=int)
    numbers = itertools.combinations(range(len(systems)), 2)
    pairs = [_pair(systems[i], systems[j], right[i] - right[j], f1, films) for i, j in numbers]
    table = pd.concat(pairs, ignore_index=True)
    table["p_holm"] = holm(table["p"].to_numpy())
    margin = np.sign(table["only_a_right"] - table["only_b_right"])
    won = (table["p_holm"] < 1 - level) & (margin == np.sign(table["f1_a"] - table["f1_b"]))
    table["winner"] = np.where(won, np.where(margin > 0, table["a"], table["b"]), "")
    return table


def wins(names: Sequence[str], genres: pd.DataFrame) -> pd.DataFrame:
    """Count the genres that each system won and lost against all others, and those undecided."""
    tested = genres[genres["p"].notna()]
    rows = {}
    for name in names:
        own = tested[(tested["a"] == name) | (tested["b"] == name)]
        won = int((own["winner"] == name).sum())
        undecided = int((own["winner"] == "").sum())
        rows[name] = {"won": won, "lost": len(own) - won - undecided, "undecided": undecided}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("name")


def holm(p: np.ndarray) -> np.ndarray:
    """Adjust p values so that the chance of any false rejection among them stays bounded.

    NaN stays NaN, and is not counted.
    """
    adjusted = np.full(len(p), np.nan)
    order = np.argsort(p)[: int((~np.isnan(p)).sum())]  # NaN sorts last
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _f1(labels: np.ndarray, selected: np.ndarray) -> np.ndarray:
    """F1 of each genre, NaN where no film has it. Shape `(genres,)`."""
    actual = labels.sum(axis=0)
    undefined = np.full(labels.shape[1], np.nan)
    hits = (labels & selected).sum(axis=0)
    return np.divide(2 * hits, actual + selected.sum(axis=0), out=undefined, where=actual > 0)


def _pair(a: System, b: System, margins: np.ndarray, f1: pd.DataFrame, films) -> pd.DataFrame:
    """Test one pair; `margins`, of shape `(films, genres)`, is how much more often a is right."""
    only_a, only_b = np.maximum(margins, 0).sum(axis=0), np.maximum(-margins, 0).sum(axis=0)
    single = len(a.trainings) == len(b.trainings) == 1
    p = _mcnemar(only_a, only_b) if single else _clustered_mcnemar(margins)
    return pd.DataFrame(
        {
            "a": a.name,
            "b": b.name,
            "genre": f1.index,
            "films": films,
            "f1_a": f1[a.name].to_numpy(),
            "f1_b": f1[b.name].to_numpy(),
            "only_a_right": only_a,
            "only_b_right": only_b,
            "p": np.where(films > 0, p, np.nan),
        }
    )


def _mcnemar(only_a: np.ndarray, only_b: np.ndarray) -> np.ndarray:
    """Exact and two-sided: the films on which one alone is right are as tosses of a coin."""
    tail = stats.binom.cdf(np.minimum(only_a, only_b), only_a + only_b, 0.5)
    return np.minimum(2 * tail, 1)


def _clustered_mcnemar(margins: np.ndarray) -> np.ndarray:
    """With margins of -1, 0 and 1 it is McNemar's chi-squared without correction."""
    square = (margins**2).sum(axis=0)
    statistic = np.divide(
        margins.sum(axis=0) ** 2, square, out=np.zeros(len(square)), where=square > 0
    )
    return stats.chi2.sf(statistic, df=1)
