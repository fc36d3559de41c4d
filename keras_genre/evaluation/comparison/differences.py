"""Every pair of systems, film by film, with intervals that hold for all pairs at once."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from keras_genre.evaluation.comparison.system import System
from keras_genre.evaluation.resampling import ResampledScores, draw_counts

__all__ = ["difference_table", "ranks", "resampled_scores", "training_scores"]


def training_scores(systems: Sequence[System]) -> list[np.ndarray]:
    """Score every training on the films themselves: per system, of shape `(trainings, 3)`."""
    return [
        np.concatenate([_scorer(training)(_once(training)) for training in system.trainings])
        for system in systems
    ]


def resampled_scores(systems: Sequence[System], num_resamples: int, seed: int) -> np.ndarray:
    """Score all systems on the same resamples of films, the mean over trainings within each.

    Returns:
        Of shape `(resamples, systems, 3)`.
    """
    scorers = [[_scorer(training) for training in system.trainings] for system in systems]
    num_films = len(systems[0].trainings[0][0])
    return np.concatenate(
        [
            np.stack([np.mean([score(counts) for score in own], axis=0) for own in scorers], axis=1)
            for counts in draw_counts(num_films, num_resamples, seed)
        ]
    )


def difference_table(
    names: Sequence[str], scores: Sequence[np.ndarray], resampled: np.ndarray, level: float
) -> pd.DataFrame:
    """Compare every pair of systems by every score.

    Within a score the intervals of all pairs are simultaneous: in `level` of samples of films
    *all* of them hold their true difference. Each is the difference plus and minus c standard
    errors, where c is the `level` quantile, over resamples, of the largest standardised
    deviation among the pairs (the "max T" of Westfall and Young). The deviation is from the mean
    over resamples: drawing films twice raises average precision, in all resamples alike.

    Args:
        names: The systems.
        scores: What `training_scores` gives.
        resampled: What `resampled_scores` gives.
        level: How often all intervals of a score shall hold the truth.

    Returns:
        A row a score and pair (`a`, `b`): `difference` (a - b), `low`, `high`, `p` (adjusted for
        all pairs), `told_apart` (zero lies outside), and `ahead`: the share of pairs of trainings
        in which a scores higher.

    Reference:
        Westfall and Young, Resampling-Based Multiple Testing, 1993.
    """
    first, second = np.triu_indices(len(names), 1)
    tables = []
    for column, score in enumerate(ResampledScores.names):
        means = np.array([own[:, column].mean() for own in scores])
        moved = resampled[:, first, column] - resampled[:, second, column]  # (resamples, pairs)
        difference = means[first] - means[second]
        table = pd.DataFrame(
            {
                "score": score,
                "a": np.array(names, dtype=object)[first],
                "b": np.array(names, dtype=object)[second],
                "difference": difference,
                **_simultaneous(difference, moved, level),
                "ahead": [
                    _ahead(scores[i][:, column], scores[j][:, column])
                    for i, j in zip(first, second, strict=True)
                ],
            }
        )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def ranks(names: Sequence[str], differences: pd.DataFrame) -> pd.DataFrame:
    """Rank systems by each score: one more than the number of systems told apart above it.

    Systems that are not told apart from any that is better share a rank. Being tied is not
    passed on: with A tied to B and B to C, C may still be told apart from A.

    Returns:
        Indexed by name, a column a score.
    """
    apart = differences[differences["told_apart"]]
    below = np.where(apart["difference"] > 0, apart["b"], apart["a"])
    counts = pd.crosstab(pd.Series(below, dtype=object), pd.Series(apart["score"].to_numpy()))
    counts = counts.reindex(index=list(names), columns=list(ResampledScores.names), fill_value=0)
    return counts.astype(int) + 1


def _scorer(training) -> ResampledScores:
    return ResampledScores(*training)


def _once(training) -> np.ndarray:
    """Every film drawn once. Shape `(1, films)`."""
    return np.ones((1, len(training[0])), dtype="int32")


def _simultaneous(difference: np.ndarray, moved: np.ndarray, level: float) -> dict:
    """Intervals and p values of all pairs. Where resampling moves nothing there are none."""
    moved = moved[~np.isnan(moved).any(axis=1)]
    low, high, p = (np.full(len(difference), np.nan) for _ in range(3))
    same = (moved == 0).all(axis=0) & (difference == 0)  # the same decisions on every film
    low[same], high[same], p[same] = 0, 0, 1
    error = moved.std(axis=0, ddof=1) if len(moved) > 1 else np.zeros(len(difference))
    sure = error > 0
    if sure.any():
        deviations = (moved[:, sure] - moved[:, sure].mean(axis=0)) / error[sure]
        furthest = np.sort(np.abs(deviations).max(axis=1))  # (resamples,)
        reach = np.quantile(furthest, level) * error[sure]
        low[sure], high[sure] = difference[sure] - reach, difference[sure] + reach
        further = len(furthest) - np.searchsorted(furthest, np.abs(difference / error)[sure])
        p[sure] = (1 + further) / (1 + len(furthest))
    return {"low": low, "high": high, "p": p, "told_apart": (low > 0) | (high < 0)}


def _ahead(a: np.ndarray, b: np.ndarray) -> float:
    return float((a[:, None] > b[None, :]).mean())
