"""Cleaning a catalogue by named rules."""

import difflib
from collections.abc import Callable, Collection
from functools import partial

import pandas as pd

from keras_genre.catalog.cleaning_doubles import drop_doubles, empty_shared_posters
from keras_genre.catalog.cleaning_log import CleaningLog
from keras_genre.catalog.cleaning_report import CleaningReport
from keras_genre.catalog.cleaning_rules import (
    clean_texts,
    drop_films,
    empty_placeholder_plots,
    empty_short_plots,
    empty_unreadable_posters,
)
from keras_genre.catalog.doubles import (
    doubles_by_id,
    doubles_by_plot,
    doubles_by_title_and_year,
)
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.text_rules import TEXT_RULES
from keras_genre.errors import CatalogError

RULES = {
    "unicode": "texts in Unicode's form NFC, without control characters and outer blanks",
    "html": "texts without HTML tags and entities",
    "placeholder_plot": "plot emptied that films of more than 10 titles share word for word",
    "short_plot": "plot emptied that has fewer than `min_plot_words` words",
    "unreadable_poster": "poster emptied whose file is missing, damaged or no picture",
    "no_plot": "film dropped that has no plot (only where plots are required)",
    "no_poster": "film dropped that has no poster (only where posters are required)",
    "no_plot_and_no_poster": "film dropped that has neither",
    "no_genres": "film dropped that has no genre",
    "duplicate_id": "film dropped whose id and title another film has, but for spelling",
    "same_title_and_year": "film dropped whose title and year another film has",
    "near_duplicate_plot": "film dropped whose plot another film has, for the most part",
    "shared_poster": "poster emptied that films of another split show too",
}
"""The rules of `clean` in the order in which they are applied, and what each does."""


def clean(
    catalog: MovieCatalog,
    skip: Collection[str] = (),
    min_plot_words: int = 3,
    require_plot: bool = False,
    require_poster: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[MovieCatalog, CleaningReport]:
    """Clean texts, empty what cannot be used, and drop films that cannot be used or stand twice.

    The rules are those of `RULES`, in that order: a plot that HTML tags alone kept from being
    empty is empty by the time it is asked for. Of films that stand twice one stays: that of the
    test split, so that test sets stay comparable, then of validation, then of training; then the
    one with the most of plot, poster and genres; then the first. Two films may truly share title
    and year (both "Emma" of 1996): the report names every pair. A poster that films of several
    splits show stays, by the same order, in one split; where one is emptied, the rules are applied
    once more, since that may leave a film with neither plot nor poster. After all rules
    `find_leaks` finds nothing, and cleaning a clean catalogue changes no film.

    Args:
        catalog: The films. It stays as it is.
        skip: Names of rules to leave out.
        min_plot_words: Plots of fewer words are emptied. Of 13,312 real plots none had fewer than
            five; what is shorter than three is a "TBA" or "No overview".
        require_plot: Whether films without a plot are dropped.
        require_poster: Whether films without a poster are dropped.
        progress: Called with (posters read, posters in all).

    Returns:
        The clean catalogue, with the same vocabulary and one more note, and what was done.

    Raises:
        ValueError: If `skip` names no rule, or `min_plot_words` is negative.
        CatalogError: If no film would be left.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> frame = pd.DataFrame(
        ...     {"movie_id": ["a"], "genres": [["War"]], "plot": ["<b>A duel at dawn.</b>"]}
        ... )
        >>> catalog, report = clean(MovieCatalog(frame, GenreVocabulary(["War"])))
        >>> catalog.frame["plot"][0], report.counts["html"]["changed"]
        ('A duel at dawn.', 1)
    """
    _check_arguments(skip, min_plot_words)
    optional = {"no_plot": require_plot, "no_poster": require_poster}
    rules = [rule for rule in RULES if rule not in skip and optional.get(rule, True)]
    log = CleaningLog()
    frame = catalog.frame
    steps = _steps(rules, min_plot_words, progress, log)
    shared_before = -1
    while log.count("shared_poster") > shared_before:
        shared_before = log.count("shared_poster")
        for rule, apply in steps.items():
            if rule in rules:
                frame = apply(frame)
    report = CleaningReport(log.table(), tuple(rules), len(catalog))
    if frame.empty:
        raise CatalogError(
            f"Cleaning would leave no film. {report.summary()}\nSkip the rule that takes too much."
        )
    note = f"cleaned: {len(report.dropped)} films dropped, {len(report.changed)} fields changed"
    if skip:
        note += f"; rules skipped: {', '.join(rule for rule in RULES if rule in skip)}"
    return MovieCatalog(frame, catalog.vocabulary, (*catalog.notes, note)), report


def _check_arguments(skip: Collection[str], min_plot_words: int) -> None:
    if isinstance(skip, str):
        raise ValueError(f"Expected a list of rules to skip, received the text {skip!r}.")
    for name in skip:
        if name not in RULES:
            close = difflib.get_close_matches(str(name), RULES, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ValueError(f"Unknown rule {name!r}. Expected one of {', '.join(RULES)}.{hint}")
    if min_plot_words < 0:
        raise ValueError(f"Expected min_plot_words of at least 0, received {min_plot_words}.")


def _steps(
    rules: Collection[str],
    min_plot_words: int,
    progress: Callable[[int, int], None] | None,
    log: CleaningLog,
) -> dict[str, Callable[[pd.DataFrame], pd.DataFrame]]:
    """What each rule does to a table of films, in the order of `RULES`."""
    text_rules = tuple(rule for rule in TEXT_RULES if rule in rules)

    def drop(rule: str, fields: tuple[str, ...], reason: str):
        def apply(frame: pd.DataFrame) -> pd.DataFrame:
            empty = [frame[field].map(len) == 0 for field in fields]
            return drop_films(frame, pd.concat(empty, axis=1).all(axis=1), rule, reason, log)

        return apply

    def drop_copies(rule: str, find_pairs: Callable, what: str):
        return partial(drop_doubles, find_pairs=find_pairs, rule=rule, what=what, log=log)

    # The two rules of texts are applied together, since each can uncover work for the other.
    texts = partial(clean_texts, rules=text_rules, log=log)
    posters = partial(empty_unreadable_posters, progress=progress, log=log)
    steps = {text_rules[0]: texts} if text_rules else {}
    return steps | {
        "placeholder_plot": partial(empty_placeholder_plots, log=log),
        "short_plot": partial(empty_short_plots, min_plot_words=min_plot_words, log=log),
        "unreadable_poster": posters,
        "no_plot": drop("no_plot", ("plot",), "no plot"),
        "no_poster": drop("no_poster", ("poster",), "no poster"),
        "no_plot_and_no_poster": drop(
            "no_plot_and_no_poster", ("plot", "poster"), "neither plot nor poster"
        ),
        "no_genres": drop("no_genres", ("genres",), "no genre"),
        "duplicate_id": drop_copies("duplicate_id", doubles_by_id, "the same id and title"),
        "same_title_and_year": drop_copies(
            "same_title_and_year", doubles_by_title_and_year, "the same title and year"
        ),
        "near_duplicate_plot": drop_copies(
            "near_duplicate_plot", doubles_by_plot, "nearly the same plot"
        ),
        "shared_poster": partial(empty_shared_posters, progress=progress, log=log),
    }
