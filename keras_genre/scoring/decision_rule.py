"""From probabilities to genres: calibration and thresholds, chosen on validation."""

import dataclasses
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from keras_genre.errors import RunError
from keras_genre.genres import GenreVocabulary
from keras_genre.scoring.calibration import Calibration
from keras_genre.scoring.predictions import Predictions
from keras_genre.scoring.rule_fitting import fit_arguments
from keras_genre.scoring.rule_values import (
    METHODS,
    as_thresholds,
    check_fitted_on,
    check_method,
    from_values,
    to_values,
)
from keras_genre.scoring.thresholds import only_top_k
from keras_genre.staging import staged_file

__all__ = ["DecisionRule"]


@dataclass(frozen=True, eq=False)
class DecisionRule:
    """Says which genres a film gets: those whose calibrated probability is over their threshold.

    Make one with `fit`, on validation predictions, or with `fixed`. The comparison is strict
    and in float32, here as in the served model, so both select the same genres.

    A model of plots and posters says other things of a film that lacks one of them, and thresholds
    of whole films cost it much there. So a rule may hold further rules for such films.

    Args:
        vocabulary: The genres, in column order.
        thresholds: One number in [0, 1] for each genre. Kept as float32 of shape `(genres,)`.
        method: How the thresholds were found: `"fixed"`, `"global"`, `"per_genre"` or `"top_k"`.
        fitted_on: The split they were found on; empty for fixed ones. Never `"test"`.
        undefined_genres: Genres that no film had when the rule was fitted, so that their
            threshold rests on nothing.
        calibration: What is done to probabilities before they are compared; None for nothing.
        top_k: How many genres a film gets at most, the most probable ones; None for any number.
            Only with the method `"top_k"`.
        without_plot: The rule of films without a plot, those without anything among them; None
            where they go by this one.
        without_poster: The rule of films without a poster; None where they go by this one.

    Raises:
        ValueError: If an argument is none of the above.

    Example:
        >>> from keras_genre.genres import GenreVocabulary
        >>> rule = DecisionRule.fixed(GenreVocabulary(["Drama", "Sci-Fi"]), 0.5)
        >>> rule.select([[0.2, 0.9], [0.5, 0.1]])
        array([[False,  True],
               [False, False]])
    """

    vocabulary: GenreVocabulary
    thresholds: np.ndarray
    method: str
    fitted_on: str
    undefined_genres: tuple[str, ...] = ()
    calibration: Calibration | None = None
    top_k: int | None = None
    without_plot: "DecisionRule | None" = None
    without_poster: "DecisionRule | None" = None

    def __post_init__(self):
        if not isinstance(self.vocabulary, GenreVocabulary):
            raise ValueError(
                "Expected vocabulary as a GenreVocabulary, received "
                f"{type(self.vocabulary).__name__}."
            )
        check_method(self.method, self.top_k)
        check_fitted_on(self.fitted_on)
        thresholds = as_thresholds(self.thresholds, self.vocabulary)
        object.__setattr__(self, "thresholds", thresholds)
        object.__setattr__(self, "undefined_genres", tuple(self.undefined_genres))
        for genre in self.undefined_genres:
            if not isinstance(genre, str) or genre not in self.vocabulary:
                raise ValueError(f"Unknown genre {genre!r} in undefined_genres.")
        for name in ("calibration", "without_plot", "without_poster"):
            part = getattr(self, name)
            if part is not None and part.vocabulary != self.vocabulary:
                raise ValueError(
                    f"Expected {name} for the genres {list(self.vocabulary)}, received one for "
                    f"{list(part.vocabulary)}."
                )

    @classmethod
    def fixed(
        cls, vocabulary: GenreVocabulary, threshold: float = 0.5, top_k: int | None = None
    ) -> "DecisionRule":
        """Use one threshold for every genre, chosen without looking at a film.

        Args:
            vocabulary: The genres.
            threshold: What a probability, as the model gives it, must be over.
            top_k: How many genres a film gets at most.
        """
        thresholds = np.full(len(vocabulary), threshold, dtype="float32")
        method = "fixed" if top_k is None else "top_k"
        return cls(vocabulary, thresholds, method, fitted_on="", top_k=top_k)

    @classmethod
    def fit(
        cls,
        predictions: Predictions,
        method: str = "per_genre",
        without_plot: Predictions | None = None,
        without_poster: Predictions | None = None,
    ) -> "DecisionRule":
        """Fit calibration and thresholds on validation predictions.

        One threshold a genre suits macro F1, to which each genre counts by itself; one for all
        suits micro F1, which pools all decisions. Every cut that the probabilities allow is tried.

        Args:
            predictions: Predictions on films that the model did not learn from.
            method: `"per_genre"` takes each genre's threshold with the best F1, shrunk for rare
                genres so that a handful of films cannot swing it (see
                `keras_genre.scoring.thresholds.shrunk_threshold`); `"global"` takes the one
                threshold with the best micro F1; `"top_k"` the number of genres a film gets at
                most, 1 to 5, and the floor for them, with the best micro F1: a film may get none.
                A genre that no film has is named in `undefined_genres`.
            without_plot: Predictions on films whose plots were taken away, to fit the rule of films
                without plot. The rule itself is then fitted on those films of `predictions` that
                lack nothing, if there are any.
            without_poster: The same for posters. Rules of films that lack something have one
                threshold a genre in place of `"global"`: no such film is a sure case of a rare
                genre, and one threshold for all leaves those genres out.

        Raises:
            ValueError: If predictions are on the test split or of other genres, or the method is
                unknown.
        """
        if method not in METHODS or method == "fixed":
            raise ValueError(
                f"Unknown method {method!r}. Expected one of {', '.join(METHODS[1:])}; "
                "for a threshold of your own write DecisionRule.fixed."
            )
        check_fitted_on(predictions.split)
        given = {"without_plot": without_plot, "without_poster": without_poster}
        of_parts = "per_genre" if method == "global" else method
        parts = {name: part and cls.fit(part, of_parts) for name, part in given.items()}
        if any(parts.values()):
            predictions = _whole_films(predictions)
        return cls(**fit_arguments(predictions, method), **parts)

    def select(self, probabilities, has_plot=None, has_poster=None) -> np.ndarray:
        """Return a boolean array, True where a film gets a genre.

        Args:
            probabilities: What the model says, of shape `(films, genres)` or `(genres,)`.
            has_plot: Whether each film has a plot, booleans of shape `(films,)` or `()`; None if
                all have.
            has_poster: The same of posters.

        Raises:
            ValueError: If shapes disagree, or a probability is NaN.
        """
        calibrated = self.calibrated(probabilities, has_plot, has_poster)
        return self.select_calibrated(calibrated, has_plot, has_poster)

    def calibrated(self, probabilities, has_plot=None, has_poster=None) -> np.ndarray:
        """Return calibrated probabilities, float32; arguments and errors are those of `select`."""
        probabilities = self._checked(probabilities)
        return self._each_by_its_rule(
            lambda rule: (
                rule.calibration.apply(probabilities) if rule.calibration else probabilities
            ),
            probabilities,
            has_plot,
            has_poster,
        )

    def select_calibrated(self, probabilities, has_plot=None, has_poster=None) -> np.ndarray:
        """Do as `select` does with probabilities that are calibrated, as a served model's are."""
        probabilities = self._checked(probabilities)

        def selected(rule):
            over = probabilities > rule.thresholds
            return over if rule.top_k is None else over & only_top_k(probabilities, rule.top_k)

        return self._each_by_its_rule(selected, probabilities, has_plot, has_poster)

    def film_thresholds(self, num_films: int, has_plot=None, has_poster=None) -> np.ndarray:
        """Return each film's thresholds, float32 of shape `(films, genres)`.

        Args:
            num_films: How many films.
            has_plot: As of `select`.
            has_poster: As of `select`.
        """
        shape = (num_films, len(self.vocabulary))
        return self._each_by_its_rule(
            lambda rule: np.broadcast_to(rule.thresholds, shape),
            np.empty(shape, "float32"),
            has_plot,
            has_poster,
        )

    def _checked(self, probabilities) -> np.ndarray:
        probabilities = np.asarray(probabilities, dtype="float32")
        if probabilities.shape[-1:] != self.thresholds.shape:
            raise ValueError(
                f"Expected probabilities of shape (films, {len(self.vocabulary)}), "
                f"received {probabilities.shape}."
            )
        if np.isnan(probabilities).any():
            raise ValueError("Expected probabilities, received NaN, which is over no threshold.")
        return probabilities

    def _each_by_its_rule(self, answer: Callable, probabilities, has_plot, has_poster):
        """Ask this rule about whole films, and the others about what lacks something."""
        answers = answer(self)
        for name, has, rule in (
            ("has_poster", has_poster, self.without_poster),
            ("has_plot", has_plot, self.without_plot),
        ):
            if has is None:
                continue
            has = np.asarray(has)
            if has.dtype != bool or has.shape != probabilities.shape[:-1]:
                raise ValueError(
                    f"Expected {name} as booleans of shape {probabilities.shape[:-1]}, received "
                    f"{has.dtype} of shape {has.shape}."
                )
            if rule is not None:
                answers = np.where(has[..., None], answers, answer(rule))
        return answers

    def of_genres(self, vocabulary: GenreVocabulary) -> "DecisionRule":
        """Return the same rule of some of its genres; `top_k` then counts among these alone.

        Raises:
            ValueError: If it does not know one of them.
        """
        columns = [self.vocabulary.index(genre) for genre in vocabulary]
        parts = {"calibration": self.calibration, "without_plot": self.without_plot}
        parts["without_poster"] = self.without_poster
        return dataclasses.replace(
            self,
            vocabulary=vocabulary,
            thresholds=self.thresholds[columns],
            undefined_genres=[name for name in self.undefined_genres if name in vocabulary],
            **{name: part and part.of_genres(vocabulary) for name, part in parts.items()},
        )

    def to_dict(self) -> dict:
        """Return plain values, ready for JSON, that `from_dict` turns back exactly."""
        return to_values(self)

    @classmethod
    def from_dict(cls, values: Mapping) -> "DecisionRule":
        """Make a rule of what `to_dict` gave, or gave before there were calibrations.

        Raises:
            ValueError: If a field is missing, unknown or unsound; the message names it.
        """
        return cls._of(from_values(values))

    @classmethod
    def _of(cls, arguments: dict) -> "DecisionRule":
        for name in ("without_plot", "without_poster"):
            if arguments.get(name):
                arguments = {**arguments, name: cls._of(arguments[name])}
        return cls(**arguments)

    def save(self, path: str | os.PathLike) -> Path:
        """Write the rule to a JSON file.

        Raises:
            KerasGenreError: If it cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False) + "\n"
        with staged_file(path) as staging:
            staging.write_text(text, encoding="utf-8")
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "DecisionRule":
        """Read what `save` wrote.

        Raises:
            RunError: If there is no such file, or it is damaged or holds something else; the
                message names the file and the field.
        """
        path = Path(path)
        if not path.is_file():
            raise RunError(f"There is no decision rule at {path}. Fit one and save it there.")
        try:
            return cls.from_dict(json.loads(path.read_text(encoding="utf-8")))
        except (ValueError, RecursionError) as error:
            raise RunError(f"{path} does not hold a sound decision rule: {error}") from error


def _whole_films(predictions: Predictions) -> Predictions:
    """Those films that are known to lack nothing; all, where there are none."""
    whole = np.ones(len(predictions), bool)
    for has in (predictions.has_plot, predictions.has_poster):
        if has is not None:
            whole &= has
    return predictions.of_films(whole) if whole.any() else predictions
