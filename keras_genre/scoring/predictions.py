"""Saved probabilities and the labels they are measured against."""

import dataclasses
import io
import os
import zipfile
from pathlib import Path

import numpy as np

from keras_genre.errors import RunError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.staging import staged_file

__all__ = ["Predictions"]

_FORMAT = "keras_genre.predictions"
_VERSION = 2
_FIELDS = ("genres", "movie_ids", "labels", "probabilities", "split")
_PARTS = ("has_plot", "has_poster")  # since version 2; empty where not known
_EMPTY = np.zeros(0, bool)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Predictions:
    """What a model said about a set of films, and what is true of them.

    Every score of the package is a function of one of these, so a score can be computed
    again, or a new one added, without running a model. The arrays are read-only copies.

    Args:
        movie_ids: One string a film, none twice. Shape `(films,)`.
        labels: 1 where the film has the genre, otherwise 0. Kept as uint8 of shape
            `(films, genres)`.
        probabilities: The probability of each genre, in [0, 1]. Kept as float32 of shape
            `(films, genres)`.
        vocabulary: The genres, in column order.
        split: Which films these are: `"train"`, `"validation"` or `"test"`. Empty where they
            belong to none. Every score names it.
        has_plot: Whether the model had a plot of each film. Booleans of shape `(films,)`; None
            where that is not known, or the model reads none.
        has_poster: The same of posters.

    Raises:
        ValueError: If the shapes disagree, there is no film, a film stands twice, a label is
            neither 0 nor 1, or a probability is missing or outside [0, 1]; the message names
            the film.

    Example:
        >>> import numpy as np
        >>> from keras_genre.genres import GenreVocabulary
        >>> predictions = Predictions(
        ...     movie_ids=["tt0133093", "tt0111161"],
        ...     labels=np.array([[0, 1], [1, 0]]),
        ...     probabilities=np.array([[0.2, 0.9], [0.8, 0.1]]),
        ...     vocabulary=GenreVocabulary(["Drama", "Sci-Fi"]),
        ...     split="test",
        ... )
        >>> predictions
        Predictions(films=2, genres=2, split='test')
    """

    movie_ids: np.ndarray
    labels: np.ndarray
    probabilities: np.ndarray
    vocabulary: GenreVocabulary
    split: str = ""
    has_plot: np.ndarray | None = None
    has_poster: np.ndarray | None = None

    def __post_init__(self):
        if not isinstance(self.vocabulary, GenreVocabulary):
            raise ValueError(
                "Expected vocabulary as a GenreVocabulary, received "
                f"{type(self.vocabulary).__name__}. Write GenreVocabulary([...])."
            )
        if self.split not in ("", *SPLITS):
            raise ValueError(
                f"Unknown split {self.split!r}. Expected one of {', '.join(SPLITS)}, "
                "or the empty string for films that belong to none."
            )
        movie_ids = _as_movie_ids(self.movie_ids)
        labels = self._as_matrix("labels", self.labels, len(movie_ids))
        probabilities = self._as_matrix("probabilities", self.probabilities, len(movie_ids))
        with np.errstate(over="ignore"):  # what overflows is refused below
            probabilities = probabilities.astype("float32")
        self._refuse(
            movie_ids, labels, (labels != 0) & (labels != 1), "labels", "Expected zeros and ones."
        )
        self._refuse(
            movie_ids, probabilities, np.isnan(probabilities), "probabilities",
            "Expected a number in [0, 1].",
        )  # fmt: skip
        self._refuse(
            movie_ids, probabilities, (probabilities < 0) | (probabilities > 1), "probabilities",
            "Expected numbers in [0, 1]. If these are logits, apply a sigmoid, once.",
        )  # fmt: skip
        self._keep(movie_ids=movie_ids, labels=labels.astype("uint8"), probabilities=probabilities)
        for part in _PARTS:
            has = getattr(self, part)
            if has is not None:
                self._keep(**{part: _as_booleans(part, has, len(movie_ids))})

    def __len__(self) -> int:
        """The number of films."""
        return len(self.movie_ids)

    def __repr__(self) -> str:
        return (
            f"Predictions(films={len(self)}, genres={len(self.vocabulary)}, split={self.split!r})"
        )

    def of_films(self, films: np.ndarray) -> "Predictions":
        """Return the predictions of some films only.

        Args:
            films: Which, booleans of shape `(films,)`, at least one of them True.
        """
        parts = {part: getattr(self, part) for part in _PARTS}
        return dataclasses.replace(
            self,
            movie_ids=self.movie_ids[films],
            labels=self.labels[films],
            probabilities=self.probabilities[films],
            **{part: None if has is None else has[films] for part, has in parts.items()},
        )

    def check_same_films(self, other: "Predictions") -> None:
        """Refuse `other` unless it speaks of the same films, in the same order, with one truth.

        Two models may be compared film by film only then.

        Raises:
            ValueError: If the films, their order, their labels or the vocabulary differ.
        """
        if self.vocabulary != other.vocabulary:
            raise ValueError(
                "Expected the same genres in the same order, received vocabularies "
                f"{list(self.vocabulary)} and {list(other.vocabulary)}."
            )
        if set(self.movie_ids) != set(other.movie_ids):
            only = sorted(set(self.movie_ids) ^ set(other.movie_ids))
            raise ValueError(
                f"Expected predictions on the same films; {len(only)} stand on one side only, "
                f"for example {str(only[0])!r}. Predict the same split of the same records "
                "with both."
            )
        if not np.array_equal(self.movie_ids, other.movie_ids):
            raise ValueError(
                "Expected the films in the same order; they are the same films in another "
                "order. Predict both from the same records."
            )
        differing = np.nonzero((self.labels != other.labels).any(axis=1))[0]
        if len(differing):
            raise ValueError(
                f"Expected the same labels; {len(differing)} films differ, for example "
                f"{str(self.movie_ids[differing[0]])!r}."
            )

    def save(self, path: str | os.PathLike) -> Path:
        """Write everything to one `.npz` file, without pickle; the same data, the same bytes.

        Raises:
            KerasGenreError: If it cannot be written.
        """
        with staged_file(path) as staging, open(staging, "wb") as file:
            np.savez_compressed(
                file,
                format=np.array(_FORMAT),
                version=np.array(_VERSION),
                genres=np.array(self.vocabulary.names),
                movie_ids=self.movie_ids,
                labels=self.labels,
                probabilities=self.probabilities,
                split=np.array(self.split),
                **{part: _or_empty(getattr(self, part)) for part in _PARTS},
            )
        return Path(path)

    @classmethod
    def load(cls, path: str | os.PathLike) -> "Predictions":
        """Read what `save` wrote; files of version 1 do not know what films lack.

        Raises:
            RunError: If there is no such file, or it is damaged or holds something else; the
                message names the file and the field.
        """
        arrays = _read_arrays(Path(path))
        parts = {part: arrays[part] for part in _PARTS if arrays.get(part, _EMPTY).size}
        try:
            return cls(
                movie_ids=arrays["movie_ids"],
                labels=arrays["labels"],
                probabilities=arrays["probabilities"],
                vocabulary=GenreVocabulary(arrays["genres"].tolist()),
                split=str(arrays["split"]),
                **parts,
            )
        except (ValueError, TypeError) as error:
            raise RunError(f"{path} does not hold sound predictions: {error}") from error

    def _as_matrix(self, field: str, values, num_films: int) -> np.ndarray:
        """Return `values` as a numeric array of shape `(films, genres)`."""
        values = np.asarray(values)
        expected = (num_films, len(self.vocabulary))
        if values.shape != expected:
            raise ValueError(
                f"Expected {field} of shape (films, genres) = {expected}, received {values.shape}."
            )
        if values.dtype.name == "bfloat16":  # no NumPy kind of its own
            return values.astype("float32")
        if values.dtype.kind not in "biuf":
            raise ValueError(f"Expected numbers in {field}, received dtype {values.dtype}.")
        return values

    def _refuse(self, movie_ids, values, wrong, field: str, expected: str) -> None:
        """Raise if any entry of `wrong` is set, naming the first film and genre."""
        if not wrong.any():
            return
        film, genre = np.argwhere(wrong)[0]
        raise ValueError(
            f"Film {str(movie_ids[film])!r} has {values[film, genre]} for "
            f"{self.vocabulary[int(genre)]!r} in {field}. {expected}"
        )

    def _keep(self, **arrays: np.ndarray) -> None:
        for field, values in arrays.items():
            values = np.array(values)
            values.setflags(write=False)
            object.__setattr__(self, field, values)


