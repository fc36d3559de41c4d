"""Genre names and their order: the meaning of every label vector in the package."""

import difflib
from collections.abc import Iterable, Sequence

import numpy as np

__all__ = ["MM_IMDB_GENRES", "TMDB_GENRES", "GenreVocabulary"]

MM_IMDB_GENRES = (
    "Drama", "Comedy", "Romance", "Thriller", "Crime", "Action", "Adventure", "Horror",
    "Documentary", "Mystery", "Sci-Fi", "Fantasy", "Family", "Biography", "War", "History",
    "Music", "Animation", "Musical", "Western", "Sport", "Short", "Film-Noir",
)  # fmt: skip
"""The 23 genres of MM-IMDb, most frequent first (https://arxiv.org/abs/1702.01992)."""

TMDB_GENRES = (
    "Action", "Adventure", "Animation", "Comedy", "Crime", "Documentary", "Drama", "Family",
    "Fantasy", "History", "Horror", "Music", "Mystery", "Romance", "Science Fiction",
    "TV Movie", "Thriller", "War", "Western",
)  # fmt: skip
"""The 19 movie genres of TMDB, in alphabetical order."""

# Two spellings of one genre. Musical and Music are not here: MM-IMDb has both.
_SPELLINGS = (("Sci-Fi", "Science Fiction"),)
_ALIASES = {a: b for x, y in _SPELLINGS for a, b in ((x, y), (y, x))}


class GenreVocabulary(Sequence):
    """Genre names in a fixed order, and the way between names and multi-hot vectors.

    The order is part of every artefact that holds labels or probabilities, so that column
    ``j`` never has to be guessed. Where two label sets spell a genre differently
    ("Sci-Fi", "Science Fiction"), either spelling is understood.

    Args:
        names: Genre names in column order. At least one, none twice, none empty.

    Raises:
        ValueError: If `names` is a bare string, is empty, or holds a duplicate or an empty name.

    Example:
        >>> vocabulary = GenreVocabulary(["Drama", "Sci-Fi"])
        >>> vocabulary.encode(["Science Fiction"])
        array([0., 1.], dtype=float32)
        >>> vocabulary.decode([1, 1])
        ('Drama', 'Sci-Fi')
    """

    def __init__(self, names: Iterable[str]):
        names = _as_names(names, "a vocabulary")
        if not names:
            raise ValueError("A GenreVocabulary needs at least one genre, but received none.")
        seen = set()
        for name in names:
            if not name.strip() or name != name.strip():
                raise ValueError(
                    f"Genre names must be non-empty and without outer spaces; received {name!r}."
                )
            if name in seen or _ALIASES.get(name) in seen:
                raise ValueError(f"Genre {name!r} stands twice in the vocabulary.")
            seen.add(name)
        self._names = names
        self._index = {name: index for index, name in enumerate(names)}

    @property
    def names(self) -> tuple[str, ...]:
        """The genre names in column order."""
        return self._names

    def index(self, name: str) -> int:
        """Return the column of `name`; an alias of a name is understood.

        Raises:
            ValueError: If the genre is unknown; the message names close matches.
        """
        if name not in self:
            raise ValueError(f"Unknown genre {name!r}. {self._expected(name)}")
        return self._index[name if name in self._index else _ALIASES[name]]

    def encode(self, genres: Iterable[str]) -> np.ndarray:
        """Turn the genre names of one film into a multi-hot vector.

        Args:
            genres: Names of this vocabulary, in any order. May be empty.

        Returns:
            A float32 array of shape `(genres,)`.

        Raises:
            ValueError: If `genres` is a bare string or holds an unknown name.
        """
        labels = np.zeros(len(self), dtype="float32")
        for name in _as_names(genres, "a film's genres"):
            labels[self.index(name)] = 1.0
        return labels

    def decode(self, labels) -> tuple[str, ...]:
        """Turn a multi-hot (or boolean) vector of shape `(genres,)` into names, in order.

        Raises:
            ValueError: If the vector has another length, or values other than 0 and 1.
        """
        labels = np.asarray(labels)
        if labels.shape != (len(self),):
            raise ValueError(
                f"Expected a label vector of shape ({len(self)},), received {labels.shape}."
            )
        if not np.isin(labels, (0, 1)).all():
            raise ValueError(
                "Expected a multi-hot vector of zeros and ones. To name the genres of "
                "probabilities, compare them with thresholds first (see DecisionRule)."
            )
        return tuple(name for name, on in zip(self._names, labels, strict=True) if on)

    def _expected(self, name: str) -> str:
        spellings = {
            spelling.casefold(): known
            for known in self._names
            for spelling in (known, _ALIASES.get(known, known))
        }
        close = difflib.get_close_matches(str(name).casefold(), spellings, n=1, cutoff=0.5)
        expected = f"Expected one of the {len(self)} of the vocabulary ({', '.join(self._names)})."
        return f"{expected} Did you mean {spellings[close[0]]!r}?" if close else expected

    def __contains__(self, name) -> bool:
        known = isinstance(name, str)  # what cannot be hashed is no genre either
        return known and (name in self._index or _ALIASES.get(name) in self._index)

    def __getitem__(self, index):
        return self._names[index]

    def __len__(self) -> int:
        return len(self._names)

    def __eq__(self, other) -> bool:
        return isinstance(other, GenreVocabulary) and self._names == other._names

    def __hash__(self) -> int:
        return hash(self._names)

    def __repr__(self) -> str:
        return f"GenreVocabulary({list(self._names)!r})"


def _as_names(names: Iterable[str], what: str) -> tuple[str, ...]:
    """Refuse the bare string, whose letters would otherwise pass for names."""
    if isinstance(names, str | bytes):
        raise ValueError(
            f"Expected {what} as a list of names, received the bare string {names!r}. "
            f"Write [{names!r}]."
        )
    names = tuple(names)
    for name in names:
        if not isinstance(name, str):
            raise ValueError(f"Expected genre names as strings in {what}, received {name!r}.")
    return names
