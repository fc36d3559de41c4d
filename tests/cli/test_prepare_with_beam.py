"""`prepare --runner`: the records of `prepare`, byte for byte."""

import json
import sys
from pathlib import Path

import fsspec
import pytest
from beam_warnings import BEAM_WARNINGS

pytest.importorskip("apache_beam")
pytestmark = BEAM_WARNINGS


def files(folder):
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_prepare_with_a_runner_writes_the_same_bytes(run, sample_csv, tmp_path):
    asked = ("prepare", "poster-csv", sample_csv, "--poster-size", 64, "--seed", 2, "--json")
    code, here, err = run(*asked, "--out", tmp_path / "here")
    assert code == 0, err
    options = ("--runner", "DirectRunner", "--beam-option", "direct_num_workers=1")
    code, by_beam, err = run(*asked, "--out", tmp_path / "beam", *options)
    assert code == 0, err
    assert files(tmp_path / "beam") == files(tmp_path / "here")
    assert json.loads(by_beam)["data_hash"] == json.loads(here)["data_hash"]
    code, _, err = run(*asked, "--out", tmp_path / "here", *options)
    assert code == 0, err
    assert "already prepared" in err


def test_prepare_of_a_table_at_a_store_writes_the_shards_of_the_same_table_here(
    run, sample_csv, tmp_path
):
    store, folder = fsspec.filesystem("memory"), Path(sample_csv).parent
    rows = Path(sample_csv).read_text(encoding="utf-8").splitlines(keepends=True)
    few = "".join(rows[:31])
    (tmp_path / "few.csv").write_text(few, encoding="utf-8")
    store.pipe("/bucket/few.csv", few.encode())
    for path in folder.rglob("*.jpg"):
        store.pipe(f"/bucket/{path.relative_to(folder)}", path.read_bytes())
    options = ("--poster-size", 32, "--seed", 2)
    beam = ("--runner", "DirectRunner", "--beam-option", "direct_num_workers=1")
    for name, table, more in (
        ("here", tmp_path / "few.csv", ("--posters", folder)),
        ("there", "memory://bucket/few.csv", ()),
        ("beam", "memory://bucket/few.csv", beam),
    ):
        asked = ("prepare", "poster-csv", table, "--out", tmp_path / name, *options, *more)
        code, _, err = run(*asked)
        assert code == 0, err
    store.store.clear()
    assert files(tmp_path / "beam") == files(tmp_path / "there")
    here, there = files(tmp_path / "here"), files(tmp_path / "there")
    shards = [name for name in here if "tfrecord" in name]
    assert shards
    assert {name: there[name] for name in shards} == {name: here[name] for name in shards}


def test_prepare_with_a_runner_that_nobody_has_names_those_there_are(run, sample_csv, tmp_path):
    asked = ("prepare", "poster-csv", sample_csv, "--out", tmp_path / "data")
    code, _, err = run(*asked, "--runner", "FilmRunner")
    assert code == 1
    assert "FilmRunner" in err
    assert "DirectRunner" in err
    assert not list(tmp_path.iterdir())


def test_prepare_with_a_beam_option_alone_is_used_wrongly(run, sample_csv, tmp_path):
    asked = ("prepare", "poster-csv", sample_csv, "--out", tmp_path / "data")
    code, _, err = run(*asked, "--beam-option", "direct_num_workers=2")
    assert code == 2
    assert "--runner" in err


def test_prepare_without_beam_names_the_extra(run, sample_csv, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    asked = ("prepare", "poster-csv", sample_csv, "--out", tmp_path / "data")
    code, _, err = run(*asked, "--runner", "DirectRunner")
    assert code == 1
    assert "keras-genre[beam]" in err
    assert "--debug" not in err
