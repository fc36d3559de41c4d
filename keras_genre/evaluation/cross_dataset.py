"""A run scored on the films of another source."""

import dataclasses
import warnings

import numpy as np
import pandas as pd

from keras_genre.catalog.doubles import find_doubles
from keras_genre.catalog.equal_keys import connected_groups
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.errors import KerasGenreError
from keras_genre.evaluation.film_lookup import film_texts
from keras_genre.evaluation.film_subsets import of_films
from keras_genre.genres import GenreVocabulary
from keras_genre.runs import predict
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["CrossDatasetPredictions", "predict_other_dataset"]


@dataclasses.dataclass(frozen=True, eq=False)
class CrossDatasetPredictions:
    """What a run said of films of another source; see `predict_other_dataset`.

    Args:
        predictions: Labels and probabilities of the shared genres, as the run spells and orders
            them.
        rule: The run's thresholds of these genres.
        left_out: Genres of the run that the records do not know.
        left_out_records: Genres of the records that the run does not know.
        known_films: Ids of scored films that the run probably learned from, under whatever id.
    """

    predictions: Predictions
    rule: DecisionRule
    left_out: tuple[str, ...]
    left_out_records: tuple[str, ...]
    known_films: tuple[str, ...]

    def new_films(self) -> Predictions:
        """Give the predictions of the films that the run did not learn from.

        Raises:
            ValueError: If there are none.
        """
        movie_ids = self.predictions.movie_ids
        new = movie_ids[~np.isin(movie_ids, self.known_films)]
        if not len(new):
            raise ValueError(
                f"Expected films that are new to the run, but it learned from all {len(movie_ids)} "
                f"of the {self.predictions.split} split, by id or plot."
            )
        return of_films(self.predictions, new)


def predict_other_dataset(run, dataset, split: str) -> CrossDatasetPredictions:
    """Ask a run about films of another source, over the genres that both know.

    Spellings of one genre ("Sci-Fi", "Science Fiction") are one genre; columns are joined by
    name, never by place. The run's thresholds are kept: they were chosen on its own validation
    films, and how far they suit others is part of what is measured.

    Args:
        run: A `keras_genre.runs.Run`.
        dataset: A `MovieDataset` of the other source.
        split: Which of its films.

    Returns:
        Predictions and rule over the shared genres, for every score there is. Its
        `new_films()` are those for a fair score.

    Raises:
        ValueError: If no genre is shared, or there is no such split.
        KerasGenreError: If the run or the records cannot be read.

    Warns:
        UserWarning: If the run knows some of the films from its training or validation by id,
            title or plot, if that cannot be looked up, or if the records' text is of another kind.

    Example:
        >>> other = kg.MovieDataset("data/tmdb")  # doctest: +SKIP
        >>> across = predict_other_dataset(run, other, "test")  # doctest: +SKIP
        >>> kg.scoring.score(across.predictions, across.rule)  # doctest: +SKIP
    """
    own, other = run.model.vocabulary, dataset.vocabulary
    shared = tuple(name for name in own if name in other)
    if not shared:
        raise ValueError(
            f"Expected genres that both know, but none of the run's ({', '.join(own)}) is among "
            f"those of {dataset.folder} ({', '.join(other)})."
        )
    _warn_of_other_text(run, dataset)
    with damaged_shard_named(dataset):
        films = _InGenresOf(own, dataset)
        predictions = predict(run.model, run.preprocessor, films, split)
    vocabulary, columns = GenreVocabulary(shared), [own.index(name) for name in shared]
    predictions = dataclasses.replace(
        predictions,
        labels=predictions.labels[:, columns],
        probabilities=predictions.probabilities[:, columns],
        vocabulary=vocabulary,
    )
    return CrossDatasetPredictions(
        predictions=predictions,
        rule=run.rule.of_genres(vocabulary),
        left_out=tuple(name for name in own if name not in other),
        left_out_records=tuple(name for name in other if name not in own),
        known_films=_known_films(run, dataset, split),
    )


class _InGenresOf:
    """Films with labels in another vocabulary's columns; what it does not know falls away."""

    def __init__(self, vocabulary: GenreVocabulary, dataset):
        self.vocabulary = vocabulary
        self._dataset = dataset
        self._columns = np.zeros((len(dataset.vocabulary), len(vocabulary)), "float32")
        for column, name in enumerate(vocabulary):
            if name in dataset.vocabulary:
                self._columns[dataset.vocabulary.index(name), column] = 1

    def load(self, *args, **options):
        """Load as `MovieDataset.load` does."""
        return self._dataset.load(*args, **options).map(
            lambda tensors, labels, *ids: (tensors, labels @ self._columns, *ids)
        )


def _known_films(run, dataset, split: str) -> tuple[str, ...]:
    """Films of the split that the run saw while it was trained; a warning says how many."""
    try:
        seen = pd.concat([film_texts(run.dataset, name) for name in ("train", "validation")])
    except KerasGenreError as cause:
        warnings.warn(f"Whether the run knows some of the films is unknown. {cause}", stacklevel=3)
        return ()
    films = film_texts(dataset, split)
    frame = pd.concat([seen, films], ignore_index=True).assign(year=pd.NA)  # records hold none
    pairs = find_doubles(frame, posters=False)
    groups = connected_groups(len(frame), np.concatenate(list(pairs.values())))
    rows = np.flatnonzero(np.isin(groups[len(seen) :], groups[: len(seen)]))
    known = tuple(films["movie_id"].iloc[rows])
    if known:
        warnings.warn(
            f"The run knows {len(known)} of the {len(films)} films from its training or "
            f"validation, by id or plot, for example {known[0]!r}: a score on them is too "
            f"good, and new_films() leaves them out.",
            stacklevel=3,
        )
    return known


def _warn_of_other_text(run, dataset) -> None:
    text = dataset.manifest.text
    if run.preprocessor.plot is not None and text != run.text:
        warnings.warn(
            f"The run was trained on {run.text!r}, and the records of {dataset.folder} hold "
            f"{text!r}. Prepare them with --text {run.text} for a fair score.",
            stacklevel=3,
        )
