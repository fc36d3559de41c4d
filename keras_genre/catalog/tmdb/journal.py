"""Journal: what was collected, one line of JSON a step, added to and never changed."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from keras_genre.errors import CatalogError

_LINES_A_SYNC = 64


class Journal:
    """The lines of a collection, and what they add up to.

    The first line says what is collected. Then there is, by `kind`: a `film` with its details;
    its `poster`, whose `state` is "saved", "none" (TMDB has none) or "missing", with a `reason`;
    a `problem` that kept a film away. What is `final` is not tried again by a later run.

    Only numbers of films are kept in memory. Lines are forced to the disk after each 64 and at
    the end; a process that is killed loses none, and a machine without power the last few, which
    are collected again.

    Args:
        path: The file, made if it is not there. A last line that is not whole is cut off.
        settings: What the whole folder has in common.

    Raises:
        CatalogError: If the file is damaged, or was begun with other settings.
    """

    def __init__(self, path: Path, settings: Mapping[str, str | int]):
        self.genres = Counter()
        self.without_genres = self.without_overview = 0
        self._path = path
        self._posters = {}  # from each film with details to the state of its poster
        self._open_posters = set()  # films with details whose poster is still to be had
        self._problems = {}  # from films that could not be had to whether this is final
        self._since_sync = 0
        self._file = open(path, "ab")  # noqa: SIM115
        try:
            self._recover()
            self._begin({"kind": "settings", **settings})
        except BaseException:
            self._file.close()
            raise

    @property
    def num_films(self) -> int:
        """How many films have details."""
        return len(self._posters)

    @property
    def num_posters(self) -> int:
        """How many posters were saved."""
        return sum(state == "saved" for state in self._posters.values())

    @property
    def num_problems(self) -> int:
        """How many films, and posters of films, could not be had."""
        return len(self._problems) + sum(s == "missing" for s in self._posters.values())

    def needs_details(self, film_id: int) -> bool:
        """Whether a film is to be asked for."""
        return film_id not in self._posters and not self._problems.get(film_id)

    def needs_poster(self, film_id: int) -> bool:
        """Whether a film has details, and its poster is to be asked for."""
        return film_id in self._open_posters

    def is_saved(self, film_id: int) -> bool:
        """Whether the poster of a film was saved."""
        return self._posters.get(film_id) == "saved"

    def is_missing(self, film_id: int) -> bool:
        """Whether the poster of a film was asked for in vain."""
        return self._posters.get(film_id) == "missing"

    def append(self, record: Mapping) -> None:
        """Add a line."""
        self._file.write(json.dumps(record).encode() + b"\n")
        self._file.flush()
        self._count(record)
        self._since_sync += 1
        if self._since_sync >= _LINES_A_SYNC:
            self._sync()

    def records(self) -> Iterator[dict]:
        """Read all lines, oldest first."""
        with open(self._path, "rb") as file:
            for number, line in enumerate(file, start=1):
                yield _parsed(line, f"{self._path}, line {number}")

    def close(self) -> None:
        """Force all lines to the disk, and close the file."""
        try:
            self._sync()
        finally:
            self._file.close()

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._since_sync = 0

    def _recover(self) -> None:
        with open(self._path, "rb") as file:
            end = sum(len(line) for line in file if line.endswith(b"\n"))
        self._file.truncate(end)
        for number, record in enumerate(self.records(), start=1):
            if number == 1:
                continue
            try:
                self._count(record)
            except (KeyError, TypeError) as cause:
                raise CatalogError(_damaged(f"{self._path}, line {number}")) from cause

    def _begin(self, settings: dict) -> None:
        first = next(self.records(), None)
        if first is None:
            self.append(settings)
        elif first.get("kind") != "settings":
            raise CatalogError(
                f"{self._path} does not begin with the settings of a collection. Expected a "
                "journal that the collector wrote; choose another folder."
            )
        elif first != settings:
            begun = ", ".join(f"{k} {v!r}" for k, v in first.items() if settings.get(k) != v)
            raise CatalogError(
                f"{self._path.parent} was begun with {begun or 'fewer settings'}; received "
                f"{ {k: v for k, v in settings.items() if first.get(k) != v} }. Go on with the "
                "same, or choose another folder."
            )

    def _count(self, record: Mapping) -> None:
        film_id = record.get("id")
        if record["kind"] == "film" and film_id not in self._posters:
            self._posters[film_id] = ""
            self._open_posters.add(film_id)
            self._problems.pop(film_id, None)
            self.genres.update(record["genres"])
            self.without_genres += not record["genres"]
            self.without_overview += not record["overview"]
        elif record["kind"] == "poster" and film_id in self._posters:
            self._posters[film_id] = record["state"]
            if record["final"]:
                self._open_posters.discard(film_id)
        elif record["kind"] == "problem":
            self._problems[film_id] = record["final"]


def _parsed(line: bytes, place: str) -> dict:
    try:
        record = json.loads(line)
    except ValueError as cause:
        raise CatalogError(_damaged(place)) from cause
    if not isinstance(record, dict):
        raise CatalogError(_damaged(place))
    return record


def _damaged(place: str) -> str:
    return (
        f"{place}: this line of the journal is damaged. Expected a JSON object as the collector "
        "writes it; delete the line, and what it told is collected again."
    )
