"""Are records as they were written? Everything that is not, and not the first thing alone."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from keras_genre.data.finished_shard import file_sha256
from keras_genre.data.manifest import FILE_NAME, Manifest, Shard, Split
from keras_genre.data.parsing import parse
from keras_genre.data.record_frames import DamagedRecord, find_records
from keras_genre.errors import DatasetError

# Of a shard that is damaged all over, so many records are named one by one.
_NAMED_RECORDS = 10
_PROBLEMS_IN_MESSAGE = 20


@dataclasses.dataclass(frozen=True)
class Problem:
    """One thing that is not as it was written.

    Args:
        file: The file, with its folder.
        reason: What is wrong with it, as the end of a sentence that begins with the file.
        record: The place of the damaged record in its file, counted from 0, where it is one.
        movie_id: The film of that record, where its bytes still say so; a flipped byte may be
            one of the id's own.
    """

    file: str
    reason: str
    record: int | None = None
    movie_id: str | None = None


def find_problems(folder: str | Path) -> list[Problem]:
    """Read every byte of a folder of records and compare it with the manifest.

    Args:
        folder: A folder that `write_records` made.

    Returns:
        What is wrong: a manifest that is missing, damaged or edited; shards that are missing, too
        many, cut, changed or swapped; records that are damaged (of one shard the first 10, and
        how many more). Empty where all is whole.
    """
    folder = Path(folder)
    try:
        manifest = Manifest.load(folder)
    except DatasetError as error:
        return [Problem(str(folder / FILE_NAME), str(error))]
    problems = []
    for name, split in manifest.splits.items():
        of_split = [found for shard in split.shards for found in _in_shard(folder, shard, manifest)]
        problems += of_split or _in_counts(folder, name, split)
    return problems + list(_extra_shards(folder, manifest))


def raise_problems(folder: str | Path, problems: Sequence[Problem]) -> None:
    """Raise a DatasetError that names the first 20 problems, if there is one."""
    if not problems:
        return
    first = problems[0]
    if len(problems) == 1 and Path(first.file).name == FILE_NAME:
        raise DatasetError(first.reason)  # the words of whoever could not read the manifest
    lines = [f"{found.file} {found.reason}." for found in problems[:_PROBLEMS_IN_MESSAGE]]
    if len(problems) > len(lines):
        lines.append(f"... and {len(problems) - len(lines)} more.")
    if len(problems) > 1:
        lines.insert(0, f"{folder} has {len(problems)} problems.")
    raise DatasetError("\n".join(lines) + " Prepare the records again.")


def genre_counts(records: tf.data.Dataset, num_genres: int) -> tuple[int, tuple[int, ...]]:
    """Count films, and films per genre, as the records themselves say."""
    films, counts = 0, np.zeros(num_genres, np.int64)
    for batch in records.batch(256):
        genres = parse(batch, "genres")["genres"]
        films += int(genres.nrows())
        # One place more, for whatever is no genre at all.
        found = np.clip(genres.flat_values, -1, num_genres) % (num_genres + 1)
        counts += np.bincount(found, minlength=num_genres + 1)[:num_genres]
    return films, tuple(counts.tolist())


def _in_counts(folder: Path, name: str, split: Split) -> list[Problem]:
    files = [str(folder / shard.file) for shard in split.shards]
    counted = genre_counts(tf.data.TFRecordDataset(files), len(split.genre_counts))
    if counted == (split.films, split.genre_counts):
        return []
    reason = f"was changed by hand: its counts of split {name!r} differ from the records"
    return [Problem(str(folder / FILE_NAME), reason)]


def _in_shard(folder: Path, shard: Shard, manifest: Manifest) -> Iterator[Problem]:
    path = folder / shard.file
    if not path.is_file():
        yield Problem(str(path), "is missing")
        return
    sha256 = file_sha256(path)
    if sha256 == shard.sha256:
        return
    swapped = [
        other.file for split in manifest.splits.values() for other in split.shards
        if other.sha256 == sha256
    ]  # fmt: skip
    if swapped:
        yield Problem(str(path), f"holds what belongs into {swapped[0]}")
        return
    runs, damaged = find_records(path)
    found = sum(run.records for run in runs) + len(damaged)
    yield from _named(path, damaged)
    if found != shard.films:
        reason = f"holds {found} records where {shard.films} were written"
        yield Problem(str(path), reason)
    elif not damaged:
        reason = "was changed after it was written: its SHA-256 differs from the manifest's"
        yield Problem(str(path), reason)


def _named(path: Path, damaged: list[DamagedRecord]) -> Iterator[Problem]:
    for record in damaged[:_NAMED_RECORDS]:
        movie_id = _movie_id(record.content)
        state = "is cut in" if record.cut else "is damaged in"
        film = f" (film {movie_id})" if movie_id else ""
        reason = f"{state} record {record.number}, counted from 0{film}"
        yield Problem(str(path), reason, record.number, movie_id)
    more = len(damaged) - _NAMED_RECORDS
    if more > 0:
        yield Problem(str(path), f"is damaged in {more} more records")


def _movie_id(content: bytes) -> str | None:
    """The film of a damaged record, if its bytes still say so."""
    try:
        example = tf.train.Example.FromString(content)
        (movie_id,) = example.features.feature["movie_id"].bytes_list.value
        return movie_id.decode() if movie_id.decode().isprintable() else None
    except (DecodeError, ValueError):
        return None


def _extra_shards(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    known = {shard.file for split in manifest.splits.values() for shard in split.shards}
    for path in sorted(folder.glob("*.tfrecord")):
        if path.name not in known:
            yield Problem(str(path), "is not in the manifest")
