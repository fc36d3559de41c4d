"""Which genres a model confuses, genre by genre and pair by pair."""

import numpy as np
import pandas as pd
from sklearn.metrics import multilabel_confusion_matrix

from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["confused_pairs", "genre_confusion", "pair_confusion"]


def genre_confusion(predictions: Predictions, rule: DecisionRule) -> pd.DataFrame:
    """Count each genre's two-by-two confusion matrix.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.

    Returns:
        One row a genre, in column order: `support` (films that have it), `predicted` (films
        that were given it), and the numbers of films `true_positives`, `false_negatives`,
        `false_positives` and `true_negatives`. A genre that no film has can be neither found
        nor missed: its `true_positives` and `false_negatives` are `pd.NA`.

    Raises:
        ValueError: If the rule is for another vocabulary.

    Example:
        >>> genre_confusion(predictions, rule).loc["Drama", "false_positives"]  # doctest: +SKIP
        214
    """
    labels, selected = _decisions(predictions, rule)
    matrices = multilabel_confusion_matrix(*_at_least_two(labels, selected))
    matrices = matrices[: labels.shape[1]]  # (genres, 2, 2)
    table = pd.DataFrame(
        {
            "support": labels.sum(axis=0),
            "predicted": selected.sum(axis=0),
            "true_positives": matrices[:, 1, 1],
            "false_negatives": matrices[:, 1, 0],
            "false_positives": matrices[:, 0, 1],
            "true_negatives": matrices[:, 0, 0],
        },
        index=pd.Index(predictions.vocabulary.names, name="genre"),
        dtype="Int64",
    )
    table.loc[table["support"] == 0, ["true_positives", "false_negatives"]] = pd.NA
    return table


def pair_confusion(predictions: Predictions, rule: DecisionRule) -> pd.DataFrame:
    """Count, for each two genres, the films that lack the one and are given the other instead.

    Both must be mistakes: a film that has Crime and Thriller and is given Thriller alone misses
    Crime, but is not called Thriller instead.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.

    Returns:
        Numbers of films, with the genre that was missed in rows (`missed`) and the one wrongly
        given in columns (`given`). The row of a genre that no film has is `pd.NA`.

    Raises:
        ValueError: If the rule is for another vocabulary.
    """
    labels, selected = _decisions(predictions, rule)
    missed, wrongly_given = labels & ~selected, selected & ~labels
    names = predictions.vocabulary.names
    table = pd.DataFrame(
        missed.T.astype("int64") @ wrongly_given.astype("int64"),
        index=pd.Index(names, name="missed"),
        columns=pd.Index(names, name="given"),
        dtype="Int64",
    )
    table.loc[~labels.any(axis=0)] = pd.NA
    return table


def confused_pairs(predictions: Predictions, rule: DecisionRule) -> pd.DataFrame:
    """List pairs of genres of which one was missed and the other wrongly given.

    A genre that is often given wrongly is given wrongly to films that miss something, too. So
    beside its share of the films that miss a genre stands its share of all films: a pair is
    confused where the first is well above the second.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        rule: A decision rule for the same vocabulary.

    Returns:
        One row a pair that any film shows, most films first: `missed` and `given` (genres),
        `films` (that show it), `films_missed` (that miss the first genre), `share` (films over
        films_missed) and `share_of_all` (of all films, those wrongly given the second genre).

    Raises:
        ValueError: If the rule is for another vocabulary.

    Example:
        >>> confused_pairs(predictions, rule).iloc[0][["missed", "given"]]  # doctest: +SKIP
        missed       Crime
        given     Thriller
    """
    counts = genre_confusion(predictions, rule)
    pairs = pair_confusion(predictions, rule).fillna(0).stack().rename("films").reset_index()
    pairs = pairs[pairs["films"] > 0].astype({"films": "int64"})
    pairs["films_missed"] = counts["false_negatives"].loc[pairs["missed"]].to_numpy("int64")
    pairs["share"] = pairs["films"] / pairs["films_missed"]
    wrongly_given = counts["false_positives"].loc[pairs["given"]].to_numpy("float64")
    pairs["share_of_all"] = wrongly_given / len(predictions)
    return pairs.sort_values("films", ascending=False, kind="stable", ignore_index=True)


def _decisions(predictions, rule) -> tuple[np.ndarray, np.ndarray]:
    if rule.vocabulary != predictions.vocabulary:
        raise ValueError(
            "Expected a decision rule for the genres of the predictions "
            f"{list(predictions.vocabulary)}, received one for {list(rule.vocabulary)}."
        )
    selected = rule.select(predictions.probabilities, predictions.has_plot, predictions.has_poster)
    return predictions.labels.astype(bool), selected


def _at_least_two(*arrays: np.ndarray) -> list[np.ndarray]:
    """Give one genre an empty neighbour; scikit-learn takes a single column for two classes."""
    return [a if a.shape[1] > 1 else np.pad(a, ((0, 0), (0, 1))) for a in arrays]
