"""From one set of genres to another: translating label sets, merging rare genres."""

import numbers
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from keras_genre.catalog.genre_spellings import known_genre
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

__all__ = ["merge_rare_genres", "translate_genres"]

# One way alone: a label set that has no Musical files its musicals under Music, but a film about
# musicians is no musical.
_BROADER = {"Musical": "Music"}


def translate_genres(
    catalog: MovieCatalog, target: GenreVocabulary | Sequence[str], drop_unknown: bool = False
) -> MovieCatalog:
    """Return the films with the genres of another label set.

    A genre goes to the one of `target` with its name, or with another spelling of it (Sci-Fi =
    Science Fiction, "film noir" = Film-Noir). Musical goes to Music where `target` has no
    Musical; Music never goes to Musical. Two genres of a film that go to one count once.

    Args:
        catalog: The films.
        target: The genres wanted, in the order of the label columns. All of them become the new
            vocabulary, those that no film has as well, so that several catalogues can be given
            the same labels. `merge_rare_genres(translated, at_least=1)` drops those afterwards.
        drop_unknown: Drop genres without a counterpart, and films that have no other, with the
            counts in the notes. Otherwise such a genre is an error, if a film has it.

    Returns:
        The films in their order. Every renaming is counted in the notes.

    Raises:
        CatalogError: If films have a genre without a counterpart; or if no film would be left.
        ValueError: If `target` is no list of distinct names.

    Example:
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"movie_id": ["a"], "genres": [["Sci-Fi", "Musical"]]})
        >>> catalog = MovieCatalog(frame, GenreVocabulary(["Musical", "Sci-Fi"]))
        >>> translate_genres(catalog, ["Music", "Science Fiction"]).frame["genres"][0]
        ('Music', 'Science Fiction')
    """
    if not isinstance(target, GenreVocabulary):
        target = GenreVocabulary(target)
    counts = _films_per_genre(catalog)
    counterparts = {name: _counterpart(name, target) for name in catalog.vocabulary}
    unknown = [name for name in catalog.vocabulary if not counterparts[name] and counts[name]]
    if unknown and not drop_unknown:
        raise CatalogError(
            f"No counterpart for {_with_films(unknown, counts)} among the {len(target)} genres "
            f"wanted ({', '.join(target)}). Drop them (drop_unknown=True, or "
            "MovieCatalog.drop_genres, or --drop-genre), or add them to the genres wanted."
        )
    translated = {name: other for name, other in counterparts.items() if other}
    renamed = [
        f"{name} is now {other} ({counts[name]} films)"
        for name, other in translated.items()
        if name != other and counts[name]
    ]
    notes = [f"genres translated: {', '.join(renamed)}"] if renamed else []
    frame = catalog.frame
    genres = [_renamed(of, translated) for of in frame["genres"]]
    left = [bool(new) or not old for new, old in zip(genres, frame["genres"], strict=True)]
    if not any(left):
        raise CatalogError(
            f"No film would be left: all have only {_with_films(unknown, counts)}, which have no "
            f"counterpart among {', '.join(target)}."
        )
    if unknown:
        notes.append(
            f"genres without a counterpart dropped: {_with_films(unknown, counts)}; "
            f"{left.count(False)} films had no other and were left out"
        )
    return MovieCatalog(frame.assign(genres=genres)[left], target, (*catalog.notes, *notes))


