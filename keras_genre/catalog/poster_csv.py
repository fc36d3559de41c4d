"""Reading a CSV of films beside a folder of posters."""

import ast
import json
import warnings
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.errors import CatalogError
from keras_genre.genres import GenreVocabulary

# What the columns of published poster sets are called, most telling name first.
_RECOGNISED = {
    "id": ("movie_id", "id", "tmdb_id", "imdb_id"),
    "plot": ("plot", "overview", "description", "synopsis", "summary"),
    "genres": ("genres", "genre"),
    "poster": ("poster", "poster_file", "image"),
    "title": ("title", "name", "movie_title"),
    "year": ("year", "release_year"),
    "tagline": ("tagline",),
    "split": ("split",),
}
_SPLIT_NAMES = {"dev": "validation", "val": "validation", "valid": "validation"}
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".bmp")


def read_poster_csv(
    paths: str | Path | Iterable[str | Path],
    posters: str | Path | None = None,
    vocabulary: GenreVocabulary | None = None,
    columns: dict[str, str] | None = None,
) -> MovieCatalog:
    """Read one or more CSV files of films, and find their posters.

    Columns are recognised by their usual names, whatever the case ("overview" is a plot), or
    named in `columns`. Genres are `A|B`, `A, B`, or a JSON or Python list of names (or of
    `{"name": ...}`). Films without genres are left out; films without plot or poster stay. A
    poster file that is named but not there counts as missing. `catalog.notes` tells all of it.

    Args:
        paths: CSV files (UTF-8), read into one catalogue in this order.
        posters: The folder that poster paths are relative to; by default each CSV's own folder.
            Where there is no poster column, name it: `<posters>/<id>.jpg` (or .png, .webp ...) is
            taken then.
        vocabulary: The genres allowed. By default those found, in alphabetical order.
        columns: From "id", "plot", "genres", "poster", "title", "year", "tagline", "split" to the
            column's name in the files.

    Returns:
        A `MovieCatalog` whose poster paths are absolute.

    Raises:
        CatalogError: If a file cannot be read, a column is missing, a genre is unknown, a poster
            path leads out of its folder, or no poster file is where the table says.

    Example:
        >>> catalog = read_poster_csv("films/movies.csv")  # doctest: +SKIP
    """
    paths = [Path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not paths:
        raise ValueError("Expected at least one CSV file, received none.")
    frames, notes = [], []
    for path in paths:
        frame, found = _read_one(path, posters, dict(columns or {}))
        frames.append(frame)
        notes.extend(found)
    frame = pd.concat(frames, ignore_index=True)
    if vocabulary is None:
        vocabulary = _found_vocabulary(frame["genres"])
    return MovieCatalog(frame, vocabulary, notes)


def _found_vocabulary(films_genres: Iterable[tuple[str, ...]]) -> GenreVocabulary:
    names = []
    for name in sorted({name for genres in films_genres for name in genres}):
        # Of two spellings of one genre (Sci-Fi, Science Fiction) the first is kept.
        if not names or name not in GenreVocabulary(names):
            names.append(name)
    return GenreVocabulary(names)


def _read_one(path: Path, posters, columns: dict[str, str]) -> tuple[pd.DataFrame, list[str]]:
    table = _read_table(path)
    names = _recognise(table, path, columns)
    frame = pd.DataFrame({"movie_id": table[names["id"]].str.strip()})
    for role in ("title", "plot", "tagline", "year"):
        if role in names:
            frame[role] = table[names[role]].str.strip()
    frame["genres"] = [
        _parse_genres(text, path, movie_id)
        for movie_id, text in zip(frame["movie_id"], table[names["genres"]], strict=True)
    ]
    if "split" in names:
        frame["split"] = table[names["split"]].str.strip().str.lower().replace(_SPLIT_NAMES)
    root = Path(posters) if posters is not None else path.parent
    named = table[names["poster"]].str.strip() if "poster" in names else None
    if named is None and posters is not None:
        named = frame["movie_id"].map(lambda movie_id: _poster_by_id(root, movie_id))
        if not named.any():
            raise CatalogError(
                f"No film of {path} has a poster in {root}. Looked for <id>.jpg and the like, for "
                f"example {frame['movie_id'].iloc[0]}.jpg."
            )
    poster_note = "no posters (no poster column; name the folder of <id>.jpg files)"
    if named is not None:
        frame["poster"], poster_note = _find_posters(named, frame["movie_id"], root, path)
    with_genres = frame["genres"].map(bool)
    recognised = ", ".join(f"{role} = {column!r}" for role, column in names.items())
    notes = [f"{path.name}: {len(frame)} films; {recognised}"]
    unused = [repr(column) for column in table.columns if column not in names.values()]
    if unused:
        notes.append(f"{path.name}: columns not used: {', '.join(unused)}")
    notes.append(f"{path.name}: {_plot_note(frame)}")
    notes.append(f"{path.name}: {poster_note}")
    if not with_genres.all():
        notes.append(f"{path.name}: {int((~with_genres).sum())} films without genres left out")
    if not with_genres.any():
        raise CatalogError(f"{path} has no film with a genre. Expected at least one.")
    return frame[with_genres], notes


def _plot_note(frame: pd.DataFrame) -> str:
    if "plot" not in frame:
        return f"no plots (no column {', '.join(_RECOGNISED['plot'])}; name it if there is one)"
    without = int((frame["plot"] == "").sum())
    return f"{len(frame) - without} plots, {without} films without"


def _read_table(path: Path) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            # Left alone, pandas moves or drops the cells of rows longer than the header.
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8", index_col=False
            )
    except FileNotFoundError as cause:
        raise CatalogError(f"There is no file {path}.") from cause
    except pd.errors.EmptyDataError as cause:
        raise CatalogError(f"{path} is empty. Expected a header and one row a film.") from cause
    except pd.errors.ParserWarning as cause:
        raise CatalogError(f"{path} has rows with more cells than its header.") from cause
    except UnicodeDecodeError as cause:
        raise CatalogError(
            f"{path} is not UTF-8 ({cause}). Save it as CSV in UTF-8 and try again."
        ) from cause
    except pd.errors.ParserError as cause:
        raise CatalogError(
            f"{path} cannot be read as a CSV file with commas between the cells "
            f"({str(cause).strip()}). Save it with commas and try again."
        ) from cause
    except OSError as cause:
        raise CatalogError(f"{path} cannot be read: {cause}") from cause
    if table.empty:
        raise CatalogError(f"{path} has a header but no films. Expected one row a film.")
    return table


