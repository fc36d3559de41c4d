"""Where films come from: one command a source, for every group of commands that reads films."""

import dataclasses
from collections.abc import Callable, Sequence

import click

from keras_genre.cli.output import progress_bar
from keras_genre.cli.parameters import Folder

_ROLES = ("id", "plot", "tagline", "genres", "poster", "title", "year", "split")
_POSTERS_HELP = "Folder that poster paths are relative to [the CSV's own]."


@dataclasses.dataclass(frozen=True)
class Source:
    """A kind of source.

    Args:
        name: As the user types it.
        summary: What is read, for `--help`.
        read: From the values of `parameters` to a `MovieCatalog`.
        parameters: Decorators that add its arguments and options.
    """

    name: str
    summary: str
    read: Callable
    parameters: Sequence[Callable]

    def command(self, finish: Callable, options: Sequence[Callable]) -> click.Command:
        """Make the command that reads this source.

        Args:
            finish: Called with the catalogue and the values of `options`.
            options: Decorators that add further options.
        """
        names = {parameter.name for parameter in _parameters(self.parameters)}

        def run(**values):
            read = {name: values.pop(name) for name in list(values) if name in names}
            finish(self.read(**read), **values)

        run.__doc__ = self.summary
        for decorate in reversed([*options, *self.parameters]):
            run = decorate(run)
        return click.command(self.name)(run)


def _parameters(decorators: Sequence[Callable]) -> list[click.Parameter]:
    def nothing(): ...

    for decorate in decorators:
        nothing = decorate(nothing)
    return nothing.__click_params__


def _column_options(function):
    help_text = "Columns of 0 and 1, one a genre, with commas between."
    function = click.option("--genre-columns", metavar="NAMES", help=help_text)(function)
    for role in reversed(_ROLES):
        help_text = f"Column of the {role}, if it is not recognised."
        function = click.option(f"--{role}-column", metavar="NAME", help=help_text)(function)
    return function


_CSV_PARAMETERS = (
    click.argument("csv", nargs=-1, required=True, type=click.Path()),
    click.option("--posters", type=Folder(), help=_POSTERS_HELP),
    click.option(
        "--encoding", metavar="NAME", help="Encoding of the CSV, such as cp1250, if not recognised."
    ),
    click.option(
        "--keep-first", is_flag=True,
        help="Of rows with one id keep the first; otherwise they are an error.",
    ),
    _column_options,
)  # fmt: skip


def _read_poster_csv(csv, posters, encoding, keep_first, **columns):
    from keras_genre.catalog import read_poster_csv

    return read_poster_csv(csv, posters, None, _named_columns(columns), encoding, keep_first)


def _read_tmdb_csv(csv, posters, encoding, keep_first, **columns):
    from keras_genre.catalog import read_tmdb_csv

    return read_tmdb_csv(csv, posters, None, _named_columns(columns), encoding, keep_first)


def _named_columns(options: dict) -> dict:
    """From a role to the column's name, or for genres to the names of the columns of 0 and 1."""
    genre_columns = options.pop("genre_columns")
    named = {name.removesuffix("_column"): value for name, value in options.items() if value}
    if genre_columns and "genres" in named:
        raise click.UsageError("Name --genres-column or --genre-columns, not both.")
    if genre_columns:
        named["genres"] = [name.strip() for name in genre_columns.split(",")]
    return named


def _read_mm_imdb(folder):
    from keras_genre.catalog import read_mm_imdb

    return read_mm_imdb(folder)


def _read_mm_imdb_hdf5(file, posters, metadata, allow_pickle):
    from keras_genre.catalog import read_mm_imdb_hdf5

    with progress_bar("Writing posters") as progress:
        return read_mm_imdb_hdf5(file, posters, metadata, allow_pickle, progress=progress)


def _read_catalog(file):
    from keras_genre.catalog import MovieCatalog

    return MovieCatalog.load(file)


SOURCES = (
    Source(
        "poster-csv",
        """Read CSV files of films beside a folder of posters.

        Columns are recognised by their usual names. Genres are in one column, as A|B or a list,
        or in columns of 0 and 1 that are named as genres. What was recognised, and what was left
        out, is said at the end. Files and posters may be at a store: gs://bucket/movies.csv.
        """,
        _read_poster_csv,
        _CSV_PARAMETERS,
    ),
    Source(
        "tmdb-csv",
        """Read CSV exports of TMDB, or the movies.csv of `collect tmdb`.

        Genres may be a list of objects, `A|B`, `A, B` or TMDB's numbers; a poster_path such as
        /abc.jpg is looked for in --posters, and so is <id>.jpg. Files and posters may be at a
        store: gs://bucket/movies.csv.
        """,
        _read_tmdb_csv,
        _CSV_PARAMETERS,
    ),
    Source(
        "mm-imdb",
        """Read the folder of MM-IMDb's mmimdb.tar.gz, with its official splits.

        FOLDER holds split.json and dataset/. `keras-genre download mm-imdb` fetches it.
        """,
        _read_mm_imdb,
        (click.argument("folder", type=Folder()),),
    ),
    Source(
        "mm-imdb-hdf5",
        """Read MM-IMDb's multimodal_imdb.hdf5, with its official splits.

        Posters are turned back into JPEG files. The file holds no titles, and its plots are
        numbers whose words are in metadata.npy: reading that runs code in the file.
        """,
        _read_mm_imdb_hdf5,
        (
            click.argument("file", type=click.Path()),
            click.option(
                "--posters", required=True, type=Folder(), help="Folder to be made for posters."
            ),
            click.option("--metadata", type=click.Path(), help="The metadata.npy with the words."),
            click.option(
                "--allow-pickle", is_flag=True, help="Read metadata.npy, which can run any code."
            ),
        ),
    ),
    Source(
        "catalog",
        """Read a .parquet or .csv file that `keras-genre catalog` or MovieCatalog.save wrote.""",
        _read_catalog,
        (click.argument("file", type=click.Path()),),
    ),
)
