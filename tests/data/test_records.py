import csv
import functools
import io
import json
import os
import signal
import warnings

import numpy as np
import pandas as pd
import pytest
import tensorflow as tf
from PIL import Image

from keras_genre.catalog import MovieCatalog
from keras_genre.data import (
    MovieDataset,
    film_record,
    shard_plan,
    shard_writing,
    write_records,
)
from keras_genre.data.records import write_records_by
from keras_genre.errors import CatalogError, DatasetError
from keras_genre.genres import GenreVocabulary

VOCABULARY = GenreVocabulary(["War", "Drama", "Sci-Fi"])


def jpeg(shade, size=(20, 30)):
    out = io.BytesIO()
    Image.new("RGB", size, (shade, 99, 20)).save(out, "JPEG")
    return out.getvalue()


def read(dataset, split):
    """The films of a split as dicts, in the order of the records."""
    return list(dataset.films(split).as_numpy_iterator())


@pytest.fixture
def poster_files(tmp_path):
    """Posters good and bad by name, each a path."""
    folder = tmp_path / "posters"
    folder.mkdir()
    contents = {
        "good": jpeg(10),
        "big": jpeg(200, (600, 900)),
        "truncated": jpeg(10)[:-100],
        "html": b"<html>404</html>",
        "nothing": b"",
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {name: str(folder / name) for name in [*contents, "gone"]}


@pytest.fixture
def catalog(poster_files):
    """Eight films: every kind of poster, and some texts that are easily spoilt."""
    films = [
        ("tt1", "Léon", "A «heart» — 心 🎬\n\x00\ttail", ["Drama"], "good", "train"),
        ("tt2", "", "", ["War", "Drama"], "big", "train"),
        ("tt3", "x", "Plot.", [], "", "train"),
        ("tt4", "x", "Plot.", ["Sci-Fi", "War"], "truncated", "train"),
        ("tt5", "x", "Plot.", ["Drama"], "html", "validation"),
        ("tt6", "x", "Plot.", ["Drama"], "nothing", "validation"),
        ("tt7", "x", "Plot.", ["War"], "gone", "test"),
        ("日本", "x", "Plot.", ["Sci-Fi"], "good", "test"),
    ]
    frame = pd.DataFrame(films, columns=["movie_id", "title", "plot", "genres", "poster", "split"])
    frame["poster"] = [poster_files.get(name, "") for name in frame["poster"]]
    return MovieCatalog(frame, VOCABULARY, ["a note — with “quotes”"])


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "out" / "records"


@pytest.fixture
def dataset(catalog, folder):
    return write_records(catalog, folder, poster_size=300)


def test_write_records_then_read_gives_the_same_films(dataset, catalog):
    frame = catalog.frame.set_index("movie_id")
    for split in ("train", "validation", "test"):
        films = {film["movie_id"].decode(): film for film in read(dataset, split)}
        assert set(films) == set(frame.index[frame["split"] == split])
        for movie_id, film in films.items():
            row = frame.loc[movie_id]
            assert film["title"].decode() == row["title"]
            assert film["plot"].decode() == row["plot"]
            assert [VOCABULARY[index] for index in film["genres"]] == list(row["genres"])


def test_write_records_keeps_a_small_jpeg_and_reduces_a_big_one(dataset, poster_files):
    posters = {film["movie_id"].decode(): film["poster"] for film in read(dataset, "train")}
    with open(poster_files["good"], "rb") as file:
        assert posters["tt1"] == file.read()
    with Image.open(io.BytesIO(posters["tt2"])) as image:
        assert (image.format, image.size) == ("JPEG", (300, 450))
    assert posters["tt3"] == b""


def test_write_records_unreadable_posters_are_missing_counted_and_listed(dataset, poster_files):
    assert dataset.manifest.posters == {"stored": 3, "missing": 1, "unreadable": 4}
    for split, movie_ids in (("train", ["tt4"]), ("validation", ["tt5", "tt6"]), ("test", ["tt7"])):
        posters = {film["movie_id"].decode(): film["poster"] for film in read(dataset, split)}
        assert [posters[movie_id] for movie_id in movie_ids] == [b""] * len(movie_ids)
    with open(dataset.folder / "unreadable_posters.csv", encoding="utf-8", newline="") as file:
        listed = {row["movie_id"]: row for row in csv.DictReader(file)}
    assert set(listed) == {"tt4", "tt5", "tt6", "tt7"}
    assert listed["tt5"]["poster"] == poster_files["html"]
    assert all("no readable picture" in row["reason"] for row in listed.values())


def test_write_records_with_readable_posters_lists_none(sample_dataset):
    assert sample_dataset.manifest.posters["unreadable"] == 0
    assert not (sample_dataset.folder / "unreadable_posters.csv").exists()


def test_write_records_with_many_threads_leaves_the_warning_filters_alone(sample_films, tmp_path):
    catalog, _ = sample_films
    before = list(warnings.filters)
    write_records(catalog, tmp_path / "records")
    assert list(warnings.filters) == before


def test_write_records_manifest_counts_films_and_genres(dataset):
    splits = dataset.manifest.splits
    assert {name: split.films for name, split in splits.items()} == {
        "train": 4,
        "validation": 2,
        "test": 2,
    }
    assert splits["train"].genre_counts == (2, 2, 1)
    assert splits["test"].genre_counts == (1, 0, 1)
    assert dataset.manifest.notes == ("a note — with “quotes”",)
    assert dataset.manifest.poster_size == 300
    assert dataset.vocabulary == VOCABULARY


def test_write_records_base_rates_and_weights_are_those_of_the_training_labels(
    sample_dataset, sample_films
):
    labels = sample_films[0].select("train").labels().astype(float)
    rates = labels.mean(axis=0)
    np.testing.assert_allclose(sample_dataset.base_rates(), rates, rtol=1e-12)
    weights = sample_dataset.positive_weights()
    np.testing.assert_allclose(weights, (1 - rates) / rates, rtol=1e-6)
    assert weights.dtype == "float32"


def test_write_records_genre_without_training_film_has_no_weight(catalog, folder):
    frame = catalog.frame
    frame["genres"] = [tuple(g for g in genres if g != "Sci-Fi") for genres in frame["genres"]]
    dataset = write_records(MovieCatalog(frame, VOCABULARY), folder)
    np.testing.assert_allclose(dataset.base_rates(), [0.5, 0.5, 0])
    with pytest.raises(DatasetError, match="No training film has the genre Sci-Fi"):
        dataset.positive_weights()


def test_write_records_of_the_same_films_and_seed_has_the_same_hash(catalog, tmp_path):
    hashes = [
        write_records(catalog, tmp_path / str(number), seed=seed).manifest.data_hash
        for number, seed in enumerate((0, 0, 1))
    ]
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2]