def _recognise(table: pd.DataFrame, path: Path, columns: dict[str, str]) -> dict[str, str]:
    """Map each role ("id", "plot", ...) to the name of its column in this file."""
    for role, name in columns.items():
        if role not in _RECOGNISED:
            raise ValueError(f"Unknown column role {role!r}. Expected one of {list(_RECOGNISED)}.")
        if name not in table.columns:
            raise CatalogError(f"{path} has no column {name!r}. It has {list(table.columns)}.")
    by_lower = {str(column).strip().lower(): column for column in reversed(table.columns)}
    names = {}
    for role, candidates in _RECOGNISED.items():
        found = [by_lower[name] for name in candidates if name in by_lower]
        if role in columns:
            names[role] = columns[role]
        elif found:
            names[role] = found[0]
    for role in ("id", "genres"):
        if role not in names:
            raise CatalogError(
                f"{path} has no column for the {role}. Looked for "
                f"{', '.join(_RECOGNISED[role])}; it has {list(table.columns)}. Name the column "
                f"yourself (--{role}-column)."
            )
    return names


def _parse_genres(text: str, path: Path, movie_id: str) -> tuple[str, ...]:
    text = text.strip()
    if text.startswith("["):
        items = _parse_list(text, path, movie_id)
    else:
        items = text.split("|" if "|" in text else ",")
    # Stripped and unique: " Drama" is "Drama", or a model would learn a genre's place in the list.
    return tuple(dict.fromkeys(item.strip() for item in items if item.strip()))


def _parse_list(text: str, path: Path, movie_id: str) -> list[str]:
    try:
        items = json.loads(text)
    except (ValueError, RecursionError):
        try:
            items = ast.literal_eval(text)
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as cause:
            raise CatalogError(
                f"{path}, movie {movie_id}: cannot read the genres {text[:80]!r} as a list."
            ) from cause
    names = [item.get("name") if isinstance(item, dict) else item for item in items]
    if not all(isinstance(name, str) for name in names):
        raise CatalogError(f"{path}, movie {movie_id}: genres without a name in {text[:80]!r}.")
    return names


def _poster_by_id(root: Path, movie_id: str) -> str:
    names = (f"{movie_id}{suffix}" for suffix in _SUFFIXES)
    return next((name for name in names if _is_file(root / name)), "")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name longer than the filesystem allows
        return False


def _find_posters(named: pd.Series, ids: pd.Series, root: Path, path: Path):
    """Return absolute poster paths (empty where there is no file) and a line about them."""
    resolved_root = root.resolve()
    posters = []
    for name, movie_id in zip(named, ids, strict=True):
        # No path holds a NUL; `resolve` would raise over it.
        poster = (resolved_root / name.replace("\0", "\ufffd")).resolve() if name else None
        if poster is not None and not poster.is_relative_to(resolved_root):
            raise CatalogError(
                f"{path}, movie {movie_id}: the poster {name!r} lies outside {root}. "
                f"Expected a path inside the poster folder."
            )
        posters.append(str(poster) if poster is not None and _is_file(poster) else "")
    num_named, num_found = int((named != "").sum()), sum(map(bool, posters))
    if num_named and not num_found:
        example = next(name for name in named if name)
        raise CatalogError(
            f"{path} names {num_named} posters, but none is in {root} (for example {example!r}). "
            f"Name the folder that poster paths are relative to (--posters)."
        )
    note = f"{num_found} posters found, {len(named) - num_named} films without"
    if num_named > num_found:
        note += f", {num_named - num_found} named but not there (counted as missing)"
    return posters, note