def _as_booleans(field: str, values, num_films: int) -> np.ndarray:
    values = np.asarray(values)
    if values.dtype != bool or values.shape != (num_films,):
        raise ValueError(
            f"Expected {field} as booleans of shape (films,) = ({num_films},), received "
            f"{values.dtype} of shape {values.shape}."
        )
    return values


def _or_empty(values: np.ndarray | None) -> np.ndarray:
    return _EMPTY if values is None else values


def _as_movie_ids(movie_ids) -> np.ndarray:
    """Return the ids as a string array of shape `(films,)`; numbers are not guessed at."""
    movie_ids = np.asarray(movie_ids, dtype=object)
    if movie_ids.ndim != 1 or not len(movie_ids):
        raise ValueError(
            "Expected movie_ids of shape (films,) with at least one film, "
            f"received shape {movie_ids.shape}."
        )
    for movie_id in movie_ids:
        if not isinstance(movie_id, str) or not movie_id:
            raise ValueError(f"Expected movie_ids as non-empty strings, received {movie_id!r}.")
    movie_ids = movie_ids.astype(str)
    names, counts = np.unique(movie_ids, return_counts=True)
    if len(names) < len(movie_ids):
        twice = str(names[counts > 1][0])
        raise ValueError(f"Film {twice!r} stands twice in movie_ids. Expected each film once.")
    return movie_ids


def _read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Read the fields one by one, each whole, so that its checksum is looked at."""
    if not path.is_file():
        raise RunError(f"There are no predictions at {path}. Save some with Predictions.save.")
    arrays, field = {}, "format"
    try:
        with zipfile.ZipFile(path) as archive:
            for field, expected in (("format", (_FORMAT,)), ("version", (1, _VERSION))):
                arrays[field] = _read_array(archive, field)
                if arrays[field] not in expected:
                    names = " or ".join(map(str, expected))
                    raise ValueError(f"expected {names}, received {arrays[field]}")
            for field in (*_FIELDS, *(_PARTS if arrays["version"] == _VERSION else ())):
                arrays[field] = _read_array(archive, field)
    except Exception as error:  # Damaged bytes provoke nearly anything, from zlib to MemoryError.
        raise RunError(
            f"{path} cannot be read as predictions: field {field!r}: {error}. Expected a whole "
            f"file of Predictions.save, format {_FORMAT} {_VERSION}."
        ) from error
    return arrays


def _read_array(archive: zipfile.ZipFile, field: str) -> np.ndarray:
    raw = io.BytesIO(archive.read(f"{field}.npy"))
    return np.lib.format.read_array(raw, allow_pickle=False)
