"""The same records, built with Apache Beam: the way to a catalogue that one machine cannot take."""

import dataclasses
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from keras_genre.beam_pipelines import import_beam, run_pipeline
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.data.film_record import FilmRecord, film_record
from keras_genre.data.finished_shard import FinishedShard
from keras_genre.data.movie_dataset import MovieDataset
from keras_genre.data.poster_files import poster_or_reason
from keras_genre.data.records import write_records_by
from keras_genre.data.shard_plan import PlannedShard
from keras_genre.data.shard_writing import write_shard
from keras_genre.genres import GenreVocabulary

__all__ = ["write_records_with_beam"]

_RESULTS = "beam_results.json"


def write_records_with_beam(
    catalog: MovieCatalog,
    folder: str | Path,
    poster_size: int = 448,
    seed: int = 0,
    text: str = "plot",
    options: Sequence[str] = (),
    say: Callable[[str], None] | None = None,
) -> MovieDataset:
    """Write what `write_records` writes, byte for byte, with an Apache Beam pipeline.

    Posters are read, checked and encoded by Beam's workers, and so are the shards written; the
    catalogue and the manifest stay with the caller. All of them must see `folder` under the same
    path (a shared or mounted file system), and the posters too, unless they are at a store
    (`gs://...`, see `keras_genre.remote_files`).

    Args:
        catalog: As `write_records` takes it.
        folder: As `write_records` takes it.
        poster_size: As `write_records` takes it.
        seed: As `write_records` takes it.
        text: As `write_records` takes it.
        options: Beam's pipeline options as on a command line, for example `["--runner=FlinkRunner",
            "--flink_master=localhost:8081"]`. By default the pipeline runs in this process.
        say: As `write_records` takes it.

    Returns:
        The `MovieDataset` of the folder.

    Raises:
        MissingPackageError: If Apache Beam is not installed; the message names the extra.
        ValueError: As `write_records`.
        CatalogError: As `write_records`.
        DatasetError: As `write_records`.
    """
    beam = import_beam("Building records with Apache Beam")

    def make_writer(staging: Path) -> _BeamShardWriter:
        return _BeamShardWriter(beam, list(options), staging, catalog, poster_size, text)

    return write_records_by(make_writer, catalog, folder, poster_size, seed, text, say=say)


@dataclasses.dataclass(frozen=True)
class _Film:
    """A row of the catalogue, on its way to a worker."""

    movie_id: str
    title: str
    plot: str
    tagline: str
    genres: tuple[str, ...]
    crew: tuple[str, ...]
    poster: str


@dataclasses.dataclass(frozen=True)
class _BeamShardWriter:
    """Writes shards as `ShardWriter` does, with a pipeline."""

    beam: object
    options: list[str]
    folder: Path
    catalog: MovieCatalog
    poster_size: int
    text: str

    def write(
        self, plan: Iterable[PlannedShard], report: Callable[[int], None]
    ) -> Iterator[FinishedShard]:
        plan = list(plan)
        if not plan:
            return
        beam, vocabulary = self.beam, self.catalog.vocabulary
        results = str(self.folder / _RESULTS)
        # Films would make the description of a pipeline larger than a cluster takes.
        _leave_films(plan, self.catalog.frame, self.folder)
        with run_pipeline(beam, self.options) as pipeline:
            _ = (
                pipeline
                | "Files" >> beam.Create([planned.file for planned in plan])
                | "Spread files" >> beam.Reshuffle()
                | "Films" >> beam.FlatMap(_read_films, str(self.folder))
                | "Spread films" >> beam.Reshuffle()
                | "Examples" >> beam.Map(_record, vocabulary, self.poster_size, self.text)
                | "Shards" >> beam.GroupByKey()
                | "Write" >> beam.Map(_write, str(self.folder), len(vocabulary))
                | "Gather" >> beam.combiners.ToList()
                | "Results" >> beam.Map(_write_results, results)
            )
        finished = {shard.shard.file: shard for shard in _read_results(Path(results))}
        for planned in plan:
            report(len(planned.rows))
            yield finished[planned.file]


def _leave_films(plan: Sequence[PlannedShard], frame: pd.DataFrame, folder: Path) -> None:
    """Write the films of each file where a worker finds them."""
    names = [field.name for field in dataclasses.fields(_Film)]
    for planned in plan:
        films = frame.iloc[planned.rows][names].values.tolist()
        _rows_path(folder, planned.file).write_text(json.dumps(films), encoding="utf-8")


def _read_films(file: str, folder: str) -> list[tuple[str, int, _Film]]:
    """Each film with the file that it goes into, and its place there."""
    films = json.loads(_rows_path(Path(folder), file).read_text(encoding="utf-8"))
    return [(file, place, _Film(*film)) for place, film in enumerate(films)]


def _rows_path(folder: Path, file: str) -> Path:
    return folder / f"{file}.json"


def _record(placed: tuple[str, int, _Film], vocabulary: GenreVocabulary, size: int, text: str):
    file, place, film = placed
    poster, reason = poster_or_reason(film.poster, size)
    return file, (place, film_record(film, poster, reason, vocabulary, text))


def _write(shard: tuple[str, Iterable[tuple[int, FilmRecord]]], folder: str, num_genres: int):
    """Write a shard under a name of its own first: Beam may do the same work twice."""
    file, placed = shard
    records = [record for _, record in sorted(placed, key=lambda item: item[0])]
    beside = Path(folder, f"{file}.{secrets.token_hex(8)}")
    finished = write_shard(beside, records, num_genres)
    os.replace(beside, Path(folder, file))
    described = dataclasses.replace(finished.shard, file=file)
    return dataclasses.asdict(dataclasses.replace(finished, shard=described))


def _write_results(results: list[dict], path: str) -> None:
    beside = Path(f"{path}.{secrets.token_hex(8)}")
    beside.write_text(json.dumps(results), encoding="utf-8")
    os.replace(beside, path)


def _read_results(path: Path) -> list[FinishedShard]:
    results = [FinishedShard.from_dict(entry) for entry in json.loads(path.read_text("utf-8"))]
    path.unlink()
    return results
