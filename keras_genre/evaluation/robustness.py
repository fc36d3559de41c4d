"""What a model still knows when films come incomplete, mixed up or badly typed."""

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pandas as pd

from keras_genre.evaluation.film_subsets import of_films
from keras_genre.evaluation.significance import bootstrap_intervals, paired_interval
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.scores import score

__all__ = ["UNTOUCHED", "ChangedFilms", "predict_changed", "robustness_table"]

UNTOUCHED = "untouched"
"""What the row of films as they are is called."""

_ALL = "all films"
_NUM_WORDS = 20
_TYPO_RATE = 0.1


@dataclass(frozen=True)
class ChangedFilms:
    """What a model said of films that were changed.

    Args:
        change: What was done to them, for example "posters shuffled".
        films: Which films of the split it was done to, for example "films with a plot".
        predictions: Of these films alone.
    """

    change: str
    films: str
    predictions: Predictions


def predict_changed(
    run, split: str, seed: int = 0, say: Callable[[str], None] | None = None
) -> tuple[Predictions, list[ChangedFilms]]:
    """Ask a run about the films of a split as they are, and changed in six ways.

    Of films with plot and poster: the plot alone, the poster alone, neither (the floor: what
    the run says of any film), and both with the posters shuffled among all films of the split
    (see `exchange_posters`). Of films with a plot: the plot cut to 20 words, and the plot with
    typing mistakes in one word of ten (see `mistyped`).

    The run's folder is left as it is. Untouched films are asked about again too, so that the
    device and its rounding are the same for all rows.

    Args:
        run: A `keras_genre.runs.Run`.
        split: "train", "validation" or "test".
        seed: Of the shuffling and of the typing mistakes.
        say: Called with a line for people before each pass over the films.

    Returns:
        Predictions of the films as they are, and those of the changed ones. A change that no
        film of the split allows is left out, with a warning.

    Raises:
        ValueError: If there is no such split, or it has only one poster.
        KerasGenreError: If the run or its records cannot be read.
    """
    say = say or (lambda line: None)
    say(f"{UNTOUCHED} ...")
    untouched = run.predict(split, transform=_as_they_are)
    films = _films_by_content(run.dataset, split)
    changed = []
    for change, content, make in _changes(run.dataset, split, seed):
        name, movie_ids = films[content]
        if not movie_ids:
            warnings.warn(f"The {split} split has no {name}: no row {change!r}.", stacklevel=2)
            continue
        say(f"{change} ...")
        predictions = run.predict(split, transform=make())
        changed.append(ChangedFilms(change, name, of_films(predictions, movie_ids)))
    return untouched, changed


def robustness_table(
    untouched: Predictions,
    changed: Iterable[ChangedFilms],
    rule: DecisionRule,
    num_resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score changed films beside the same films untouched.

    Args:
        untouched: Predictions of the films as they are, of shape `(films, genres)`.
        changed: Predictions of changed films, each set on all or some of these films.
        rule: The one decision rule of every row.
        num_resamples: How often the films are drawn again for the intervals.
        seed: The same seed gives the same table.

    Returns:
        One row a change, and for each set of films a row "untouched" before. Columns: `change`,
        `films`, `split`, `num_films`, `threshold_method`, `thresholds_fitted_on`,
        `undefined_genres` (a tuple: no film of the set has them, they are left out of averages
        over genres), and for each of `macro_f1`, `micro_f1` and
        `mean_average_precision` the score, `<score>_low` and `<score>_high`, the ends of its
        95% interval, `<score>_difference` to the same films untouched, and the ends of the
        paired 95% interval of that, `<score>_difference_low` and `<score>_difference_high`.
        Differences of untouched films are NaN.

    Raises:
        ValueError: If a change is of films that `untouched` lacks, labels differ, or the rule
            is for another vocabulary.

    Example:
        >>> untouched, changed = predict_changed(run, "validation")  # doctest: +SKIP
        >>> robustness_table(untouched, changed, run.rule)  # doctest: +SKIP
    """
    groups = {_ALL: (untouched, [])}
    for each in changed:
        same = of_films(untouched, each.predictions.movie_ids)
        groups.setdefault(each.films, (same, []))[1].append(each)
    rows = []
    for films, (same, changes) in groups.items():
        rows.append(_row(UNTOUCHED, films, same, rule, num_resamples, seed))
        for each in changes:
            row = _row(each.change, films, each.predictions, rule, num_resamples, seed)
            same.check_same_films(each.predictions)
            intervals = paired_interval(each.predictions, rule, same, rule, num_resamples, seed)
            rows.append(row | _columns(intervals, "_difference"))
    return pd.DataFrame(rows)


def _row(change, films, predictions, rule, num_resamples, seed) -> dict:
    intervals = bootstrap_intervals(predictions, rule, num_resamples, seed)
    row = {
        "change": change,
        "films": films,
        "split": predictions.split,
        "num_films": len(predictions),
        "threshold_method": rule.method,
        "thresholds_fitted_on": rule.fitted_on,
        "undefined_genres": score(predictions, rule).undefined_genres,
    }
    return row | _columns(intervals, "")


def _columns(intervals, suffix: str) -> dict:
    return {
        f"{name}{suffix}{end}": getattr(interval, field)
        for name, interval in intervals.items()
        for end, field in (("", "value"), ("_low", "low"), ("_high", "high"))
    }


def _changes(dataset, split: str, seed: int) -> list[tuple[str, str, Callable]]:
    """Each change: its name, which films it is for, and what makes its transform."""
    from keras_genre.evaluation.film_changes import cut_plots, exchange_posters, mistype_plots
    from keras_genre.runs import without_plots, without_posters

    return [
        ("plot alone", "both", lambda: without_posters),
        ("poster alone", "both", lambda: without_plots),
        ("neither", "both", lambda: lambda films: without_plots(without_posters(films))),
        ("posters shuffled", "both", lambda: exchange_posters(dataset, split, seed)),
        (f"first {_NUM_WORDS} words", "plot", lambda: cut_plots(_NUM_WORDS)),
        (f"{_TYPO_RATE:.0%} of words mistyped", "plot", lambda: mistype_plots(_TYPO_RATE, seed)),
    ]


def _as_they_are(films: dict) -> dict:
    return films


def _films_by_content(dataset, split: str) -> dict[str, tuple[str, list[str]]]:
    """From "both" and "plot" to what films that have them are called, and their ids."""
    from keras_genre.evaluation.film_lookup import film_contents

    contents = film_contents(dataset, split)
    found = {
        "both": ("films with plot and poster", contents["has_plot"] & contents["has_poster"]),
        "plot": ("films with a plot", contents["has_plot"]),
    }
    return {
        key: (_ALL if mask.all() else name, contents.index[mask].tolist())
        for key, (name, mask) in found.items()
    }