def test_write_records_of_another_label_or_order_has_another_hash(catalog, tmp_path, dataset):
    frame = catalog.frame
    frame.at[0, "genres"] = ("War",)
    relabelled = MovieCatalog(frame, VOCABULARY)
    reordered = MovieCatalog(catalog.frame, GenreVocabulary(["Drama", "War", "Sci-Fi"]))
    hashes = {
        write_records(changed, tmp_path / name, poster_size=300).manifest.data_hash
        for name, changed in (("relabelled", relabelled), ("reordered", reordered))
    }
    assert len({*hashes, dataset.manifest.data_hash}) == 3


@pytest.fixture
def small_shards(monkeypatch):
    """Shards of at most 16 films."""
    small = functools.partial(shard_plan.plan_shards, films_per_shard=16)
    monkeypatch.setattr("keras_genre.data.records.plan_shards", small)


@pytest.mark.usefixtures("small_shards")
def test_write_records_in_several_shards_holds_each_film_once(
    sample_films, sample_dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(shard_writing, "_FILMS_AHEAD", 5)
    catalog, _ = sample_films
    dataset = write_records(catalog, tmp_path / "records")
    shards = dataset.manifest.splits["train"].shards
    assert len(shards) == -(-dataset.num_films("train") // 16)
    assert sum(shard.films for shard in shards) == dataset.num_films("train")
    assert [film["movie_id"] for film in read(dataset, "train")] == [
        film["movie_id"] for film in read(sample_dataset, "train")
    ]
    dataset.verify()


def test_write_records_shuffles_training_films_alone(sample_dataset, sample_films):
    catalog, _ = sample_films
    for split, shuffled in (("train", True), ("validation", False), ("test", False)):
        stored = [film["movie_id"].decode() for film in read(sample_dataset, split)]
        given = catalog.select(split).frame["movie_id"].tolist()
        assert sorted(stored) == sorted(given)
        assert (stored != given) == shuffled


def test_write_records_progress_ends_at_all_films(catalog, folder):
    calls = []
    write_records(catalog, folder, progress=lambda done, total: calls.append((done, total)))
    assert calls == [(4, 8), (6, 8), (8, 8)]


def test_write_records_into_an_existing_folder_is_refused_and_changes_nothing(dataset, catalog):
    before = {path: path.read_bytes() for path in dataset.folder.iterdir()}
    with pytest.raises(DatasetError, match="exists already"):
        write_records(catalog, dataset.folder)
    assert {path: path.read_bytes() for path in dataset.folder.iterdir()} == before
    assert os.listdir(dataset.folder.parent) == [dataset.folder.name]


def _stop_with(error):
    def stop(done, total):
        if done > 4:
            raise error

    return stop


def test_write_records_that_fails_midway_leaves_nothing(catalog, folder):
    with pytest.raises(RuntimeError):
        write_records(catalog, folder, progress=_stop_with(RuntimeError))
    assert not folder.parent.exists()  # it was made for the records


def test_write_records_again_over_damaged_ones_says_so(catalog, folder):
    dataset = write_records(catalog, folder)
    path = next(dataset.folder.glob("*.tfrecord"))
    content = bytearray(path.read_bytes())
    content[-20] ^= 1
    path.write_bytes(content)
    with pytest.raises(DatasetError, match="is damaged: delete it first"):
        write_records(catalog, folder)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_write_records_that_is_interrupted_goes_on(catalog, folder, tmp_path, error):
    with pytest.raises((KeyboardInterrupt, DatasetError)):
        write_records(catalog, folder, progress=_stop_with(error))
    assert not folder.exists()
    said = []
    dataset = write_records(catalog, folder, say=said.append)
    assert len(said) == 1
    assert said[0].startswith("Going on from 1 of ")
    assert not list(folder.parent.glob(".*"))
    whole = write_records(catalog, tmp_path / "at once")
    assert dataset.manifest.data_hash == whole.manifest.data_hash


def _failing_writer(monkeypatch, error, after):
    """Let TensorFlow's writer fail at a record, with its file begun."""
    written = []

    class Failing(shard_writing.tf.io.TFRecordWriter):
        def write(self, record):
            super().write(record)
            written.append(record)
            if len(written) > after:
                self.flush()
                raise error

    monkeypatch.setattr(shard_writing.tf.io, "TFRecordWriter", Failing)


_FULL = [
    pytest.param(OSError(28, "No space left on device"), id="Python's"),
    pytest.param(
        tf.errors.ResourceExhaustedError(None, None, "x; No space left on device"),
        id="TensorFlow's",
    ),
]


@pytest.mark.parametrize("error", _FULL)
def test_write_records_on_a_disk_that_fills_up_leaves_finished_shards_alone(
    catalog, folder, monkeypatch, error
):
    with monkeypatch.context() as patch:
        _failing_writer(patch, error, after=5)  # films of the second shard
        with pytest.raises(DatasetError, match=f"{folder.parent}: No space left"):
            write_records(catalog, folder)
    (left,) = folder.parent.iterdir()
    assert left.name.startswith(f".{folder.name}.partial-")
    assert sorted(path.name for path in left.iterdir()) == [
        "finished_shards.jsonl",
        "train-00000-of-00001.tfrecord",
    ]
    write_records(catalog, folder).verify()
    assert os.listdir(folder.parent) == [folder.name]


@pytest.mark.parametrize("error", _FULL)
def test_write_records_on_a_disk_full_at_the_first_shard_leaves_nothing(
    catalog, folder, monkeypatch, error
):
    _failing_writer(monkeypatch, error, after=1)
    with pytest.raises(DatasetError, match=f"{folder.parent}: No space left"):
        write_records(catalog, folder)
    assert not folder.parent.exists()


def test_write_records_on_a_disk_full_at_the_manifest_leaves_shards_alone(
    catalog, folder, monkeypatch
):
    def save(manifest, folder):
        (folder / "manifest.json").write_text("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("keras_genre.data.records.Manifest.save", save)
    with pytest.raises(DatasetError, match="No space left"):
        write_records(catalog, folder)
    (left,) = folder.parent.iterdir()
    assert {path.suffix for path in left.iterdir()} == {".tfrecord", ".jsonl"}


def test_write_records_by_a_writer_that_leaves_its_scraps_removes_them(catalog, folder):
    def make_writer(staging):
        (staging / "train-00000-of-00001.tfrecord.0123abcd").write_text("of a failed worker")
        return shard_writing.ShardWriter(staging, catalog.frame, VOCABULARY, 448, "plot", 1)

    dataset = write_records_by(make_writer, catalog, folder, 448, 0, "plot")
    shards = [s.file for split in dataset.manifest.splits.values() for s in split.shards]
    assert sorted(os.listdir(folder)) == sorted(
        [*shards, "manifest.json", "unreadable_posters.csv"]
    )


def test_write_shard_that_fails_leaves_no_file(tmp_path, monkeypatch):
    _failing_writer(monkeypatch, RuntimeError, after=0)
    record = film_record.FilmRecord(b"x", (), "missing", None)
    with pytest.raises(RuntimeError):
        shard_writing.write_shard(tmp_path / "shard", [record], 1)
    assert not list(tmp_path.iterdir())


def test_write_records_lists_unreadable_posters_without_formulas(catalog, folder, tmp_path):
    frame = catalog.frame
    frame.loc[0, ["movie_id", "poster"]] = ["=cmd()", str(tmp_path / "gone")]
    dataset = write_records(MovieCatalog(frame, VOCABULARY), folder)
    lines = (dataset.folder / "unreadable_posters.csv").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.startswith("'=cmd(),")]
    assert not [line for line in lines if line.startswith("=")]


@pytest.mark.parametrize(
    ("splits", "message"),
    [
        (["train"] * 7 + [""], "1 of 8 films have no split.*split_catalog"),
        (["test"] * 8, "No film is for training"),
    ],
)
def test_write_records_without_the_splits_it_needs_is_refused(catalog, folder, splits, message):
    with pytest.raises(CatalogError, match=message):
        write_records(catalog.with_splits(splits), folder)
    assert not folder.parent.exists()


def test_write_records_of_training_films_alone_has_one_split(catalog, folder):
    dataset = write_records(catalog.with_splits(["train"] * 8), folder)
    assert dataset.splits == ("train",)
    with pytest.raises(DatasetError, match=r"no split 'test'\. It has train"):
        dataset.num_films("test")


def test_write_records_with_a_poster_size_of_zero_is_refused(catalog, folder):
    with pytest.raises(ValueError, match="poster_size of at least 1"):
        write_records(catalog, folder, poster_size=0)


@pytest.fixture
def shard(dataset):
    return next(dataset.folder.glob("validation-*.tfrecord"))


def test_dataset_with_a_shard_missing_is_refused_when_opened(dataset, shard):
    shard.unlink()
    with pytest.raises(DatasetError, match=f"{shard} is missing"):
        MovieDataset(dataset.folder)


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: b"", lambda content: content * 2]
)
@pytest.mark.parametrize(
    "use",
    [
        lambda dataset, split: dataset.load(split, lambda raw: raw),
        lambda dataset, split: dataset.plots(split),
        lambda dataset, split: dataset.films(split),
    ],
    ids=["load", "plots", "films"],
)
def test_dataset_with_a_shard_of_the_wrong_size_is_refused_when_its_split_is_read(
    dataset, shard, damage, use
):
    shard.write_bytes(damage(shard.read_bytes()))
    opened = MovieDataset(dataset.folder)
    with pytest.raises(DatasetError, match=f"{shard} is half-written or damaged"):
        use(opened, "validation")
    assert len(read(opened, "test")) == opened.num_films("test")


