"""TmdbCollector: films and posters from TMDB's API, into a folder."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from keras_genre.catalog.tmdb.access_token import AccessToken
from keras_genre.catalog.tmdb.collection_summary import CollectionSummary
from keras_genre.catalog.tmdb.folder_lock import locked_folder
from keras_genre.catalog.tmdb.goal import Goal
from keras_genre.catalog.tmdb.journal import Journal
from keras_genre.catalog.tmdb.result_tables import write_tables
from keras_genre.catalog.tmdb.running import run_to_end
from keras_genre.errors import CatalogError, KerasGenreError
from keras_genre.genres import TMDB_GENRES, GenreVocabulary
from keras_genre.staging import scratch_folder

POSTER_WIDTHS = (92, 154, 185, 342, 500, 780)
"""The widths in pixels in which TMDB has each poster."""

API_URL = "https://api.themoviedb.org/3"
IMAGE_URL = "https://image.tmdb.org/t/p"

_AT_ONCE = 16  # at 40 requests a second this allows each 0.4 s
_VERSION = 1


class TmdbCollector:
    """Collects films with plot, tagline, genres and poster from TMDB's API (version 3).

    The folder gets `journal.jsonl`, the memory of what was collected; `posters/<id>.jpg`, each
    checked to be a picture before it gets its name; and at the end of a run, even of one that was
    interrupted, `movies.csv` (for `read_tmdb_csv`) and `problems.csv` (films and posters that could
    not be had, and why). A run that was ended in whatever way is gone on with by another of the
    same folder: nothing is lost, and no film that is complete is asked for again.

    All requests share one pace. When TMDB asks to wait (HTTP 429, `Retry-After`), all wait. Server
    errors, answers that do not come and answers that cannot be read are tried six times, with
    growing pauses. TMDB lists no more than 10,000 films of a question, the most voted ones: who
    wants more of them collects genre by genre.

    Args:
        folder: Where the films shall be; made if needed. One collector at a time.
        token: A read access token or a v3 key. By default that of the environment variable
            `TMDB_API_TOKEN`, which is the better place: it is shown and stored nowhere.
        poster_width: In pixels, one of `POSTER_WIDTHS`.
        language: Of the texts, such as "en-US". Genres have their English names in any.
        requests_per_second: The rate of all requests together.
        base_url: Of the API, for a proxy.
        image_url: Of the posters, for a proxy.
        timeout: Seconds within which an answer must be complete.
        seed: Of the jitter of waiting times.

    Raises:
        ValueError: If an argument makes no sense.
        CatalogError: If there is no token.

    Example:
        >>> collector = TmdbCollector("films")  # doctest: +SKIP
        >>> collector.collect(films=2000)  # doctest: +SKIP
        >>> collector.collect(genre="War", at_least=500)  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: str | Path,
        token: str | None = None,
        *,
        poster_width: int = 342,
        language: str = "en-US",
        requests_per_second: float = 40.0,
        base_url: str = API_URL,
        image_url: str = IMAGE_URL,
        timeout: float = 30.0,
        seed: int = 0,
    ):
        if poster_width not in POSTER_WIDTHS:
            raise ValueError(
                f"Expected a poster_width of {POSTER_WIDTHS}, received {poster_width}."
            )
        if not re.fullmatch("[a-z]{2}(-[A-Z]{2})?", language):
            raise ValueError(f"Expected a language such as 'en-US', received {language!r}.")
        for name, value in (("requests_per_second", requests_per_second), ("timeout", timeout)):
            if not 0 < value < float("inf"):
                raise ValueError(f"Expected {name} above 0, received {value}.")
        self._folder = Path(folder)
        self._token = AccessToken(token)
        self._base_url = _checked_url(base_url)
        self._poster_url = f"{_checked_url(image_url)}/w{poster_width}"
        self._requests_per_second = requests_per_second
        self._timeout = timeout
        self._seed = seed
        self._settings = {
            "version": _VERSION, "language": language, "poster_width": poster_width,
        }  # fmt: skip

    def collect(
        self,
        films: int | None = None,
        genre: str | None = None,
        at_least: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> CollectionSummary:
        """Collect until the folder has enough films, or TMDB lists no more.

        Args:
            films: How many films the folder shall have in all.
            genre: One of TMDB's 19; its films are looked for until there are enough.
            at_least: How many films of `genre` the folder shall have.
            progress: Called with how many of the films there are, and how many there shall be.

        Returns:
            What the folder holds. `reached` tells whether it is what was asked for.

        Raises:
            ValueError: If it is not said what to collect, or there is no such genre.
            CatalogError: If another collector is at work in the folder, it was begun with another
                language or poster width, its journal is damaged, TMDB refuses the token, or does
                not answer. What was collected is kept, and is in `movies.csv`.
        """
        goals = _goals(films, genre, at_least)
        try:
            (self._folder / "posters").mkdir(parents=True, exist_ok=True)
        except OSError as cause:
            raise CatalogError(f"Cannot write to {self._folder}: {cause.strerror}.") from cause
        scratch = scratch_folder(self._folder, ".posters.partial-", CatalogError)
        with locked_folder(self._folder), scratch as beside:
            journal = Journal(self._folder / "journal.jsonl", self._settings)
            with contextlib.closing(journal):
                try:
                    client = run_to_end(
                        self._collect(journal, beside, goals, progress or (lambda *_: None))
                    )
                except BaseException:
                    with contextlib.suppress(KerasGenreError, OSError):
                        write_tables(journal.records(), self._folder)
                    raise
                write_tables(journal.records(), self._folder)
            beside.rmdir()
        return _summary(journal, client, all(g.have(journal) >= g.films for g in goals))

    async def _collect(self, journal: Journal, beside: Path, goals, progress):
        from keras_genre.catalog.tmdb.collection import Collection
        from keras_genre.catalog.tmdb.polite_client import PoliteClient

        async with PoliteClient(
            self._token, self._requests_per_second, _AT_ONCE, self._timeout, self._seed
        ) as client:
            collection = Collection(
                client,
                journal,
                self._folder / "posters",
                beside,
                self._base_url,
                self._poster_url,
                self._settings["language"],
                _AT_ONCE,
            )
            try:
                await collection.finish_posters()
                for goal in goals:
                    await collection.reach(goal, progress)
            finally:
                await collection.stop()
        return client


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"Expected an address such as {API_URL}, received {url!r}.")
    return url.rstrip("/")


def _goals(films: int | None, genre: str | None, at_least: int | None) -> list[Goal]:
    if (genre is None) != (at_least is None):
        raise ValueError("Expected both genre and at_least, or neither.")
    goals = [] if films is None else [Goal(films)]
    if genre is not None:
        vocabulary = GenreVocabulary(TMDB_GENRES)
        goals.append(Goal(at_least, vocabulary[vocabulary.index(genre)]))
    if not goals:
        raise ValueError("Expected how many films to collect, or a genre and how many of it.")
    for goal in goals:
        if goal.films < 1:
            raise ValueError(f"Expected at least 1 film, received {goal.films}.")
    return goals


def _summary(journal: Journal, client, reached: bool) -> CollectionSummary:
    return CollectionSummary(
        films=journal.num_films,
        posters=journal.num_posters,
        without_poster=journal.num_films - journal.num_posters,
        without_genres=journal.without_genres,
        without_overview=journal.without_overview,
        problems=journal.num_problems,
        requests=client.requests,
        retries=client.retries,
        reached=reached,
    )
