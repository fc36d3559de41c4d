"""How far two labellers of the same films agree: the ceiling of any model of one of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.metrics import cohen_kappa_score

from keras_genre.catalog.genre_spellings import alphabetical_vocabulary
from keras_genre.evaluation.significance import Interval, bootstrap_intervals
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.scores import score

__all__ = ["LabelAgreement", "label_agreement"]


@dataclass(frozen=True, eq=False)
class LabelAgreement:
    """How far labels agree with reference labels; see `label_agreement`.

    Args:
        num_films: Films that both labelled.
        overall: `macro_f1` and `micro_f1` of the labels against the reference, with intervals.
        per_genre: One row a shared genre, spelled as in the reference: `films` and
            `films_reference` (that have it by either), `films_both`, `precision`, `recall`,
            `f1`, and `kappa`, Cohen's. NaN where undefined.
        undefined_genres: Shared genres that no film has by the reference, and so are left out of
            `macro_f1`.
        left_out: Genres of the labels that the reference never uses, on any of its films.
        left_out_reference: Genres of the reference that the labels never use.
    """

    num_films: int
    overall: dict[str, Interval]
    per_genre: pd.DataFrame
    undefined_genres: tuple[str, ...]
    left_out: tuple[str, ...]
    left_out_reference: tuple[str, ...]


def label_agreement(
    labels: Mapping[str, Collection[str]],
    reference: Mapping[str, Collection[str]],
    num_resamples: int = 2000,
    seed: int = 0,
) -> LabelAgreement:
    """Score one labeller as if it were a model of the other.

    A model that learned the one labeller perfectly would score this on the other's labels. What
    is missing to 1 is not knowledge of films but taste and rules of labelling, which no model
    can know. F1 of a genre is the same in both directions, precision and recall change places.

    Only films in both and genres of both are compared; spellings of one genre ("Sci-Fi",
    "Science Fiction") are one. A film all of whose genres are of one labeller alone stays, as a
    film that has none of the shared ones.

    Args:
        labels: From movie id to genres, for example of `read_labels`.
        reference: The same of the other labeller.
        num_resamples: How often the films are drawn again for the intervals.
        seed: Of the drawing.

    Raises:
        ValueError: If no film or no genre is shared.

    Example:
        >>> tmdb = {"tt1": ["Science Fiction"], "tt2": ["Drama", "War"]}
        >>> imdb = {"tt1": ["Sci-Fi", "Drama"], "tt2": ["Drama"]}
        >>> agreement = label_agreement(tmdb, imdb, num_resamples=10)
        >>> agreement.per_genre["f1"].round(3).to_dict(), agreement.left_out
        ({'Drama': 0.667, 'Sci-Fi': 1.0}, ('War',))

    Reference:
        Cohen, "A Coefficient of Agreement for Nominal Scales", 1960.
    """
    films = sorted(set(labels) & set(reference))
    if not films:
        raise ValueError(
            f"Expected films that both labelled, but of {_some(labels)} and {_some(reference)} "
            f"none is the same. Use the same kind of id on both sides."
        )
    own, known = _vocabulary(labels), _vocabulary(reference)
    shared = [name for name in known if name in own]
    if not shared:
        raise ValueError(
            f"Expected genres that both use, but none of {', '.join(own)} is among "
            f"{', '.join(known)}."
        )
    vocabulary = GenreVocabulary(shared)
    given, true = (_encode(each, films, vocabulary) for each in (labels, reference))
    predictions = Predictions(films, true, given, vocabulary)
    rule = DecisionRule.fixed(vocabulary)
    scores = score(predictions, rule)
    intervals = bootstrap_intervals(predictions, rule, num_resamples, seed)
    per_genre = pd.DataFrame(
        {
            "films": scores.per_genre["predicted"],
            "films_reference": scores.per_genre["support"],
            "films_both": (given * true).sum(axis=0).astype("int64"),
            **{name: scores.per_genre[name] for name in ("precision", "recall", "f1")},
            "kappa": [_kappa(*column) for column in zip(given.T, true.T, strict=True)],
        }
    )
    return LabelAgreement(
        num_films=len(films),
        overall={name: intervals[name] for name in ("macro_f1", "micro_f1")},
        per_genre=per_genre,
        undefined_genres=scores.undefined_genres,
        left_out=tuple(name for name in own if name not in vocabulary),
        left_out_reference=tuple(name for name in known if name not in vocabulary),
    )


def _vocabulary(labels: Mapping[str, Collection[str]]) -> GenreVocabulary:
    """The genres in use, in alphabetical order; of two spellings of one, the first."""
    for movie_id, genres in labels.items():
        if isinstance(genres, str):  # whose letters would pass for genres
            raise ValueError(
                f"Expected the genres of movie {movie_id} as a list of names, received the bare "
                f"string {genres!r}. Write [{genres!r}]."
            )
    return alphabetical_vocabulary(name for genres in labels.values() for name in genres)


def _encode(labels, films: list[str], vocabulary: GenreVocabulary) -> np.ndarray:
    """Multi-hot labels of the shared genres, of shape `(films, genres)`."""
    return np.stack(
        [vocabulary.encode([name for name in labels[film] if name in vocabulary]) for film in films]
    )


def _kappa(given: np.ndarray, true: np.ndarray) -> float:
    """Cohen's kappa; undefined where both say the same of all films: chance does as well."""
    if len(np.unique([given, true])) < 2:
        return np.nan
    return float(cohen_kappa_score(given, true))


def _some(labels) -> str:
    return f"{len(labels)} films such as {next(iter(labels), 'none')!r}"