def _change(dataset, change):
    path = dataset.folder / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda manifest: manifest["genres"].reverse(), "changed by hand"),
        (lambda manifest: manifest.update(data_hash="0"), "changed by hand"),
        (lambda manifest: manifest["splits"].pop("test"), "changed by hand"),
        (lambda manifest: manifest.update(poster_size=9), "changed by hand"),
        (lambda manifest: manifest["notes"].append("x"), "changed by hand"),
        (lambda manifest: manifest["posters"].update(stored=9), "changed by hand"),
        (lambda manifest: manifest.update(version=2), "format version 2; .* reads version 1"),
        (lambda manifest: manifest.pop("version"), "damaged"),
        (lambda manifest: manifest.pop("notes"), "damaged"),
        (lambda manifest: manifest.update(splits=[]), "damaged"),
        (lambda manifest: manifest["splits"]["test"].update(genre_counts=[1]), "damaged"),
        (lambda manifest: manifest["splits"]["test"].update(genre_counts=[9, 0, 1]), "damaged"),
        (lambda manifest: manifest["splits"]["test"]["shards"][0].pop("sha256"), "damaged"),
    ],
)
def test_dataset_with_an_edited_manifest_is_refused_when_opened(dataset, change, message):
    _change(dataset, change)
    with pytest.raises(DatasetError, match=message):
        MovieDataset(dataset.folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe"])
def test_dataset_with_a_damaged_manifest_is_refused(dataset, content):
    (dataset.folder / "manifest.json").write_bytes(content)
    with pytest.raises(DatasetError, match=r"manifest\.json is damaged"):
        MovieDataset(dataset.folder)


def test_dataset_of_a_folder_without_manifest_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(DatasetError, match=r"holds no records.*keras-genre prepare"):
            MovieDataset(folder)


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.usefixtures("small_shards")
def test_write_records_with_any_number_of_workers_gives_the_same_bytes(sample_films, tmp_path):
    catalog, _ = sample_films
    for workers in (1, 2, 7):
        write_records(catalog, tmp_path / str(workers), poster_size=100, workers=workers)
    one, two, seven = (contents(tmp_path / name) for name in "127")
    assert one == two == seven


def test_write_records_without_workers_is_refused(catalog, folder):
    with pytest.raises(ValueError, match="workers of at least 1, received 0"):
        write_records(catalog, folder, workers=0)


def test_write_records_again_says_so_and_touches_nothing(catalog, folder):
    write_records(catalog, folder)
    before = {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())}
    said = []
    dataset = write_records(catalog, folder, say=said.append)
    assert dataset.num_films("train") == 4
    assert len(said) == 1
    assert f"{folder} is already prepared" in said[0]
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize(
    "changed",
    [
        {"poster_size": 447},
        {"seed": 1},
        {"catalog": lambda frame: frame.assign(plot="Another.")},
        {"catalog": lambda frame: frame.assign(title="Another.")},
        {"catalog": lambda frame: frame.iloc[::-1]},
        {"catalog": lambda frame: frame.iloc[1:]},
        {"catalog": lambda frame: frame.assign(genres=[("Drama",)] * len(frame))},
        {"catalog": lambda frame: frame.assign(split="train")},
    ],
)
def test_write_records_of_anything_else_into_the_same_folder_is_refused(catalog, folder, changed):
    write_records(catalog, folder)
    before = contents(folder)
    change = changed.pop("catalog", lambda frame: frame)
    other = MovieCatalog(change(catalog.frame), VOCABULARY, catalog.notes)
    with pytest.raises(DatasetError, match="exists already"):
        write_records(other, folder, **changed)
    assert contents(folder) == before


