"""film_rule: what a served model's thresholds are, where that can be known."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from keras_genre.client import GenrePrediction
from keras_genre.errors import ExportError
from keras_genre.export.publishing import read_manifest
from keras_genre.scoring import DecisionRule


@dataclasses.dataclass(frozen=True)
class FilmRule:
    """What decided about one film.

    Args:
        thresholds: Of each genre, what its probability had to be over.
        top_k: How many genres the film could get at most; None for any number.
    """

    thresholds: dict[str, float]
    top_k: int | None


def film_rule(
    models: Mapping[str, Path], prediction: GenrePrediction, has_plot: bool, has_poster: bool
) -> FilmRule | None:
    """Read the rule that decided about a film from the model that answered.

    TensorFlow Serving's API has no place for thresholds: an answer says which genres are over
    theirs, not where these lie. The exported model's manifest does.

    Args:
        models: The folder of each model whose versions can be looked into, by the model's name.
        prediction: The answer, which names the model and its version.
        has_plot: Whether the film has a plot.
        has_poster: Whether it has a poster.

    Returns:
        The rule; None where the model's folder is not at hand, or is not one of ours.
    """
    if prediction.model not in models:
        return None
    try:
        manifest = read_manifest(models[prediction.model] / str(prediction.version))
        rule = DecisionRule.from_dict(manifest["rule"])
    except (ExportError, KeyError, ValueError):
        return None  # somebody else's SavedModel: it answers all the same
    part = rule
    if not has_poster and rule.without_poster:
        part = rule.without_poster
    if not has_plot and rule.without_plot:
        part = rule.without_plot
    names = list(rule.vocabulary)
    return FilmRule(dict(zip(names, map(float, part.thresholds), strict=True)), part.top_k)
