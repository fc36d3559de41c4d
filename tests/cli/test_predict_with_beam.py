"""A table predicted by Apache Beam, beside the same table predicted without."""

import json
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from beam_warnings import BEAM_WARNINGS
from bulk_films import write_films

from keras_genre.client.bulk import table_work
from keras_genre.client.bulk.beam import predict_table_with_beam
from keras_genre.errors import ModelNotFoundError

pytest.importorskip("apache_beam")
pytestmark = BEAM_WARNINGS


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """Films of which some lack something, and some cannot be predicted."""
    folder = tmp_path_factory.mktemp("films")
    rows = [
        ("fine", "F", "A heist goes wrong.", "good.jpg"),
        ("no plot", "N", "", "good.jpg"),
        ("nothing", "N", " ", ""),
        ("bad poster", "B", "A robot in love.", "bad.jpg"),
        ("bad alone", "B", "", "bad.jpg"),
        ("", "no id", "A plot.", ""),
        ("away", "A", "A war at sea.", "gone.jpg"),
        *((f"tt{n}", f"Film {n}", "A long way home. " * (1 + 7 * n % 10), "") for n in range(15)),
    ]
    return write_films(folder, rows)


def check_same(table, other):
    assert table.schema.equals(other.schema, check_metadata=True)
    assert len(table) == len(other) > 0
    for film, same in zip(table.to_pylist(), other.to_pylist(), strict=True):
        for name, value in film.items():
            expected = pytest.approx(value, abs=1e-5) if isinstance(value, float) else value
            assert same[name] == expected


def test_predict_with_a_runner_gives_the_table_of_predict(run, table, exported_model, tmp_path):
    asked = ("predict", "--csv", table, "--posters", table.parent / "posters",
             "--saved-models", exported_model.parents[1], "--json")  # fmt: skip
    code, out, err = run(*asked, "--out", tmp_path / "here.parquet")
    assert code == 0, err
    here = json.loads(out)
    runner = ("--runner", "DirectRunner", "--beam-option", "direct_num_workers=1")
    code, out, err = run(*asked, "--out", tmp_path / "beam.parquet", *runner)
    assert code == 0, err
    by_beam = json.loads(out)
    assert (here["films"], here["predicted"], here["left_out"]) == (22, 19, 3)
    for name in ("films", "predicted", "left_out", "without_their_poster", "version"):
        assert by_beam[name] == here[name]
    check_same(*(pq.read_table(tmp_path / f"{name}.parquet") for name in ("here", "beam")))
    rejects = [(tmp_path / f"{name}.rejects.csv").read_bytes() for name in ("here", "beam")]
    assert rejects[0] == rejects[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "beam.parquet", "beam.rejects.csv", "here.parquet", "here.rejects.csv"
    ]  # fmt: skip


def test_parts_that_beam_had_finished_are_not_predicted_again(
    table, exported_model, tmp_path, monkeypatch
):
    from keras_genre.client.bulk import beam_transforms

    monkeypatch.setattr(table_work, "PART", 8)
    written, write = [], beam_transforms.write_part

    def failing(path, *rest):
        written.append(path.name)
        if len(written) == 2:
            raise RuntimeError("the power fails")
        write(path, *rest)

    monkeypatch.setattr(beam_transforms, "write_part", failing)
    out, posters = tmp_path / "genres.parquet", table.parent / "posters"
    with pytest.raises(Exception, match="the power fails"):
        predict_table_with_beam(exported_model, table, out, posters)
    assert not out.exists()
    again = predict_table_with_beam(exported_model, table, out, posters)
    assert again.found_finished in (6, 8)  # of parts of 8, 8 and 6 films, the one that came first
    assert sorted(written[2:]) == sorted({f"part-{n:07}.parquet" for n in range(3)} - {written[0]})
    whole = tmp_path / "whole.parquet"
    assert predict_table_with_beam(exported_model, table, whole, posters).found_finished == 0
    check_same(pq.read_table(out), pq.read_table(whole))


def test_batches_hold_fewer_large_films_and_one_that_is_too_large():
    from keras_genre.client.bulk.beam_transforms import SavedModelHandler

    limits = SavedModelHandler("model").batch_elements_kwargs()
    size, most = limits["element_size_fn"], limits["max_batch_size"]
    assert limits["min_batch_size"] == most
    small, large, huge = (size((None, (b"plot", bytes(n)))) for n in (0, 10 << 20, 100 << 20))
    assert most // small > 50
    assert 0 < most // large < 10
    assert huge == most  # alone in its batch; more would leave an empty batch before it


def test_model_that_is_not_there_is_named(table, tmp_path):
    with pytest.raises(ModelNotFoundError, match="holds no exported model"):
        predict_table_with_beam(tmp_path / "none", table, tmp_path / "genres.parquet")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--plot", "A heist.", "--runner", "DirectRunner"), "--csv"),
        (("--csv", "a.csv", "--out", "a.parquet", "--beam-option", "x=1"), "--runner"),
        (("--csv", "a.csv", "--out", "a.parquet", "--runner", "DirectRunner", "--server",
          "localhost:1", "--model", "m"), "--server"),
    ],
)  # fmt: skip
def test_runner_used_wrongly_exits_with_two(run, options, message):
    code, _, err = run("predict", *options)
    assert code == 2
    assert message in err


def test_predict_without_beam_names_the_extra(run, table, exported_model, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    code, _, err = run(
        "predict", "--csv", table, "--out", Path(tmp_path, "genres.parquet"), "--saved-models",
        exported_model.parents[1], "--runner", "DirectRunner",
    )  # fmt: skip
    assert code == 1
    assert "keras-genre[beam]" in err
