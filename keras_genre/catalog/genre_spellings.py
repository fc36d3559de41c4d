"""One genre, several spellings: telling that they are one, and keeping the usual one."""

import re
from collections import Counter
from collections.abc import Iterable

from keras_genre.genres import MM_IMDB_GENRES, TMDB_GENRES, GenreVocabulary

# The last four are IMDb's, beyond those of MM-IMDb. "Adult" is not here: in tables of TMDB, a
# column of this name is no genre.
_KNOWN = (*MM_IMDB_GENRES, *TMDB_GENRES, "News", "Reality-TV", "Talk-Show", "Game-Show")


def alphabetical_vocabulary(names: Iterable[str]) -> GenreVocabulary:
    """Make a vocabulary; of two names of one genre (Sci-Fi, Science Fiction) the first is kept."""
    kept = []
    for name in sorted(set(names)):
        if not kept or name not in GenreVocabulary(kept):
            kept.append(name)
    return GenreVocabulary(kept)


def known_genre(name: str) -> str | None:
    """Return the genre of MM-IMDb, TMDB or IMDb with these letters ("sci_fi": "Sci-Fi")."""
    return _BY_LETTERS.get(_letters(name))


def usual_spellings(
    films_genres: Iterable[Iterable[str]], vocabulary: GenreVocabulary | None
) -> tuple[dict[str, str], str]:
    """Choose one of the spellings that differ in upper case and spaces alone.

    Args:
        films_genres: The genres of each film, as found.
        vocabulary: The genres allowed; its spelling wins. Where `None`, the most frequent wins.

    Returns:
        From each spelling found to the one to keep; and a line about those that differ (empty
        where none does).
    """
    counts = Counter(name for genres in films_genres for name in genres)
    kept = {_key(name): name for name in reversed(vocabulary or ())}
    for name in sorted(counts, key=lambda name: (-counts[name], name not in _KNOWN, name)):
        kept.setdefault(_key(name), name)
    allowed = set(vocabulary or ())
    spellings = {name: name if name in allowed else kept[_key(name)] for name in counts}
    changed = [
        f"{name!r} ({counts[name]} films) is counted as {other!r}"
        for name, other in sorted(spellings.items())
        if name != other
    ]
    return spellings, f"one genre, several spellings: {', '.join(changed)}" if changed else ""


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.casefold())


def _without_spaces(name: str) -> str:
    return "".join(name.split()).casefold()


def _key(name: str) -> str:
    """The same for all spellings of a genre."""
    return _SAME.get(_without_spaces(name), _without_spaces(name))


_BY_LETTERS = {_letters(name): name for name in _KNOWN}
_VOCABULARY = alphabetical_vocabulary(_KNOWN)
_SAME = {_without_spaces(name): _VOCABULARY[_VOCABULARY.index(name)] for name in _KNOWN}
