"""What can still be read of damaged records, counted film by film."""

import dataclasses
import warnings
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf

from keras_genre.data.finished_shard import file_sha256
from keras_genre.data.manifest import Manifest, Shard, Split
from keras_genre.data.parsing import parse
from keras_genre.data.record_frames import SoundRun, find_records, read_runs
from keras_genre.data.verifying import genre_counts
from keras_genre.errors import DatasetError

_NAMED_FILES = 5


class SoundRecords:
    """The records of a folder without the damaged ones.

    TensorFlow's `ignore_errors` leaves out the rest of a file with a damaged record, and says
    nothing. Here every other record is read, in order, and the damaged ones are counted.

    Args:
        folder: A folder that `write_records` made; every shard is read, to compare it with its
            hash, and again where one is damaged.
        manifest: Its manifest.

    Raises:
        DatasetError: If a shard is missing, holds records that are not those written as far as
            their films tell, or no film of a split can be read: skipping does not mend that.
    """

    def __init__(self, folder: Path, manifest: Manifest):
        self._folder = folder
        self._others = {s.sha256 for split in manifest.splits.values() for s in split.shards}
        self._runs: dict[str, list[SoundRun]] = {}
        self.splits = {
            name: self._without_damage(name, split) for name, split in manifest.splits.items()
        }
        """Shards and counts of what can be read, by the name of the split."""
        self.skipped = {
            name: split.films - self.splits[name].films for name, split in manifest.splits.items()
        }
        """Films left out, by the name of the split."""
        if self._runs:
            self._check_films()
        self._warn(manifest)

    def read(self, split: str) -> tf.data.Dataset:
        """Read the sound records of a split in their order, as scalar strings."""
        return self._read(self.splits[split])

    def _read(self, split: Split) -> tf.data.Dataset:
        parts = [
            (str(self._folder / shard.file), run)
            for shard in split.shards
            for run in self._runs.get(shard.file, [SoundRun(0, shard.films)])
        ]
        files, runs = zip(*parts, strict=True)
        return read_runs(files, runs)

    def _without_damage(self, name: str, split: Split) -> Split:
        shards = tuple(self._sound_part(shard) for shard in split.shards)
        if shards == split.shards:
            return split
        sound = Split(shards, split.genre_counts)
        if not sound.films:
            raise DatasetError(
                f"No film of split {name!r} of {self._folder} can be read: every record is "
                f"damaged. Prepare the records again."
            )
        _, counts = genre_counts(self._read(sound), len(split.genre_counts))
        return dataclasses.replace(sound, genre_counts=counts)

    def _sound_part(self, shard: Shard) -> Shard:
        path = self._folder / shard.file
        if not path.is_file():
            raise DatasetError(f"The shard {path} is missing. Prepare the records again.")
        sha256 = file_sha256(path)
        if sha256 == shard.sha256:
            return shard
        runs, damaged = find_records(path)
        films = sum(run.records for run in runs)
        # Whole records alone are what was written only where the file was cut between two.
        cut = films < shard.films and path.stat().st_size < shard.bytes
        if sha256 in self._others or films >= shard.films or not (damaged or cut):
            raise DatasetError(
                f"{path} was changed after it was written: its records are whole, but not those "
                f"of the manifest. Prepare the records again."
            )
        self._runs[shard.file] = runs
        return dataclasses.replace(shard, films=films)

    def _check_films(self) -> None:
        """Refuse a damaged shard with a film that stands elsewhere too, in another split maybe."""
        shards = [shard for split in self.splits.values() for shard in split.shards if shard.films]
        held: dict[bytes, str] = {}
        for shard in sorted(shards, key=lambda shard: shard.file not in self._runs):
            for movie_id in self._movie_ids(shard):
                if movie_id in held:
                    raise DatasetError(
                        f"{self._folder / held[movie_id]} was changed after it was written: it is "
                        f"damaged, and its film {movie_id.decode()} is in {shard.file} too. "
                        f"Prepare the records again."
                    )
                if shard.file in self._runs:
                    held[movie_id] = shard.file

    def _movie_ids(self, shard: Shard) -> Iterator[bytes]:
        for batch in self._read(Split((shard,), ())).batch(256):
            yield from parse(batch, "movie_id")["movie_id"].numpy().tolist()

    def _warn(self, manifest: Manifest) -> None:
        films = {
            shard.file: shard.films for split in manifest.splits.values() for shard in split.shards
        }
        lost = {
            file: films[file] - sum(run.records for run in runs)
            for file, runs in self._runs.items()
        }
        if not lost:
            return
        named = ", ".join(f"{file} {count}" for file, count in list(lost.items())[:_NAMED_FILES])
        more = f" and {len(lost) - _NAMED_FILES} more files" if len(lost) > _NAMED_FILES else ""
        warnings.warn(
            f"{sum(lost.values())} of {sum(films.values())} films of {self._folder} are left out, "
            f"because their records are damaged: {named}{more}.",
            stacklevel=4,
        )
