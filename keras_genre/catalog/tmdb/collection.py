"""Collection: pages of films, their details, their posters, a bounded number at a time."""

import asyncio
import functools
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from keras_genre.catalog.tmdb.answers import read_film, read_page, read_poster
from keras_genre.catalog.tmdb.goal import Goal
from keras_genre.catalog.tmdb.journal import Journal
from keras_genre.catalog.tmdb.polite_client import PoliteClient, RequestError
from keras_genre.errors import CatalogError

# The most voted films first: an order that hardly moves between the pages of a run.
_ORDER = {"sort_by": "vote_count.desc", "include_adult": "false"}


class Collection:
    """Collects into a journal and a folder of posters.

    Args:
        client: Sends the requests.
        journal: Knows what is there, and is told what comes.
        posters: The folder of `<id>.jpg`.
        scratch: A folder on the same file system, for posters being written.
        base_url: Of the API.
        poster_url: What posters' paths are added to.
        language: Of the texts.
        at_once: How many films are worked on at a time.
    """

    def __init__(
        self,
        client: PoliteClient,
        journal: Journal,
        posters: Path,
        scratch: Path,
        base_url: str,
        poster_url: str,
        language: str,
        at_once: int,
    ):
        self._client = client
        self._journal = journal
        self._posters = posters
        self._scratch = scratch
        self._base_url = base_url
        self._poster_url = poster_url
        self._language = {"language": language}
        self._at_once = at_once
        self._tasks = {}  # by film

    async def finish_posters(self) -> None:
        """Get the posters that an earlier run has left open, and those whose files have gone."""
        for record in self._journal.records():
            if record["kind"] == "film" and self._lacks_poster(record["id"]):
                await self._wait_for_room(self._at_once)
                self._begin(record["id"], self._get_poster(record["id"], record["poster_path"]))
        await self._wait_for_room(1)

    async def reach(self, goal: Goal, progress: Callable[[int, int], None]) -> None:
        """Collect until the goal is reached, or the pages end."""
        async for film_id in self._discover(goal):
            # No more films begun than are missing: what was asked for is not exceeded.
            while (missing := goal.films - goal.have(self._journal)) > 0:
                progress(goal.have(self._journal), goal.films)
                if len(self._tasks) < min(missing, self._at_once):
                    break
                await self._wait_for_room(len(self._tasks))
            if missing <= 0:
                break
            if film_id not in self._tasks and self._journal.needs_details(film_id):
                self._begin(film_id, self._get_film(film_id))
        await self._wait_for_room(1)
        progress(goal.have(self._journal), goal.films)

    async def stop(self) -> None:
        """End what is being done."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    def _begin(self, film_id: int, work) -> None:
        self._tasks[film_id] = asyncio.create_task(work)

    async def _wait_for_room(self, limit: int) -> None:
        """Wait until fewer than `limit` films are worked on; raise what went wrong."""
        while len(self._tasks) >= limit and self._tasks:
            await asyncio.wait(self._tasks.values(), return_when=asyncio.FIRST_COMPLETED)
            for film_id in [film_id for film_id, task in self._tasks.items() if task.done()]:
                self._tasks.pop(film_id).result()

    async def _discover(self, goal: Goal) -> AsyncIterator[int]:
        page, num_pages = 0, 1
        while page < num_pages and goal.have(self._journal) < goal.films:
            page += 1
            params = {**_ORDER, **self._language, **goal.params(), "page": str(page)}
            url = f"{self._base_url}/discover/movie"
            try:
                found = await self._client.fetch(url, read_page, params, with_token=True)
            except RequestError as cause:
                raise CatalogError(
                    f"Page {page} of TMDB's films could not be had ({cause}). What was collected "
                    "is kept; run the same command again to go on."
                ) from cause
            film_ids, num_pages = found
            for film_id in film_ids:
                yield film_id

    async def _get_film(self, film_id: int) -> None:
        url = f"{self._base_url}/movie/{film_id}"
        read = functools.partial(read_film, film_id=film_id)
        try:
            film = await self._client.fetch(url, read, self._language, with_token=True)
        except RequestError as error:
            line = {"kind": "problem", "id": film_id, "reason": str(error), "final": error.final}
            self._journal.append(line)
            return
        self._journal.append({"kind": "film", **film})
        await self._get_poster(film_id, film["poster_path"])

    async def _get_poster(self, film_id: int, poster_path: str) -> None:
        state, reason, final = "saved", "", True
        if not poster_path:
            state = "none"
        elif not self._file(film_id).exists():
            try:
                content = await self._client.fetch(
                    self._poster_url + poster_path,
                    read_poster,
                    failed_before=self._journal.is_missing(film_id),
                )
                await asyncio.to_thread(self._save_poster, film_id, content)
            except RequestError as error:
                state, reason, final = "missing", str(error), error.final
        line = {"kind": "poster", "id": film_id, "state": state, "reason": reason, "final": final}
        self._journal.append(line)

    def _save_poster(self, film_id: int, content: bytes) -> None:
        beside = self._scratch / f"{film_id}.jpg"
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # or the name could outlive the bytes when the power fails
        os.replace(beside, self._file(film_id))

    def _file(self, film_id: int) -> Path:
        return self._posters / f"{film_id}.jpg"

    def _lacks_poster(self, film_id: int) -> bool:
        if self._journal.needs_poster(film_id):
            return True
        return self._journal.is_saved(film_id) and not self._file(film_id).exists()
