"""Every score of a set of predictions. What is undefined stays undefined."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn import metrics

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.decisions import decide
from keras_genre.scoring.predictions import Predictions

__all__ = ["Scores", "score"]


@dataclass(frozen=True, eq=False)
class Scores:
    """The scores of one set of predictions under one decision rule; see `score`.

    Args:
        overall: Score name to value: `macro_f1`, `micro_f1`, `weighted_f1`, `samples_f1`,
            `mean_average_precision`, `roc_auc`, `hamming_loss`, `subset_accuracy`. All are
            fractions, not percent. NaN where a score is undefined.
        per_genre: One row a genre, in column order: `support` (films that have it),
            `predicted` (films that were given it), `precision`, `recall`, `f1`,
            `average_precision`, `roc_auc`, `threshold`.
        undefined_genres: Genres that no film has. Their scores are NaN, and they are left out
            of `macro_f1`, `mean_average_precision` and `roc_auc`.
        num_undefined_films: Films without a genre that were given none. Their F1 is 0/0, and
            they are left out of `samples_f1`.
        num_films: The number of films scored.
        split: Which films were scored.
    """

    overall: dict[str, float]
    per_genre: pd.DataFrame
    undefined_genres: tuple[str, ...]
    num_undefined_films: int
    num_films: int
    split: str


def score(predictions: Predictions, rule: DecisionRule) -> Scores:
    """Score predictions: F1 and its kin under `rule`, AP and ROC AUC of the ranking.

    - F1 and average precision of a genre that no film has are undefined, and so is ROC AUC of
      a genre that no film has or all have: NaN, and left out of the average over genres.
    - Precision of a genre that was given to no film is undefined (NaN); its F1 is 0.
    - Micro F1 counts every genre, the undefined ones with their false positives.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.

    Raises:
        ValueError: If the rule is for another vocabulary.

    Example:
        >>> import numpy as np
        >>> from keras_genre.genres import GenreVocabulary
        >>> vocabulary = GenreVocabulary(["Drama", "Sci-Fi"])
        >>> predictions = Predictions(["tt0133093"], [[0, 1]], [[0.2, 0.9]], vocabulary, "test")
        >>> scores = score(predictions, DecisionRule.fixed(vocabulary))
        >>> scores.overall["micro_f1"], scores.undefined_genres
        (1.0, ('Drama',))
    """
    labels = predictions.labels.astype("int64")
    selected = decide(predictions, rule).selected.astype("int64")
    per_genre = _per_genre(labels, selected, predictions, rule)
    undefined = per_genre.index[per_genre["support"] == 0]
    return Scores(
        overall=_overall(labels, selected, per_genre),
        per_genre=per_genre,
        undefined_genres=tuple(undefined),
        num_undefined_films=int((~(labels | selected).any(axis=1)).sum()),
        num_films=len(predictions),
        split=predictions.split,
    )


def _overall(labels, selected, per_genre: pd.DataFrame) -> dict[str, float]:
    overall = {
        "macro_f1": per_genre["f1"].mean(),  # pandas leaves NaN out
        "micro_f1": _f1(labels, selected, "micro"),
        "weighted_f1": _weighted_mean(per_genre["f1"], per_genre["support"]),
        "samples_f1": _f1(labels, selected, "samples"),
        "mean_average_precision": per_genre["average_precision"].mean(),
        "roc_auc": per_genre["roc_auc"].mean(),
        "hamming_loss": metrics.hamming_loss(labels, selected),
        "subset_accuracy": metrics.accuracy_score(labels, selected),
    }
    return {name: float(value) for name, value in overall.items()}


def _f1(labels, selected, average: str) -> float:
    """Return F1 over all pairs ("micro") or of each film ("samples"), 0/0 left out."""
    labels, selected = _as_multilabel(labels), _as_multilabel(selected)
    if not (labels | selected).any():
        return np.nan
    return metrics.f1_score(labels, selected, average=average, zero_division=np.nan)


def _weighted_mean(f1: pd.Series, support: pd.Series) -> float:
    defined = support > 0
    return np.average(f1[defined], weights=support[defined]) if defined.any() else np.nan


def _per_genre(labels, selected, predictions: Predictions, rule: DecisionRule) -> pd.DataFrame:
    num_genres = labels.shape[1]
    support = labels.sum(axis=0)
    defined = support > 0
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        _as_multilabel(labels), _as_multilabel(selected), average=None, zero_division=np.nan
    )
    columns = {
        "precision": np.where(defined, precision[:num_genres], np.nan),
        "recall": np.where(defined, recall[:num_genres], np.nan),
        "f1": np.where(defined, f1[:num_genres], np.nan),
        "average_precision": _ranking_scores(
            metrics.average_precision_score, labels, predictions.probabilities, defined
        ),
        "roc_auc": _ranking_scores(
            metrics.roc_auc_score,
            labels,
            predictions.probabilities,
            defined & (support < len(labels)),
        ),
    }
    return pd.DataFrame(
        {
            "support": support,
            "predicted": selected.sum(axis=0),
            **columns,
            "threshold": rule.thresholds,
        },
        index=pd.Index(predictions.vocabulary.names, name="genre"),
    )


def _ranking_scores(metric, labels, probabilities, defined) -> np.ndarray:
    """Return `metric` of each genre's ranking, NaN where it is not defined. Shape `(genres,)`."""
    scores = np.full(len(defined), np.nan)
    for genre in np.nonzero(defined)[0]:
        scores[genre] = metric(labels[:, genre], probabilities[:, genre])
    return scores


def _as_multilabel(labels: np.ndarray) -> np.ndarray:
    """Give one genre an empty neighbour.

    scikit-learn takes a single column for two classes, yes and no, and would average over both.
    """
    return labels if labels.shape[1] > 1 else np.pad(labels, ((0, 0), (0, 1)))
