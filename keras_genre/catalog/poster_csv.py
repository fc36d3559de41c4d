"""Reading a CSV of films beside a folder of posters."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from keras_genre.catalog.csv_columns import Columns, recognise_columns, usual_names
from keras_genre.catalog.csv_table import CsvTable, read_table
from keras_genre.catalog.film_crews import read_crews
from keras_genre.catalog.film_genres import read_genres, settle_genres
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.catalog.poster_folder import PosterFolder, open_poster_folder, own_folder
from keras_genre.catalog.poster_paths import find_posters
from keras_genre.errors import CatalogError
from keras_genre.features import SPLITS
from keras_genre.genres import GenreVocabulary
from keras_genre.remote_files import as_path, file_name

_SPLIT_NAMES = {"dev": "validation", "val": "validation", "valid": "validation"}


def read_poster_csv(
    paths: str | Path | Iterable[str | Path],
    posters: str | Path | None = None,
    vocabulary: GenreVocabulary | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    encoding: str | None = None,
    keep_first: bool = False,
) -> MovieCatalog:
    """Read one or more CSV files of films, and find their posters.

    Columns are recognised by their usual names, whatever the case ("overview" is a plot), or
    named in `columns`. Genres are `A|B`, `A;B`, `A, B`, a JSON, Python or NumPy list of names (or
    of `{"name": ...}`), or one column of 0 and 1 for each genre; a crew is written as
    genres are. Spellings that differ in upper case and spaces alone are one genre. Films without
    genres are left out; films without plot or poster stay. A poster file that is named but not
    there counts as missing. Without a column of ids, films are called after the file and their
    row. `catalog.notes` tells all of it.

    A cell that begins with an apostrophe and then like a formula (`'=1+1`) loses the apostrophe:
    so the files that this package writes, which are inert in a spreadsheet program, give the
    true text back. No other cell is changed.

    Args:
        paths: CSV files, here or at a store (`gs://...`, see `keras_genre.remote_files`), read into
            one catalogue in this order; commas, semicolons or tabs between the cells.
        posters: The folder that poster paths are relative to, here or at a store; by default each
            CSV's own folder. Where there is no poster column, name it: `<posters>/<id>.jpg` (or
            .png, .webp ...) is taken then.
        vocabulary: The genres allowed. By default those found, in alphabetical order.
        columns: From "id", "plot", "genres", "poster", "title", "year", "tagline", "crew", "split"
            to the column's name in the files; for "genres" also a list of columns of 0 and 1.
        encoding: How the files are encoded. By default recognised: UTF-8, UTF-16 with its byte
            order mark, or Windows-1252 where the accented words leave no doubt.
        keep_first: Of rows with one id that contradict each other, keep the first; otherwise they
            are an error. Rows that repeat another word for word are left out in any case.

    Returns:
        A `MovieCatalog` whose poster paths are absolute, or URLs.

    Raises:
        ValueError: If there is no path, no such encoding, or an unknown role in `columns`.
        CatalogError: If a file cannot be read, a column is missing, a genre is unknown, a poster
            path leads out of its folder, or no poster file is where the table says.
        MissingPackageError: If the package that reads from a store is not installed.

    Example:
        >>> catalog = read_poster_csv("films/movies.csv")  # doctest: +SKIP
    """
    tables = read_tables(paths, encoding)
    folder = None if posters is None else open_poster_folder(posters)
    frame, notes = gather_films(
        ((table, recognise_columns(table, columns or {})) for table in tables), folder
    )
    frame, left_out = single_films(frame, keep_first)
    frame["genres"], vocabulary, note = settle_genres(frame, vocabulary)
    return MovieCatalog(frame, vocabulary, [*notes, *left_out, *([note] if note else [])])


def read_tables(
    paths: str | Path | Iterable[str | Path], encoding: str | None = None
) -> Iterator[CsvTable]:
    """Give the tables of one or more CSV files, one after the other.

    Raises:
        ValueError: If there is no path, or no such encoding.
        CatalogError: If a file cannot be read.
    """
    paths = [as_path(path) for path in ([paths] if isinstance(paths, str | Path) else paths)]
    if not paths:
        raise ValueError("Expected at least one CSV file, received none.")
    for path in paths:
        yield read_table(path, encoding)


def gather_films(
    tables: Iterable[tuple[CsvTable, Columns]], posters: PosterFolder | None
) -> tuple[pd.DataFrame, list[str]]:
    """Return the films of all tables that have genres, and lines about what was found.

    Args:
        tables: Each table, and what its columns are.
        posters: The folder that poster paths are relative to; by default each table's own.

    Returns:
        A table with the columns of a catalogue that were found, and `place` for messages; its
        genres are spelled as they were, and an id may stand twice.

    Raises:
        CatalogError: If a table has no film with genres, or a film's cells cannot be understood.
    """
    frames, notes = [], []
    for table, columns in tables:
        frame, found = _read_films(table, columns, posters)
        frames.append(frame)
        notes.extend(f"{file_name(table.path)}: {note}" for note in found)
    return pd.concat(frames, ignore_index=True), notes


def single_films(frame: pd.DataFrame, keep_first: bool) -> tuple[pd.DataFrame, list[str]]:
    """Return one row a film, and lines about rows left out.

    Rows that repeat another word for word are left out.

    Args:
        frame: Films with `movie_id`, and `place` for messages.
        keep_first: Keep the first of several rows with one id too, where they contradict.

    Raises:
        CatalogError: If rows of one id contradict each other and `keep_first` is false. The
            message names two of them.
    """
    repeated = frame.drop(columns="place").duplicated()
    notes = [_left_out(frame[repeated], "repeat another word for word")] if repeated.any() else []
    frame = frame[~repeated].reset_index(drop=True)
    again = frame["movie_id"].duplicated()
    if again.any() and not keep_first:
        same = frame[frame["movie_id"] == frame["movie_id"][again].iloc[0]]
        raise CatalogError(
            f"movie_id {same['movie_id'].iloc[0]!r} stands {len(same)} times: "
            f"{same['place'].iloc[0]}, and {same['place'].iloc[1]} ({int(again.sum())} rows in "
            "all have an id that stands before). Expected one row a film: delete the others, or "
            "keep the first of each (keep_first=True, --keep-first)."
        )
    if again.any():
        notes.append(_left_out(frame[again], "have an id that stands before"))
    return frame[~again].reset_index(drop=True), notes


def _left_out(rows: pd.DataFrame, why: str) -> str:
    named = ", ".join(f"{row.movie_id} ({row.place})" for row in rows.head(5).itertuples())
    more = " ..." if len(rows) > 5 else ""
    return f"rows left out, since they {why}: {len(rows)}: {named}{more}"


def _read_films(table: CsvTable, columns: Columns, posters) -> tuple[pd.DataFrame, list[str]]:
    """Return the films that have genres, with a column `place` for messages; and lines."""
    names = columns.names
    frame = pd.DataFrame({"movie_id": _ids(table, names)})
    frame["place"] = [table.place(row) for row in range(len(frame))]
    for role in ("title", "plot", "tagline", "year"):
        if role in names:
            frame[role] = table.frame[names[role]].str.strip()
    if "split" in names:
        frame["split"] = _splits(frame, table.frame[names["split"]])
    frame["genres"], how, genre_notes = read_genres(table, columns, frame["movie_id"].tolist())
    with_genres = frame["genres"].map(bool)
    if not with_genres.any():
        raise CatalogError(f"{table.path} has no film with a genre. Expected at least one.")
    poster_note = _add_posters(frame, table, names, posters)
    roles = {**{role: repr(name) for role, name in names.items()}, "genres": how}
    notes = [f"{len(frame)} films; " + ", ".join(f"{role} = {of}" for role, of in roles.items())]
    notes += [*table.notes, *genre_notes, *_column_notes(table, columns)]
    if "crew" in names:
        frame["crew"], crew_note = read_crews(table, names["crew"])
        notes.append(crew_note)
    notes += [_plot_note(frame), poster_note]
    if table.num_unescaped:
        notes.append(
            f"{table.num_unescaped} films read without an apostrophe before what looks like a "
            "formula"
        )
    if not with_genres.all():
        notes.append(f"{int((~with_genres).sum())} films without genres left out")
    return frame[with_genres], notes


def _ids(table: CsvTable, names: Mapping[str, str]) -> list[str]:
    if "id" not in names:
        return [f"{table.stem}-{number}" for number in range(1, len(table.lines) + 1)]
    ids = table.frame[names["id"]].str.strip().tolist()
    if "" in ids:
        raise CatalogError(
            f"{table.place(ids.index(''))}: this film has no movie_id (its {names['id']!r} is "
            "empty). Expected an id for each film."
        )
    return ids


def _splits(frame: pd.DataFrame, cells: pd.Series) -> pd.Series:
    splits = cells.str.strip().str.lower().replace(_SPLIT_NAMES)
    wrong = ~splits.isin([*SPLITS, ""])
    if wrong.any():
        film = frame[wrong].iloc[0]
        raise CatalogError(
            f"{film['place']}: Unknown split {cells[wrong].iloc[0]!r} in movie {film['movie_id']}. "
            f"Expected one of {', '.join((*SPLITS, *_SPLIT_NAMES))}, or nothing."
        )
    return splits


def _add_posters(frame: pd.DataFrame, table: CsvTable, names: Mapping[str, str], posters) -> str:
    """Add the column `poster` where there are posters, and return a line about them."""
    folder = posters
    if "poster" in names:
        folder = posters or own_folder(table.path)
        named = table.frame[names["poster"]].str.strip()
    elif posters is None:
        return "no posters (no poster column; name the folder of <id>.jpg files: --posters)"
    elif "id" not in names:
        raise CatalogError(
            f"{table.path} has no column of ids ({usual_names('id')}), so no poster <id>.jpg can "
            f"be found in {folder}. Name the column (--id-column), or that of posters."
        )
    else:
        named = frame["movie_id"].map(folder.by_id)
        if not named.any():
            raise CatalogError(
                f"No film of {table.path} has a poster in {folder}. Looked for <id>.jpg and the "
                f"like, for example {frame['movie_id'].iloc[0]}.jpg. If a column names the files, "
                f"say which (--poster-column); there are {list(table.frame.columns)}."
            )
    frame["poster"], note = find_posters(named, frame["movie_id"], folder, table.path)
    return note


def _column_notes(table: CsvTable, columns: Columns) -> list[str]:
    notes = []
    if "id" not in columns.names:
        notes.append(
            f"no column of ids ({usual_names('id')}): films are called {table.stem}-1, "
            f"{table.stem}-2 ... by their row"
        )
    unused = [repr(name) for name in columns.unused if name not in columns.doubtful]
    if unused:
        notes.append(f"columns not used: {', '.join(unused)}")
    return notes


def _plot_note(frame: pd.DataFrame) -> str:
    if "plot" not in frame:
        return f"no plots (no column {usual_names('plot')}; name it if there is one: --plot-column)"
    without = int((frame["plot"] == "").sum())
    return f"{len(frame) - without} plots, {without} films without"
