"""The tables that a collection is for: movies.csv, and problems.csv."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from keras_genre.catalog.genre_cells import join_names
from keras_genre.csv_files import write_csv
from keras_genre.staging import staged_file

_FILM_COLUMNS = (
    "id", "imdb_id", "title", "overview", "tagline", "genres", "poster_path", "release_date",
)  # fmt: skip


def write_tables(records: Iterable[Mapping], folder: Path) -> None:
    """Write what the lines of a journal tell, sorted by the films' numbers.

    Args:
        records: The lines; of two about one thing, the later one counts.
        folder: Where movies.csv (left out while there is no film) and problems.csv shall be.

    Raises:
        KerasGenreError: If they cannot be written.
    """
    films, problems = {}, {}
    for record in records:
        film_id = record.get("id")
        if record["kind"] == "film":
            films[film_id] = {**record, "genres": join_names(record["genres"])}
            problems.pop((film_id, "film"), None)
        elif record["kind"] == "problem":
            problems[film_id, "film"] = record["reason"]
        elif record["kind"] == "poster":
            problems.pop((film_id, "poster"), None)
            if record["state"] == "missing":
                problems[film_id, "poster"] = record["reason"]
    if films:
        rows = [films[film_id] for film_id in sorted(films)]
        _write(pd.DataFrame(rows, columns=_FILM_COLUMNS), folder / "movies.csv")
    rows = [(*key, reason) for key, reason in sorted(problems.items())]
    _write(pd.DataFrame(rows, columns=("id", "what", "reason")), folder / "problems.csv")


def _write(frame: pd.DataFrame, path: Path) -> None:
    with staged_file(path) as staged:
        write_csv(frame, staged)
