import csv
import os
import random
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from bulk_films import LengthPredictor, numbered_films, write_films

from keras_genre.client import predict_table
from keras_genre.client.bulk import predicting, table_work
from keras_genre.errors import CatalogError, KerasGenreError, PredictorError, ServerUnavailableError


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(table_work, "PART", 8)
    monkeypatch.setattr(predicting, "_BATCH", 3)


def rejects(folder):
    with open(folder / "genres.rejects.csv", newline="") as file:
        return list(csv.DictReader(file))


def tag(folder, rows, predictor=None, out="genres.parquet", **options):
    table = write_films(folder, rows)
    return predict_table(
        predictor or LengthPredictor(), table, folder / out, folder / "posters", **options
    )


@pytest.mark.parametrize("count", [1, 8, 30])
@pytest.mark.parametrize("concurrency", [1, 4])
def test_table_of_predictions_has_every_film_in_order(tmp_path, count, concurrency):
    rows = numbered_films(count)
    predictor = LengthPredictor(version=7)
    summary = tag(tmp_path, rows, predictor, concurrency=concurrency)
    assert (summary.films, summary.predicted, summary.rejects) == (count, count, None)
    table = pq.read_table(tmp_path / "genres.parquet")
    assert table.column_names == ["id", "title", "genres", "Drama", "Film-Noir"]
    assert table["id"].to_pylist() == [row[0] for row in rows]
    assert table["title"].to_pylist() == [row[1] for row in rows]
    for film, row in zip(table.to_pylist(), rows, strict=True):
        assert film["Drama"] == pytest.approx(len(row[2]) / 1000)
        assert film["genres"] == (["Film-Noir", "Drama"] if row[3] else ["Drama"])
    about = table.schema.metadata
    assert (about[b"model"], about[b"version"], about[b"text"]) == (b"fake", b"7", b"plot")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "films.csv", "genres.parquet", "posters"
    ]  # fmt: skip


def test_batches_are_of_plots_of_like_length(tmp_path):
    predictor = LengthPredictor()
    tag(tmp_path, numbered_films(32), predictor, concurrency=1)
    first_part = [len(plot) for batch in predictor.batches[1:4] for plot in batch.plots]
    assert first_part == sorted(first_part)


