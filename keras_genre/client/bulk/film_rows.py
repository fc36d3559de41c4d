"""The films of a CSV file, one row after the other, as often as they are needed."""

import dataclasses
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from keras_genre import features
from keras_genre.catalog.csv_columns import recognise_names, usual_names
from keras_genre.catalog.csv_rows import open_csv, unescape_cells
from keras_genre.catalog.poster_folder import open_poster_folder
from keras_genre.errors import CatalogError
from keras_genre.remote_files import is_remote

__all__ = ["FilmRow", "FilmRows"]

_BLOCK = 1 << 20
_NO_FILE = "there is no poster file"
_NO_NAME = re.compile(r"[/\\\0]")  # what an id may hold, but no name of a file
_TMDB_POSTER = "poster_path"


@dataclasses.dataclass(frozen=True)
class FilmRow:
    """A film of the table.

    Args:
        line: The line of the file in which it begins, counted from 1.
        movie_id: Its id.
        title: Its title, empty where there is none.
        plot: What the model is to read; may be empty.
        poster: The path of its poster; empty where there is no such file.
        trouble: What is wrong with the film; empty if nothing is.
        is_left_out: Whether nothing can be predicted for that reason.
    """

    line: int
    movie_id: str
    title: str = ""
    plot: str = ""
    poster: str = ""
    trouble: str = ""
    is_left_out: bool = False


