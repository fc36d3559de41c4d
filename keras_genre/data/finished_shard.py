"""What is known of a shard once it is written, and the journal that survives a kill."""

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from keras_genre.data.manifest import Shard

JOURNAL = "finished_shards.jsonl"


@dataclasses.dataclass(frozen=True)
class FinishedShard:
    """A written shard, and what its part of the manifest says.

    Args:
        shard: Its name, size and hash.
        genre_counts: Films per genre, in label order.
        posters: Counts: "stored", "missing", "unreadable".
        unreadable: Films whose posters could not be read, each with `movie_id`, `poster` (the
            path) and `reason`.
    """

    shard: Shard
    genre_counts: tuple[int, ...]
    posters: dict[str, int]
    unreadable: tuple[tuple[str, str, str], ...]

    def note_in(self, folder: Path) -> None:
        """Add it to the journal of `folder`; its file must be complete by then."""
        with (folder / JOURNAL).open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(dataclasses.asdict(self)) + "\n")

    @classmethod
    def from_dict(cls, content: dict) -> "FinishedShard":
        """Make it from what `dataclasses.asdict` gave, by way of JSON."""
        return cls(
            Shard(**content["shard"]),
            tuple(content["genre_counts"]),
            content["posters"],
            tuple(tuple(film) for film in content["unreadable"]),
        )


def described(path: Path, films: int) -> Shard:
    """Describe a shard that has just been written."""
    return Shard(path.name, films, path.stat().st_size, file_sha256(path))


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, whatever its size, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def take_over(folder: Path, planned: Iterable[str]) -> dict[str, FinishedShard]:
    """Find the finished shards of an attempt that was killed; remove everything else.

    A shard counts as finished where the journal says so and its bytes have the hash noted there.

    Args:
        folder: A folder from `resumable_folder`.
        planned: Names of the shards that are to be written.

    Returns:
        The finished shards by name. The journal holds these alone.
    """
    noted = [_parsed(line) for line in _lines(folder / JOURNAL)]
    names = set(planned)
    finished = {}
    for found in noted:
        if found and found.shard.file in names and _is_whole(folder, found.shard):
            finished[found.shard.file] = found
    for path in folder.iterdir():
        if path.name not in finished:
            path.unlink()
    for found in finished.values():
        found.note_in(folder)
    return finished


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.is_file() else []


def _parsed(line: bytes) -> FinishedShard | None:
    """Read a line of the journal; the last may be cut."""
    try:
        return FinishedShard.from_dict(json.loads(line))
    except (ValueError, TypeError, KeyError):
        return None


def _is_whole(folder: Path, shard: Shard) -> bool:
    path = folder / shard.file
    return path.is_file() and file_sha256(path) == shard.sha256