def test_table_as_csv_is_inert_in_a_spreadsheet(tmp_path):
    rows = [("=1+1", 'He said "no"\r', "A plot, with a comma.", "good.jpg"), ("b", "B", "xx", "")]
    tag(tmp_path, rows, out="genres.csv")
    with open(tmp_path / "genres.csv", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["id"] == "'=1+1"
    assert first["genres"] == "Film-Noir|Drama"
    assert (second["title"], float(second["Drama"])) == ("B", 0.002)


def test_films_in_trouble_are_listed_with_their_reasons(tmp_path):
    rows = [
        ("fine", "F", "plot", "good.jpg"),
        ("no plot", "N", "", "good.jpg"),
        ("nothing", "N", " ", ""),
        ("bad poster", "B", "plot", "bad.jpg"),
        ("bad poster alone", "B", "", "bad.jpg"),
        ("gone", "G", "plot", "gone.jpg"),
        ("gone alone", "G", "", "gone.jpg"),
        ("", "no id", "plot", ""),
        ("too long", "T", "plot", "", "one", "more"),
        ("outside", "O", "plot", "../films.csv"),
        ("no poster", "N", "plot", ""),
    ]
    summary = tag(tmp_path, rows)
    table = pq.read_table(tmp_path / "genres.parquet")
    assert table["id"].to_pylist() == ["fine", "no plot", "bad poster", "gone", "outside",
                                       "no poster"]  # fmt: skip
    listed = {row["id"]: row for row in rejects(tmp_path)}
    happened = {name: row["what happened"] for name, row in listed.items()}
    assert happened == {
        "nothing": "left out",
        "bad poster": "predicted without its poster",
        "bad poster alone": "left out",
        "gone": "predicted without its poster",
        "gone alone": "left out",
        "": "left out",
        "too long": "left out",
        "outside": "predicted without its poster",
    }
    for name, reason in {
        "nothing": "neither plot nor poster",
        "bad poster": "cannot be read as a picture",
        "bad poster alone": "cannot be read as a picture",
        "gone": "no poster file",
        "gone alone": "neither plot nor poster: there is no poster file",
        "": "no id",
        "too long": "6 cells",
        "outside": "outside",
    }.items():
        assert reason in listed[name]["reason"]
    assert listed["bad poster"]["line"] == "5"
    assert (summary.left_out, summary.without_their_poster) == (5, 3)
    assert summary.rejects == tmp_path / "genres.rejects.csv"


def test_table_of_which_nothing_can_be_predicted_is_empty_but_has_its_columns(tmp_path):
    summary = tag(tmp_path, [("a", "A", "", ""), ("b", "B", "", "good.jpg")][:1] * 9)
    assert (summary.films, summary.predicted, summary.left_out) == (9, 0, 9)
    table = pq.read_table(tmp_path / "genres.parquet")
    assert (len(table), "Drama" in table.column_names) == (0, True)


def test_table_keeps_the_rejects_of_another_table_of_its_name(tmp_path):
    rows = [("a", "A", "plot", "gone.jpg"), ("b", "B", "plot", "good.jpg")]
    side = tag(tmp_path, rows).rejects
    before = side.read_bytes()
    with pytest.raises(KerasGenreError, match=r"lists the rejects of .*genres\.parquet"):
        tag(tmp_path, rows, out="genres.csv")
    assert side.read_bytes() == before
    assert tag(tmp_path, rows, out="others.csv").predicted == 2


class Failing(LengthPredictor):
    """Answers so many batches, then is away."""

    def __init__(self, answers):
        super().__init__()
        self.left = answers

    def predict_batch(self, batch):
        self.left -= 1
        if self.left < 0:
            raise ServerUnavailableError("away")
        return super().predict_batch(batch)


def test_table_whose_server_goes_away_goes_on_from_finished_parts(tmp_path):
    rows = [*numbered_films(30), ("bad", "B", "plot", "bad.jpg")]
    tag(tmp_path / "whole", rows)
    with pytest.raises(ServerUnavailableError):
        tag(tmp_path / "cut", rows, Failing(8), concurrency=1)
    assert not (tmp_path / "cut" / "genres.parquet").exists()
    predictor = LengthPredictor()
    summary = tag(tmp_path / "cut", rows, predictor)
    assert summary.found_finished == 16
    assert sum(len(batch.plots) for batch in predictor.batches) == 1 + 31 - 16
    for name in ("genres.parquet", "genres.rejects.csv"):
        found, expected = ((tmp_path / kind / name).read_bytes() for kind in ("cut", "whole"))
        assert found.replace(b"/cut/", b"/whole/") == expected
    assert not list((tmp_path / "cut").glob(".*"))


@pytest.mark.parametrize("damage", ["cut", "flip", "empty"])
def test_finished_part_that_is_damaged_is_made_again(tmp_path, damage):
    rows = numbered_films(30)
    with pytest.raises(ServerUnavailableError):
        tag(tmp_path, rows, Failing(8), concurrency=1)
    part = next(tmp_path.glob(".genres.parquet.partial-*/part-0000001.parquet"))
    content = bytearray(part.read_bytes())
    content[40] ^= 255
    part.write_bytes({"cut": content[:-9], "flip": content, "empty": b""}[damage])
    assert tag(tmp_path, rows).found_finished == 8
    assert pq.read_table(tmp_path / "genres.parquet")["id"].to_pylist() == [r[0] for r in rows]


@pytest.mark.parametrize("change", ["table", "model", "version", "text"])
def test_finished_parts_of_something_else_are_not_taken(tmp_path, change):
    rows = numbered_films(30)
    with pytest.raises(ServerUnavailableError):
        tag(tmp_path, rows, Failing(8), concurrency=1)
    predictor = LengthPredictor(version=2 if change == "version" else 1)
    if change == "table":
        rows[-1] = ("other", "O", "plot", "")
    if change == "model":
        answer = predictor.predict_batch
        predictor.predict_batch = lambda batch: [
            type(one)(one.genres, {"Drama": 0.5, "Film-Noir": 0.25}, "fake", 1)
            for one in answer(batch)
        ]
    options = {"text": "plot+tagline"} if change == "text" else {}
    assert tag(tmp_path, rows, predictor, **options).found_finished == 0
    assert not list(tmp_path.glob(".*"))


def test_model_that_changes_its_version_on_the_way_is_refused(tmp_path):
    predictor = LengthPredictor()
    answer = predictor.predict_batch

    def predict_batch(batch):
        predictor.version = 2 if len(predictor.batches) > 3 else 1
        return answer(batch)

    predictor.predict_batch = predict_batch
    with pytest.raises(PredictorError, match=r"Version 2 .* after version 1"):
        tag(tmp_path, numbered_films(30), predictor)


def test_out_that_exists_is_kept(tmp_path):
    (tmp_path / "genres.parquet").write_text("precious")
    with pytest.raises(KerasGenreError, match=r"genres\.parquet exists already"):
        tag(tmp_path, numbered_films(3))
    assert (tmp_path / "genres.parquet").read_text() == "precious"


@pytest.mark.parametrize(
    ("options", "message"),
    [({"out": "genres.txt"}, r"\.parquet or \.csv"), ({"text": "title"}, "Expected text")],
)
def test_unsound_arguments_raise(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        tag(tmp_path, numbered_films(1), **options)


def test_table_that_cannot_be_read_to_its_end_is_refused_before_any_work(tmp_path):
    table = write_films(tmp_path, numbered_films(30))
    with open(table, "a") as file:
        file.write('tt99,"never closed,plot,\n')
    predictor = LengthPredictor()
    with pytest.raises(CatalogError, match="line 32"):
        predict_table(predictor, table, tmp_path / "genres.parquet")
    assert predictor.batches == []


def test_few_films_are_in_memory_at_a_time(tmp_path, monkeypatch):
    waiting = []

    class Counting(LengthPredictor):
        def predict_batch(self, batch):
            waiting.append(taken[0])
            return super().predict_batch(batch)

    taken = [0]
    film = table_work.FilmRows._film

    def counted(self, *args):
        taken[0] += 1
        return film(self, *args)

    table = write_films(tmp_path, numbered_films(200))
    monkeypatch.setattr(table_work.FilmRows, "_film", counted)
    predict_table(Counting(), table, tmp_path / "genres.parquet", tmp_path / "posters")
    # 200 rows are counted by the check; then no more than two parts are read ahead.
    ahead = [seen - 200 - 3 * number for number, seen in enumerate(waiting[1:])]
    assert max(ahead) <= 8 * 3 + 6


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_table_killed_again_and_again_is_the_same_in_the_end(tmp_path, seed):
    rows = [*numbered_films(90), ("bad", "B", "plot", "bad.jpg")]
    tag(tmp_path, rows)
    expected = (tmp_path / "genres.parquet").read_bytes()
    listed = (tmp_path / "genres.rejects.csv").read_bytes()
    for name in ("genres.parquet", "genres.rejects.csv"):
        (tmp_path / name).unlink()
    code = """
        import sys
        from bulk_films import LengthPredictor
        from keras_genre.client.bulk import predicting, table_work
        table_work.PART, predicting._BATCH = 8, 3
        print("ready", flush=True)
        folder = sys.argv[1]
        predicting.predict_table(
            LengthPredictor(delay=0.01), f"{folder}/films.csv", f"{folder}/genres.parquet",
            f"{folder}/posters",
        )
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(
        [str(Path(__file__).parents[n]) for n in (1, 2)])}  # fmt: skip
    moments = random.Random(seed)
    kills = 0
    for _ in range(60):
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
            process.stdout.readline()
            time.sleep(moments.uniform(0.0, 0.25))
            process.kill()
        assert process.returncode in (-9, 0)
        if (tmp_path / "genres.parquet").exists():
            break
        kills += 1
    assert kills >= 1
    assert (tmp_path / "genres.parquet").read_bytes() == expected
    assert (tmp_path / "genres.rejects.csv").read_bytes() == listed
