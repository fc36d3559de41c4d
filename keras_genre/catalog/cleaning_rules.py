"""The rules of cleaning, but for those of doubles: what each one does to a table of films."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from keras_genre.catalog.cleaning_log import CleaningLog
from keras_genre.catalog.doubles import MOST_TITLES, distinct_titles
from keras_genre.catalog.plot_words import plot_words
from keras_genre.catalog.poster_reading import poster_problems
from keras_genre.catalog.text_rules import cleaned_text

_TEXTS = ("title", "plot", "tagline")


def clean_texts(frame: pd.DataFrame, rules: tuple[str, ...], log: CleaningLog) -> pd.DataFrame:
    """Apply the rules `unicode` and `html` to all texts."""
    frame = frame.copy()
    for field in _TEXTS:
        found = [cleaned_text(text, rules) for text in frame[field]]
        for rule in rules:
            changed = [row for row, (_, by) in enumerate(found) if rule in by]
            for action, empty in (("changed", False), ("emptied", True)):
                rows = [row for row in changed if (found[row][0] == "") is empty]
                log.note(frame.iloc[rows], rule, action, field)
        frame[field] = [text for text, _ in found]
    return frame


def empty_placeholder_plots(frame: pd.DataFrame, log: CleaningLog) -> pd.DataFrame:
    """Empty the plots that stand, word for word, in films of too many titles."""
    words = frame["plot"].map(lambda plot: " ".join(plot_words(plot)))
    codes, _ = pd.factorize(words)
    titles = distinct_titles(frame["title"], codes).to_numpy()[codes]
    too_many = (titles > MOST_TITLES) & (words != "").to_numpy()
    reasons = [f"{count} films of other titles have the same plot" for count in titles - 1]
    return emptied(frame, "plot", too_many, "placeholder_plot", reasons, log)


def empty_short_plots(frame: pd.DataFrame, min_plot_words: int, log: CleaningLog) -> pd.DataFrame:
    """Empty the plots of fewer words than asked for."""
    counts = frame["plot"].map(lambda plot: len(plot_words(plot))).to_numpy()
    too_short = (counts < min_plot_words) & (frame["plot"] != "").to_numpy()
    reasons = [f"{count} words, fewer than {min_plot_words}" for count in counts]
    return emptied(frame, "plot", too_short, "short_plot", reasons, log)


def empty_unreadable_posters(
    frame: pd.DataFrame, progress: Callable[[int, int], None] | None, log: CleaningLog
) -> pd.DataFrame:
    """Empty the posters whose file is missing, damaged or no picture."""
    rows = np.flatnonzero(frame["poster"] != "")
    reasons = [""] * len(frame)
    found = poster_problems(frame["poster"].iloc[rows].tolist(), progress)
    for row, reason in zip(rows, found, strict=True):
        reasons[row] = reason and f"{frame['poster'].iloc[row]}: {reason}"
    return emptied(frame, "poster", np.array(reasons) != "", "unreadable_poster", reasons, log)


def drop_films(
    frame: pd.DataFrame, unwanted: pd.Series, rule: str, reason: str, log: CleaningLog
) -> pd.DataFrame:
    """Drop the films for which `unwanted` is true, all for the same reason."""
    log.note(frame[unwanted], rule, "dropped", reasons=[reason] * int(unwanted.sum()))
    return frame[~unwanted]


def emptied(
    frame: pd.DataFrame,
    field: str,
    unwanted: np.ndarray,
    rule: str,
    reasons: Sequence[str],
    log: CleaningLog,
) -> pd.DataFrame:
    """Empty a field where `unwanted` is true; `reasons` has a text for every film."""
    reasons = [reasons[row] for row in np.flatnonzero(unwanted)]
    log.note(frame[unwanted], rule, "emptied", field, reasons)
    return frame.assign(**{field: frame[field].mask(unwanted, "")})