def merge_rare_genres(
    catalog: MovieCatalog,
    at_least: float | None = None,
    genres: Iterable[str] | None = None,
    into: str = "Others",
) -> MovieCatalog:
    """Return the films with some genres merged into one: the rare ones, or those named.

    Films are counted in the training split alone where there is one: what the labels are must
    not be chosen on films that a model is judged by. A genre that would be merged and that no
    film at all has is dropped instead: `into` is made only where films go into it.

    Args:
        catalog: The films.
        at_least: Merge every genre with fewer training films: an integer is a number of films,
            a fraction below 1 a share of them. `into` itself is never rare.
        genres: The genres to merge, instead (see `weak_genres`). None of them merges nothing.
        into: The genre that they become. Where the catalogue has it already it keeps its place,
            otherwise it is the last.

    Returns:
        The same films in their order. What was merged or dropped, and the number of genres
        before and after, is in the notes.

    Raises:
        ValueError: If not exactly one of `at_least` and `genres` is given, `at_least` is no such
            number, or a name is no genre of the catalogue.
        CatalogError: If one genre alone would be left.

    Example:
        >>> import pandas as pd
        >>> genres = [["War", "Drama"], ["Western"], ["Drama"], ["Comedy", "Drama"], ["Comedy"]]
        >>> frame = pd.DataFrame({"movie_id": list("abcde"), "genres": genres})
        >>> catalog = MovieCatalog(frame, GenreVocabulary(["War", "Drama", "Western", "Comedy"]))
        >>> merge_rare_genres(catalog, at_least=2).vocabulary
        GenreVocabulary(['Drama', 'Comedy', 'Others'])
    """
    if (at_least is None) == (genres is None):
        raise ValueError(
            f"Expected either `at_least` or `genres`; received at_least={at_least!r} and "
            f"genres={genres!r}."
        )
    vocabulary = catalog.vocabulary
    if into in vocabulary:
        into = vocabulary[vocabulary.index(into)]
    base = catalog.select("train") if "train" in catalog.splits else catalog
    films = f"{len(base)} {'training films' if base is not catalog else 'films'}"
    counts = _films_per_genre(base)
    if genres is None:
        _check_at_least(at_least)
        # Shares are compared as shares: 0.28 times 25 is more than 7.
        whole = len(base) if at_least < 1 else 1
        chosen = [name for name in vocabulary if counts[name] / whole < at_least]
        fewest = f"a share below {at_least:g}" if at_least < 1 else f"fewer than {at_least:g}"
        reason = f"genres with {fewest} of {films}"
    else:
        chosen = vocabulary.decode(vocabulary.encode(genres))
        reason = f"genres chosen by name, of {films}"
    chosen = [name for name in chosen if name != into]
    if not chosen:
        note = f"no genre merged into {into}: there are no {reason}"
        return MovieCatalog(catalog.frame, vocabulary, (*catalog.notes, note))
    used = _films_per_genre(catalog)
    merged = [name for name in chosen if used[name]]
    after = [name for name in vocabulary if name not in chosen]
    if merged and into not in after:
        after.append(into)
    if len(after) < 2:
        left = f"{after[0]!r} alone" if after else "no genre"
        raise CatalogError(
            f"Merging {_with_films(chosen, counts)} into {into!r} would leave {left}, and "
            f"nothing to tell apart. Merge fewer of the {len(vocabulary)} genres."
        )
    done = [f"merged into {into}: {_with_films(merged, counts)}"] if merged else []
    if len(merged) < len(chosen):
        without = [name for name in chosen if not used[name]]
        done.append(f"dropped, as no film has them: {', '.join(without)}")
    note = f"{'; '.join(done)} ({reason}); {len(vocabulary)} genres before, {len(after)} after"
    names = {name: into if name in merged else name for name in vocabulary}
    frame = catalog.frame
    frame["genres"] = [_renamed(of, names) for of in frame["genres"]]
    return MovieCatalog(frame, GenreVocabulary(after), (*catalog.notes, note))


def _counterpart(name: str, target: GenreVocabulary) -> str | None:
    usual = known_genre(name) or name
    for candidate in (name, usual, _BROADER.get(usual)):
        if candidate in target:
            return target[target.index(candidate)]
    return None


def _renamed(genres: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    """The new names, each once; a genre without one is left out."""
    return tuple(dict.fromkeys(names[name] for name in genres if name in names))


def _films_per_genre(catalog: MovieCatalog) -> Counter:
    return Counter(name for genres in catalog.frame["genres"] for name in genres)


def _with_films(names: Iterable[str], counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} ({counts[name]} films)" for name in names)


def _check_at_least(at_least: float) -> None:
    number = isinstance(at_least, numbers.Real) and not isinstance(at_least, bool)
    if not (number and (0 < at_least < 1 or (at_least >= 1 and at_least % 1 == 0))):
        raise ValueError(
            "Expected `at_least` as a whole number of films from 1 on, or as a share of them "
            f"between 0 and 1; received {at_least!r}."
        )
