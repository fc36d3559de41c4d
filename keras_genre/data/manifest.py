"""Manifest: what a folder of records holds, so that nothing about it has to be guessed."""

import dataclasses
import hashlib
import json
from pathlib import Path

from keras_genre import features
from keras_genre.errors import DatasetError
from keras_genre.genres import GenreVocabulary

FILE_NAME = "manifest.json"
_VERSION = 1


@dataclasses.dataclass(frozen=True)
class Shard:
    """One TFRecord file: its name, number of films, size in bytes and SHA-256."""

    file: str
    films: int
    bytes: int
    sha256: str


@dataclasses.dataclass(frozen=True)
class Split:
    """The films of one split: shards in reading order, and films per genre."""

    shards: tuple[Shard, ...]
    genre_counts: tuple[int, ...]

    @property
    def films(self) -> int:
        """Number of films."""
        return sum(shard.films for shard in self.shards)


@dataclasses.dataclass(frozen=True)
class Links:
    """What linked records carry of each film's neighbours: see `keras_genre.data.linking`.

    Args:
        max_neighbors: The most neighbours of a film.
        dim: Width of a neighbour's poster vector.
        encoder: What tells the encoder of the vectors from others, for example a hash.
    """

    max_neighbors: int
    dim: int
    encoder: str


@dataclasses.dataclass(frozen=True)
class Manifest:
    """Everything that a reader of the records must know.

    Args:
        genres: Genre names in label order.
        splits: Split name to `Split`.
        poster_size: Posters larger than this many pixels on the short side were reduced to it.
        posters: Counts: "stored", "missing", "unreadable".
        notes: What `MovieCatalog.notes` said.
        text: What the plots hold, one of `features.TEXTS`.
        source_hash: What `keras_genre.data.source_hash` gave for the films; empty = unknown.
        links: What the records carry of each film's neighbours, or None where nothing.
    """

    genres: tuple[str, ...]
    splits: dict[str, Split]
    poster_size: int
    posters: dict[str, int]
    notes: tuple[str, ...] = ()
    text: str = features.TEXTS[0]
    source_hash: str = ""
    links: Links | None = None

    @property
    def data_hash(self) -> str:
        """A SHA-256 over genres and shards: the same hash means the same films and labels."""
        shards = {name: [s.sha256 for s in split.shards] for name, split in self.splits.items()}
        text = json.dumps([self.genres, shards], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def vocabulary(self) -> GenreVocabulary:
        """The genres as a `GenreVocabulary`."""
        return GenreVocabulary(self.genres)

    def save(self, folder: Path) -> None:
        """Write `manifest.json` into `folder`."""
        content = {"version": _VERSION, **dataclasses.asdict(self), "data_hash": self.data_hash}
        content["checksum"] = _checksum(content)
        text = json.dumps(content, indent=2, ensure_ascii=False) + "\n"
        (folder / FILE_NAME).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> "Manifest":
        """Read `manifest.json` of `folder`.

        Raises:
            DatasetError: If it is missing, of another version, or lacks a field.
        """
        path = folder / FILE_NAME
        if not path.is_file():
            raise DatasetError(
                f"{folder} holds no records: there is no {FILE_NAME}. "
                f"Write records with `keras-genre prepare` or write_records."
            )
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["version"] != _VERSION:
                raise DatasetError(
                    f"{path} has format version {content['version']}; this package reads version "
                    f"{_VERSION}. Prepare the records again."
                )
            splits = {
                name: Split(
                    shards=tuple(Shard(**shard) for shard in split["shards"]),
                    genre_counts=tuple(split["genre_counts"]),
                )
                for name, split in content["splits"].items()
            }
            links = content.get("links")  # older records have none
            manifest = cls(
                genres=tuple(content["genres"]),
                splits=splits,
                poster_size=content["poster_size"],
                posters=content["posters"],
                notes=tuple(content["notes"]),
                text=content.get("text", features.TEXTS[0]),  # older records hold plots alone
                source_hash=content.get("source_hash", ""),
                links=Links(**links) if links else None,
            )
            for name, split in splits.items():
                if len(split.genre_counts) != len(manifest.genres) or not (
                    0 <= min(split.genre_counts) <= max(split.genre_counts) <= split.films
                ):
                    raise ValueError(f"the counts of split {name!r} do not fit")
        except (ValueError, KeyError, TypeError, AttributeError) as cause:
            raise DatasetError(
                f"{path} is damaged ({cause!r}). Prepare the records again."
            ) from cause
        if manifest.data_hash != content.get("data_hash"):
            raise DatasetError(
                f"{path} was changed by hand: its data_hash does not fit its shards. "
                f"Prepare the records again."
            )
        checksum = content.pop("checksum", None)  # older records have none
        if checksum is not None and checksum != _checksum(content):
            raise DatasetError(
                f"{path} was changed by hand: its checksum does not fit what it says. "
                f"Prepare the records again."
            )
        return manifest


def _checksum(content: dict) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