def test_write_records_after_a_poster_file_changed_is_refused(catalog, folder, poster_files):
    write_records(catalog, folder)
    os.utime(poster_files["good"], ns=(0, 0))
    with pytest.raises(DatasetError, match="exists already"):
        write_records(catalog, folder)


def test_write_records_into_records_with_a_missing_shard_is_refused(catalog, folder):
    write_records(catalog, folder)
    next(folder.glob("test-*")).unlink()
    with pytest.raises(DatasetError, match="exists already"):
        write_records(catalog, folder)


@pytest.fixture
def killed(sample_films, folder):
    """Write records in a fork that is killed, without a word, before its n-th shard is done."""

    def write(number):
        child = os.fork()
        if not child:
            real, calls = shard_writing.described, []

            def kill(path, films):
                calls.append(path)
                if len(calls) > number:
                    os.kill(os.getpid(), signal.SIGKILL)
                return real(path, films)

            shard_writing.described = kill
            write_records(sample_films[0], folder, poster_size=100)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        (left,) = folder.parent.iterdir()
        assert left.name.startswith(f".{folder.name}.partial-")
        return left

    return write


@pytest.mark.usefixtures("small_shards")
def test_write_records_after_kills_goes_on_and_gives_the_same_bytes(
    killed, sample_films, folder, tmp_path
):
    catalog, _ = sample_films
    left = killed(2)
    before = {path.name: path.stat().st_ino for path in left.glob("*.tfrecord")}
    assert len(before) == 3  # the third is written, and not yet known to be
    assert killed(1) == left
    said, calls = [], []
    write_records(catalog, folder, 100, progress=lambda *call: calls.append(call), say=said.append)
    write_records(catalog, tmp_path / "at once", 100)
    assert contents(folder) == contents(tmp_path / "at once")
    (line,) = said
    assert line.startswith("Going on from 3 of ")
    assert calls[0][0] == sum(s.films for s in shards_of(folder)[:3])
    assert calls[-1] == (120, 120)
    kept = [name for name, inode in before.items() if (folder / name).stat().st_ino == inode]
    assert len(kept) >= 2
    assert os.listdir(folder.parent) == [folder.name]


