"""A hash of everything that records are made from: the same hash means the same records."""

import hashlib
import json
import os
from collections.abc import Sequence

from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.data.shard_plan import PlannedShard
from keras_genre.remote_files import is_remote, remote_states

# To be raised when the same films and options give other bytes than before.
_FORMAT = 1


def source_hash(
    catalog: MovieCatalog,
    plan: Sequence[PlannedShard],
    poster_size: int,
    text: str,
    notes: Sequence[str],
) -> str:
    """Return a SHA-256 over the planned films, their poster files and the options.

    A poster file is known by its path, size and time of change (at a store, its tag); it is not
    read.

    Args:
        catalog: The films.
        plan: What `plan_shards` gave for them.
        poster_size: As `write_records` takes it.
        text: As `write_records` takes it.
        notes: What the manifest will say.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()

    def add(*values) -> None:
        digest.update(json.dumps(values).encode())

    add(_FORMAT, catalog.vocabulary.names, poster_size, text, list(notes))
    frame = catalog.frame
    remote = remote_states(path for path in frame["poster"] if is_remote(path))
    for shard in plan:
        add(shard.file, shard.split)
        for film in frame.iloc[shard.rows].itertuples(index=False):
            tagline = "" if text == "plot" else film.tagline
            add(film.movie_id, film.title, film.plot, tagline, film.genres)
            add(film.poster, remote.get(film.poster) or _state(film.poster))
            if film.crew:  # a catalogue without crews keeps the hash that it had
                add("crew", film.crew)
    return digest.hexdigest()


def _state(path: str) -> tuple[int, int] | None:
    if not path:
        return None
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: no file can have such a name
        return None
    return status.st_size, status.st_mtime_ns