class FilmRows:
    """A CSV file of films, of which a few rows are in memory at a time.

    Columns are recognised as by `catalog.read_poster_csv`, and `poster_path` as in TMDB's exports.

    Args:
        path: The file.
        posters: The folder that poster paths are relative to, here or at a store (`gs://...`, whose
            list of files is kept in memory); by default the file's own. Where the table has no
            column of posters, `<posters>/<id>.jpg` (or .png, .webp ...) is taken.
        columns: From "id", "plot", "tagline", "poster", "title" to the column's name.
        encoding: How the file is encoded; by default recognised.
        text: What the model reads, one of `features.TEXTS`.

    Raises:
        CatalogError: If the file cannot be read or is at a store, or has neither plots nor posters.
    """

    def __init__(
        self,
        path: str | Path,
        posters: str | Path | None = None,
        columns: Mapping[str, str] | None = None,
        encoding: str | None = None,
        text: str = "plot",
    ):
        if is_remote(path):
            raise CatalogError(
                f"{path} is at a store. Expected a table of this machine, which is read several "
                f"times: copy it here. Its posters may stay where they are (--posters)."
            )
        self.path = Path(path)
        self._has_folder = posters is not None
        root = posters if self._has_folder else self.path.parent
        if not is_remote(root):
            root = Path(root).resolve()
            if self._has_folder and not root.is_dir():
                raise CatalogError(f"There is no folder {posters}. Expected the posters' folder.")
        self._folder = open_poster_folder(root)
        with open_csv(self.path, encoding) as opened:
            # Told again, it need not be recognised at each reading.
            self._encoding, self._header = opened.encoding, opened.header
        self._names = _recognise(self.path, self._header, columns or {})
        self._reads_tagline = text == "plot+tagline"
        if "plot" not in self._names and "poster" not in self._names and not self._has_folder:
            raise CatalogError(
                f"{path} has no column of plots ({usual_names('plot')}) or posters "
                f"({usual_names('poster')}); it has {self._header}. Name one (--plot-column, "
                f"--poster-column), or the folder of <id>.jpg files (--posters)."
            )

    @property
    def columns(self) -> dict[str, str]:
        """The name of the column of each role that was found."""
        return dict(self._names)

    @property
    def has_titles(self) -> bool:
        """Whether the table has a column of titles."""
        return "title" in self._names

    def __iter__(self) -> Iterator[FilmRow]:
        with open_csv(self.path, self._encoding) as opened:
            for number, (line, cells) in enumerate(opened.rows, start=1):
                yield self._film(number, line, cells)

    def check(self) -> int:
        """Read the table once, and count its rows.

        Raises:
            CatalogError: If it cannot be read to its end, has no rows, names posters of which not
                one is there, or has no column of plots and no film with a poster.
        """
        count = num_named = num_found = num_usable = 0
        example = ""
        for film in self:
            count += 1
            num_usable += not film.is_left_out
            missing = film.trouble.startswith(_NO_FILE)
            num_found += film.poster != ""
            num_named += missing or film.poster != ""
            example = example or (film.trouble if missing else "")
        if not count:
            raise CatalogError(f"{self.path} has a header but no films. Expected one row a film.")
        if num_named and not num_found:
            raise CatalogError(
                f"{self.path} names {num_named} posters, but none is there (for example, {example})"
                ". Name the folder that poster paths are relative to (--posters)."
            )
        if not num_usable and "plot" not in self._names:
            unread = [name for name in self._header if name not in self._names.values()]
            raise CatalogError(
                f"{self.path} has no column of plots ({usual_names('plot')}), and no film of it "
                f"has a poster in {self._folder}. Not read were {unread}. Name those that say more "
                f"(--plot-column, --poster-column, --id-column)."
            )
        return count

    def digest(self) -> str:
        """A hash of the file and of how it is read."""
        content = hashlib.sha256(
            repr((str(self._folder), self._has_folder, self._encoding, sorted(self._names.items()),
                  self._reads_tagline)).encode()
        )  # fmt: skip
        with open(self.path, "rb") as file:
            while block := file.read(_BLOCK):
                content.update(block)
        return content.hexdigest()

    def _film(self, number: int, line: int, cells: list[str]) -> FilmRow:
        values = dict(zip(self._header, unescape_cells(cells), strict=False))
        found = {role: values.get(name, "").strip() for role, name in self._names.items()}
        movie_id = found.get("id", f"{self.path.stem}-{number}")
        film = FilmRow(line, movie_id, found.get("title", ""))
        if len(cells) > len(self._header):
            return _left_out(
                film,
                f"the row has {len(cells)} cells, more than the header, which has "
                f"{len(self._header)}; a cell with a separator in it needs quotes around it",
            )
        if not movie_id:
            return _left_out(film, f"the row has no id (its {self._names['id']!r} is empty)")
        plot = found.get("plot", "")
        if self._reads_tagline:
            plot = features.join_text(plot, found.get("tagline", ""))
        poster, trouble = self._find_poster(movie_id, found.get("poster", ""))
        if not plot and not poster:
            nothing = "the film has neither plot nor poster"
            return _left_out(film, f"{nothing}: {trouble}" if trouble else nothing)
        return dataclasses.replace(film, plot=plot, poster=poster, trouble=trouble)

    def _find_poster(self, movie_id: str, named: str) -> tuple[str, str]:
        """The poster's path, or an empty one; and what is wrong with it."""
        is_tmdb = self._names.get("poster", "").lower() == _TMDB_POSTER
        if is_tmdb:  # `/abc.jpg` or a whole address: the name of a file on TMDB's server
            named = named.rpartition("/")[2]
        try:
            path = self._folder.path(named) if named else ""
            if path and self._folder.has(named):
                return path, ""
            if self._has_folder and (is_tmdb or "poster" not in self._names):
                by_id = self._folder.by_id(_NO_NAME.sub("_", movie_id))
                if by_id:
                    return self._folder.path(by_id), ""
        except ValueError as outside:
            return "", str(outside)
        # An export of TMDB names posters whether somebody has fetched them or not.
        is_missed = path and (self._has_folder or not is_tmdb)
        return "", f"{_NO_FILE} {path}" if is_missed else ""


def _left_out(film: FilmRow, trouble: str) -> FilmRow:
    return dataclasses.replace(film, trouble=trouble, is_left_out=True)


def _recognise(path: Path, header: list[str], columns: Mapping[str, str]) -> dict[str, str]:
    names = recognise_names(path, header, columns)
    if "poster" not in names:
        found = next((name for name in header if name.lower() == _TMDB_POSTER), None)
        if found is not None:
            names["poster"] = found
    return names
