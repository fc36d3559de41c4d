import os
import subprocess
import sys

import pytest

from keras_genre.catalog.download_part import DownloadPart, Source
from keras_genre.errors import KerasGenreError

SOURCE = Source("http://example.org/films", 6, '"a"')


@pytest.fixture
def target(tmp_path):
    return tmp_path / "films"


def test_part_goes_on_where_it_was_and_becomes_the_target(target):
    with DownloadPart(target) as part:
        part.start(SOURCE)
        part.append(b"abc")
    assert not target.exists()
    with DownloadPart(target) as part:
        assert (part.size, part.source) == (3, SOURCE)
        part.append(b"def")
        part.finish()
    assert target.read_bytes() == b"abcdef"
    assert os.listdir(target.parent) == ["films"]


def test_part_started_anew_drops_what_came(target):
    with DownloadPart(target) as part:
        part.start(SOURCE)
        part.append(b"abc")
        part.start(Source(SOURCE.url, 2, '"b"'))
        part.append(b"xy")
        part.finish()
    assert target.read_bytes() == b"xy"


@pytest.mark.parametrize("source", [None, Source(SOURCE.url, 6, None)])
def test_part_that_no_attempt_can_use_is_removed_with_its_new_folders(tmp_path, source):
    with DownloadPart(tmp_path / "a" / "b" / "films") as part:
        if source is not None:
            part.start(source)
            part.append(b"abc")
    assert os.listdir(tmp_path) == []


def test_part_in_use_is_refused_to_another(target):
    with DownloadPart(target) as part:
        part.start(SOURCE)
        part.append(b"abc")
        with pytest.raises(KerasGenreError, match="written by another process"):
            DownloadPart(target).__enter__()
        part.append(b"def")
        part.finish()
    assert target.read_bytes() == b"abcdef"


def test_part_where_nothing_can_be_written_says_so(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(KerasGenreError, match="Cannot write"):
        DownloadPart(tmp_path / "file" / "films").__enter__()


_ON_A_SMALL_DISK = """
import pathlib, resource, signal, sys
from keras_genre.catalog.download_part import DownloadPart, Source
from keras_genre.errors import KerasGenreError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, resource.RLIM_INFINITY))
with DownloadPart(pathlib.Path(sys.argv[1])) as part:
    part.start(Source("http://example.org/films", 300_000, '"a"'))
    try:
        for _ in range(10):
            part.append(bytes(30_000))
    except KerasGenreError as error:
        print(error)
"""


def test_part_that_the_disk_cannot_take_says_so_and_is_kept(target):
    command = [sys.executable, "-c", _ON_A_SMALL_DISK, target]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stderr == ""
    assert f"Cannot write {target}.part: File too large. Free some space" in done.stdout
    assert "What came so far is kept: run the same again" in done.stdout
    with DownloadPart(target) as part:
        assert part.size == 150_000