def shards_of(folder):
    splits = MovieDataset(folder).manifest.splits.values()
    return [shard for split in splits for shard in split.shards]


@pytest.mark.parametrize("damage", ["shard", "journal", "nothing finished"])
@pytest.mark.usefixtures("small_shards")
def test_write_records_after_a_kill_trusts_no_damaged_shard(
    killed, sample_films, folder, tmp_path, damage
):
    left = killed(3)
    journal = left / "finished_shards.jsonl"
    if damage == "shard":
        path = left / json.loads(journal.read_text().splitlines()[1])["shard"]["file"]
        path.write_bytes(path.read_bytes()[:-9])
    elif damage == "journal":
        journal.write_bytes(journal.read_bytes()[:-9])
    else:
        journal.unlink()
    said = []
    write_records(sample_films[0], folder, 100, say=said.append)
    expected = {"shard": 2, "journal": 2, "nothing finished": None}[damage]
    assert [line.split()[3] for line in said] == ([str(expected)] if expected else [])
    write_records(sample_films[0], tmp_path / "at once", 100)
    assert contents(folder) == contents(tmp_path / "at once")


@pytest.mark.usefixtures("small_shards")
def test_write_records_of_other_films_after_a_kill_begins_anew(killed, catalog, folder):
    killed(2)
    said = []
    write_records(catalog, folder, say=said.append)
    assert said == []
    assert os.listdir(folder.parent) == [folder.name]


def test_write_records_while_another_process_does_is_refused(catalog, folder):
    refused = []

    def progress(done, total):
        with pytest.raises(DatasetError, match="Another process is writing"):
            write_records(catalog, folder)
        refused.append(done)

    write_records(catalog, folder, progress=progress)
    assert refused == [4, 6, 8]
    MovieDataset(folder).verify()
