"""MM-IMDb as it was published: a folder of JSON files and posters."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd

from keras_genre.catalog.mm_imdb_film import load_json, read_film
from keras_genre.catalog.mm_imdb_splits import OFFICIAL_SIZES, genre_note, size_note
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.poster_folder import PosterFolder
from keras_genre.catalog.poster_paths import find_posters
from keras_genre.errors import CatalogError
from keras_genre.genres import MM_IMDB_GENRES, GenreVocabulary

_SPLIT_FILE = "split.json"
_SPLIT_KEYS = {"train": "train", "dev": "validation", "test": "test"}
_POSTER_SUFFIXES = (".jpeg", ".jpg")
_THREADS = 8  # they wait for the disk, mostly


def read_mm_imdb(folder: str | Path) -> MovieCatalog:
    """Read the unpacked `mmimdb.tar.gz`: `split.json`, and `dataset/` of JSON files and posters.

    Of several plots the longest is taken. Genres are restricted to the 23 of MM-IMDb, in their
    published order; films that have none of them are left out. The crew are the names of the
    directors, the cast and the writers. There are no taglines. Films are called as in
    `split.json`, by their IMDb number without `tt`, as `read_mm_imdb_hdf5` calls them too. A film
    without poster or plot stays. `catalog.notes` tells all of it.

    Args:
        folder: The folder with `split.json`, or one that holds that folder.

    Returns:
        A `MovieCatalog` with the published splits (dev is "validation") and absolute poster paths.

    Raises:
        CatalogError: If `split.json` or the JSON file of a film is missing or unreadable, a field
            is of a wrong kind, or a film stands twice in the splits. The message names the file.

    Example:
        >>> catalog = read_mm_imdb("mmimdb")  # doctest: +SKIP

    Reference:
        Arevalo et al. 2017, "Gated Multimodal Units for Information Fusion", arXiv:1702.01992.
    """
    folder = _find_split_file(Path(folder)).parent
    splits = _read_splits(folder / _SPLIT_FILE)
    films = folder / "dataset"
    names = _file_names(films)
    _check_complete(splits, names, films)
    with ThreadPoolExecutor(_THREADS) as pool:
        rows = list(pool.map(lambda movie_id: read_film(films / f"{movie_id}.json"), splits))
    frame = pd.DataFrame(rows).assign(movie_id=list(splits), split=list(splits.values()))

    vocabulary = GenreVocabulary(MM_IMDB_GENRES)
    frame["genres"], others = _known_genres(frame["genres"], vocabulary)
    with_genres = frame["genres"].map(bool)
    if not with_genres.any():
        raise CatalogError(
            f"{films}: no film has one of the {len(vocabulary)} genres of MM-IMDb. "
            "Expected at least one."
        )
    frame = frame[with_genres]
    named = [_poster_name(movie_id, names) for movie_id in frame["movie_id"]]
    posters, poster_note = find_posters(
        named, frame["movie_id"], PosterFolder(films), folder / _SPLIT_FILE
    )
    frame = frame.assign(poster=posters)

    notes = [size_note(_sizes(splits))]
    if others:
        listed = ", ".join(f"{name} ({count})" for name, count in sorted(others.items()))
        notes.append(f"genres that are none of MM-IMDb's {len(vocabulary)} dropped: {listed}")
    notes += genre_note(int((~with_genres).sum()), vocabulary)
    num_plots = int((frame["plot"] != "").sum())
    notes.append(f"{num_plots} plots (the longest of each film), {len(frame) - num_plots} without")
    notes.append(poster_note)
    leftover = sum(name.endswith(".json") and name[:-5] not in splits for name in names)
    if leftover:
        notes.append(f"{leftover} JSON files in no split left out")
    return MovieCatalog(frame, vocabulary, notes)


def _find_split_file(folder: Path) -> Path:
    if not folder.is_dir():
        raise CatalogError(f"{folder} is no folder. Expected the unpacked mmimdb.tar.gz.")
    candidates = (folder / _SPLIT_FILE, *sorted(folder.glob(f"*/{_SPLIT_FILE}")))
    found = [path for path in candidates if path.is_file()]
    if not found:
        raise CatalogError(
            f"{folder} has no {_SPLIT_FILE}, nor has a folder in it. Expected the unpacked "
            "mmimdb.tar.gz: split.json beside a folder dataset (see keras-genre download mm-imdb)."
        )
    if len(found) > 1 and found[0].parent != folder:
        raise CatalogError(
            f"{folder} has more than one folder with a {_SPLIT_FILE}: {found[0]} and {found[1]}. "
            "Name the one to read."
        )
    return found[0]


def _read_splits(path: Path) -> dict[str, str]:
    """Return the split of each film, in the order of the file."""
    content = load_json(path)
    if not isinstance(content, dict) or set(content) != set(_SPLIT_KEYS):
        received = sorted(content) if isinstance(content, dict) else type(content).__name__
        raise CatalogError(
            f"{path}: expected an object with the keys {', '.join(_SPLIT_KEYS)}; "
            f"received {str(received)[:200]}."
        )
    splits = {}
    for key, split in _SPLIT_KEYS.items():
        if not isinstance(content[key], list):
            raise CatalogError(
                f"{path}, {key!r}: expected a list of film ids, "
                f"received {type(content[key]).__name__}."
            )
        for movie_id in content[key]:
            _check_id(movie_id, key, path)
            if movie_id in splits:
                raise CatalogError(
                    f"{path}: film {movie_id} stands twice, in {splits[movie_id]} and {split}. "
                    "Expected each film once; a film in two splits makes their scores worthless."
                )
            splits[movie_id] = split
    if not splits:
        raise CatalogError(f"{path} names no film. Expected at least one.")
    return splits


def _check_id(movie_id, key: str, path: Path) -> None:
    """Refuse what cannot be the name of a file in the folder of films."""
    plain = isinstance(movie_id, str) and movie_id.isascii()
    if not (plain and movie_id.replace("-", "").replace("_", "").isalnum()):
        raise CatalogError(
            f"{path}, {key!r}: expected film ids as strings of letters and digits, such as "
            f"'0000001'; received {movie_id!r:.80}."
        )


def _file_names(folder: Path) -> frozenset[str]:
    try:
        names = os.listdir(folder)
    except OSError as cause:
        raise CatalogError(
            f"{folder} cannot be read: {cause.strerror}. Expected a folder with a JSON file for "
            f"each film of {_SPLIT_FILE}."
        ) from cause
    return frozenset(name for name in names if not name.startswith("."))  # ._* are macOS's


def _check_complete(splits: dict[str, str], names: frozenset[str], folder: Path) -> None:
    missing = [movie_id for movie_id in splits if f"{movie_id}.json" not in names]
    if missing:
        raise CatalogError(
            f"{folder} lacks the JSON files of {len(missing)} of the {len(splits)} films of "
            f"{_SPLIT_FILE}, for example {missing[0]}.json. Unpack the archive anew, or take "
            f"these films out of {_SPLIT_FILE}."
        )


def _poster_name(movie_id: str, names: frozenset[str]) -> str:
    candidates = (f"{movie_id}{suffix}" for suffix in _POSTER_SUFFIXES)
    return next((name for name in candidates if name in names), "")


def _known_genres(films, vocabulary: GenreVocabulary) -> tuple[list[tuple[str, ...]], Counter]:
    """Return the genres of each film without those of no vocabulary, and how often each of these.

    Only the exact spelling counts: the files know no other.
    """
    names = frozenset(vocabulary)
    others = Counter(name for genres in films for name in set(genres) - names)
    return [tuple(name for name in genres if name in names) for genres in films], others


def _sizes(splits: dict[str, str]) -> dict[str, int]:
    counted = Counter(splits.values())
    return {split: counted[split] for split in OFFICIAL_SIZES}
