"""Writing a catalogue as sharded TFRecords."""

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from keras_genre import features
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.csv_files import write_csv
from keras_genre.data.finished_shard import JOURNAL, FinishedShard, take_over
from keras_genre.data.manifest import Manifest, Split
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.shard_plan import PlannedShard, plan_shards
from keras_genre.data.shard_writing import ShardWriter
from keras_genre.data.source_hash import source_hash
from keras_genre.errors import CatalogError, DatasetError
from keras_genre.genres import GenreVocabulary
from keras_genre.staging import resumable_folder

UNREADABLE = "unreadable_posters.csv"


def write_records(
    catalog: MovieCatalog,
    folder: str | Path,
    poster_size: int = 448,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    text: str = "plot",
    *,
    workers: int | None = None,
    say: Callable[[str], None] | None = None,
) -> MovieDataset:
    """Write the films of every split as TFRecord shards with a manifest.

    Training films are written in a shuffled order, so that a shuffle buffer smaller than the
    data still mixes them. A poster that cannot be read is stored as missing, counted in the
    manifest and listed in `unreadable_posters.csv`. Everything is written beside `folder` and
    renamed into place at the end.

    It may be called again: records that are there already, made from the same films, poster files
    (by path, size and time of change) and options, are left as they are; and where an earlier
    call was killed or the disk failed, its finished shards are kept if their hashes hold. The
    bytes are the same whatever the number of workers, and however often the writing was killed.

    Args:
        catalog: Films; all of them need a split (see `split_catalog`).
        folder: The folder to be made. If it exists it must be empty, or hold these very records.
        poster_size: Posters with a longer short side are reduced to this many pixels. Keep it at
            twice the image size of the models to be trained (the default serves 224).
        seed: Of the order of the training films.
        progress: Called with (films done, films in all).
        text: What a model shall read: "plot", or "plot+tagline" for both in two lines.
        workers: Threads that read posters; by default one a core.
        say: Called with a line for people where records or shards are there already.

    Returns:
        The `MovieDataset` of the folder.

    Raises:
        ValueError: If `poster_size` or `workers` is below 1, or `text` is neither.
        CatalogError: If a film has no split, there is no training film, or taglines are asked for
            and no film has one.
        DatasetError: If `folder` holds anything else, cannot be written, or another process is
            writing it.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"Expected workers of at least 1, received {workers}.")

    def make_writer(staging: Path) -> ShardWriter:
        frame, genres = catalog.frame, catalog.vocabulary
        return ShardWriter(staging, frame, genres, poster_size, text, workers)

    return write_records_by(make_writer, catalog, folder, poster_size, seed, text, progress, say)


def write_records_by(
    make_writer: Callable[[Path], object],
    catalog: MovieCatalog,
    folder: str | Path,
    poster_size: int,
    seed: int,
    text: str,
    progress: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> MovieDataset:
    """Write records as `write_records` says, with whatever writes shards.

    Args:
        make_writer: From the folder to write into to what has the `write` of `ShardWriter`.
        catalog: As `write_records` takes it, and so is all that follows.
        folder: See there.
        poster_size: See there.
        seed: See there.
        text: See there.
        progress: See there.
        say: See there.
    """
    _check_arguments(poster_size, text)
    _check_splits(catalog)
    notes = (*catalog.notes, *_tagline_notes(catalog, text))
    folder = Path(folder)
    plan = plan_shards(catalog, seed)
    key = source_hash(catalog, plan, poster_size, text, notes)
    prepared = _prepared(folder, key)
    if prepared:
        _say(say, f"{folder} is already prepared: it holds these films, and is left as it is.")
        return prepared
    with resumable_folder(folder, key, DatasetError) as staging:
        finished = take_over(staging, [shard.file for shard in plan])
        if finished:
            _say(say, f"Going on from {len(finished)} of {len(plan)} shards that are finished.")
        todo = [shard for shard in plan if shard.file not in finished]
        report = _Report(progress, len(catalog), sum(s.shard.films for s in finished.values()))
        with _finished_alone_left(staging, finished):
            for written in make_writer(staging).write(todo, report):
                written.note_in(staging)
                finished[written.shard.file] = written
            _remove_all_but(staging, [JOURNAL, *finished])  # what a failed worker may have left
            shards = [finished[shard.file] for shard in plan]
            _write_unreadable(shards, staging)
            manifest = _manifest(catalog.vocabulary, plan, shards, poster_size, notes, text, key)
            manifest.save(staging)
            MovieDataset(staging).verify()
            (staging / JOURNAL).unlink()
    return MovieDataset(folder)


def _manifest(
    vocabulary: GenreVocabulary,
    plan: Sequence[PlannedShard],
    finished: Sequence[FinishedShard],
    poster_size: int,
    notes: Sequence[str],
    text: str,
    key: str,
) -> Manifest:
    """Put together what is known of the shards, which stand in the order of the plan."""
    splits = {}
    for name in dict.fromkeys(shard.split for shard in plan):
        of_split = [done for shard, done in zip(plan, finished, strict=True) if shard.split == name]
        counts = np.sum([done.genre_counts for done in of_split], axis=0)
        splits[name] = Split(tuple(done.shard for done in of_split), tuple(counts.tolist()))
    posters = {
        kind: sum(done.posters[kind] for done in finished)
        for kind in ("stored", "missing", "unreadable")
    }
    return Manifest(
        genres=vocabulary.names,
        splits=splits,
        poster_size=poster_size,
        posters=posters,
        notes=tuple(notes),
        text=text,
        source_hash=key,
    )


def _check_arguments(poster_size: int, text: str) -> None:
    if poster_size < 1:
        raise ValueError(f"Expected poster_size of at least 1 pixel, received {poster_size}.")
    if text not in features.TEXTS:
        expected = " or ".join(repr(name) for name in features.TEXTS)
        raise ValueError(f"Expected text as {expected}, received {text!r}.")


def _check_splits(catalog: MovieCatalog) -> None:
    without = int((catalog.frame["split"] == "").sum())
    if without:
        raise CatalogError(
            f"{without} of {len(catalog)} films have no split. Add a split column to the table, "
            f"or divide all films anew: leave the column out, or call split_catalog."
        )
    if "train" not in catalog.splits:
        raise CatalogError(f"No film is for training; splits with films: {catalog.splits}.")


def _tagline_notes(catalog: MovieCatalog, text: str) -> list[str]:
    if text == "plot":
        return []
    taglines = int((catalog.frame["tagline"] != "").sum())
    if not taglines:
        raise CatalogError(
            f"Text {text!r} is asked for, but no film has a tagline. Name the column "
            f"(--tagline-column), or prepare plots alone."
        )
    return [f"text: plot and tagline; {taglines} of {len(catalog)} films have a tagline"]


def _prepared(folder: Path, key: str) -> MovieDataset | None:
    """The records of `folder`, if they were made from the same; damaged ones are an error."""
    try:
        dataset = MovieDataset(folder)
    except DatasetError:
        return None
    if dataset.manifest.source_hash != key:
        return None
    try:
        dataset.verify()
    except DatasetError as cause:
        raise DatasetError(
            f"{folder} was prepared from these films, but is damaged: delete it first. {cause}"
        ) from cause
    return dataset


@contextlib.contextmanager
def _finished_alone_left(folder: Path, finished: dict[str, FinishedShard]) -> Iterator[None]:
    """When the block raises, leave finished shards and their journal: a full disk needs room."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):  # the error of the block is the one to tell
            _remove_all_but(folder, [JOURNAL, *finished] if finished else [])
        raise


def _remove_all_but(folder: Path, names: Iterable[str]) -> None:
    kept = set(names)
    for path in folder.iterdir():
        if path.name not in kept:
            path.unlink(missing_ok=True)  # a worker may just be renaming its own


def _say(say: Callable[[str], None] | None, line: str) -> None:
    if say:
        say(line)


def _write_unreadable(shards: Iterable[FinishedShard], folder: Path) -> None:
    films = [film for shard in shards for film in shard.unreadable]
    if films:
        frame = pd.DataFrame(films, columns=["movie_id", "poster", "reason"])
        write_csv(frame, folder / UNREADABLE)


class _Report:
    """Tells how many films are done."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int, done: int):
        self._progress = progress
        self._total = total
        self._done = 0
        if done:
            self(done)

    def __call__(self, films: int) -> None:
        self._done += films
        if self._progress:
            self._progress(self._done, self._total)
