import gzip
import io
import os
import tarfile
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mm_imdb_files import pack, packed, write_raw

from keras_genre.catalog import unpacking
from keras_genre.catalog.unpacking import unpack_tar
from keras_genre.errors import KerasGenreError


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    folder = tmp_path_factory.mktemp("packed")
    return pack(write_raw(folder / "mmimdb"), folder / "mmimdb.tar.gz")


def _contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_unpack_tar_gives_every_file(archive, tmp_path):
    seen = []
    unpack_tar(archive, tmp_path / "out", progress=lambda *now: seen.append(now))
    assert _contents(tmp_path / "out" / "mmimdb") == _contents(archive.parent / "mmimdb")
    assert os.listdir(tmp_path) == ["out"]
    assert seen[-1] == (archive.stat().st_size,) * 2


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0, 0.999))
def test_unpack_tar_of_a_cut_archive_leaves_nothing(archive, tmp_path_factory, share):
    folder = tmp_path_factory.mktemp("cut")
    content = archive.read_bytes()
    (folder / "cut.tar.gz").write_bytes(content[: int(share * len(content))])
    with pytest.raises(KerasGenreError, match=r"cut\.tar\.gz"):
        unpack_tar(folder / "cut.tar.gz", folder / "out")
    assert os.listdir(folder) == ["cut.tar.gz"]


@settings(max_examples=40, deadline=None)
@given(share=st.floats(0, 1), flip=st.integers(1, 255))
def test_unpack_tar_of_a_damaged_archive_gives_the_true_files_or_none(
    archive, tmp_path_factory, share, flip
):
    folder = tmp_path_factory.mktemp("damaged")
    content = bytearray(archive.read_bytes())
    content[int(share * (len(content) - 1))] ^= flip
    (folder / "damaged.tar.gz").write_bytes(content)
    told = ""
    try:
        unpack_tar(folder / "damaged.tar.gz", folder / "out")
    except KerasGenreError as error:
        told = str(error)
    if (folder / "out").exists():  # some bits of gzip's own header mean nothing
        assert _contents(folder / "out" / "mmimdb") == _contents(archive.parent / "mmimdb")
    else:
        assert told.startswith(f"{folder / 'damaged.tar.gz'} is ")
        assert os.listdir(folder) == ["damaged.tar.gz"]


def _member(name, kind=tarfile.REGTYPE, target=""):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.mark.parametrize(
    ("member", "told"),
    [
        (_member("/tmp/evil"), "a path that leads out"),
        (_member("a/../../evil"), "a path that leads out"),
        (_member("a", tarfile.SYMTYPE, "/etc/passwd"), "a link"),
        (_member("a", tarfile.SYMTYPE, "split.json"), "a link"),
        (_member("a", tarfile.LNKTYPE, "split.json"), "a link"),
        (_member("a", tarfile.FIFOTYPE), "a device"),
        (_member("a", tarfile.CHRTYPE), "a device"),
        (_member("split.json/a"), "'split.json/a' cannot be unpacked"),
    ],
)
def test_unpack_tar_of_what_is_no_file_inside_refuses_all(tmp_path, member, told):
    archive = packed([(_member("split.json"), b"{}"), (member, b"")], tmp_path / "films.tar.gz")
    with pytest.raises(KerasGenreError, match=told) as error:
        unpack_tar(archive, tmp_path / "out")
    assert str(archive) in str(error.value)
    assert os.listdir(tmp_path) == ["films.tar.gz"]


def _block(kind, size, number=0):
    """A header of a tar, by itself."""
    member = _member(f"a{number}", kind)
    member.size = size
    return member.tobuf(tarfile.GNU_FORMAT)


_PAX = b"12 comment=x".ljust(512, b"\0")
_GLOBAL = b"12 comment=x\n".replace(b"12", b"13").ljust(512, b"\0")


@pytest.mark.parametrize(
    "kind",
    [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME,
     tarfile.GNUTYPE_LONGLINK],
)  # fmt: skip
@pytest.mark.parametrize("before", [b"", _block(tarfile.REGTYPE, 0)])
def test_unpack_tar_of_a_huge_header_refuses_before_it_is_in_memory(tmp_path, kind, before):
    archive = tmp_path / "films.tar.gz"
    archive.write_bytes(gzip.compress(before + _block(kind, 50_000_000) + bytes(50_000_000), 1))
    tracemalloc.start()
    try:
        with pytest.raises(KerasGenreError, match="is damaged: a header of 50,000,000 bytes"):
            unpack_tar(archive, tmp_path / "out")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert os.listdir(tmp_path) == ["films.tar.gz"]


def test_unpack_tar_of_many_large_headers_keeps_none_of_them(tmp_path):
    archive = tmp_path / "films.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1, format=tarfile.PAX_FORMAT) as tar:
        for number in range(200):
            member = _member(f"film{number}")
            member.pax_headers = {"comment": "x" * 60_000}
            tar.addfile(member)
    tracemalloc.start()
    try:
        unpack_tar(archive, tmp_path / "out")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert len(os.listdir(tmp_path / "out")) == 200


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ((_block(tarfile.XGLTYPE, 512) + _GLOBAL) * 2, "a second header of the whole archive"),
        ((_block(tarfile.XHDTYPE, 512) + _PAX) * 2000, "recursion"),
        (_block(tarfile.GNUTYPE_SPARSE, 0), "a file with holes"),
    ],
)
def test_unpack_tar_of_headers_without_an_end_refuses(tmp_path, content, told):
    archive = tmp_path / "films.tar.gz"
    archive.write_bytes(gzip.compress(content + bytes(10240)))
    with pytest.raises(KerasGenreError, match=f"films.tar.gz is damaged: .*{told}"):
        unpack_tar(archive, tmp_path / "out")
    assert os.listdir(tmp_path) == ["films.tar.gz"]


def test_unpack_tar_of_a_file_with_holes_in_the_pax_way_refuses(tmp_path):
    member = _member("film")
    member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    archive = tmp_path / "films.tar.gz"
    with tarfile.open(archive, "w:gz", format=tarfile.PAX_FORMAT) as tar:
        member.size = 1024
        tar.addfile(member, io.BytesIO(b"0\n".ljust(1024, b"\0")))
    with pytest.raises(KerasGenreError, match="a file with holes"):
        unpack_tar(archive, tmp_path / "out")


@pytest.mark.parametrize("style", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_unpack_tar_of_long_names_gives_every_file(tmp_path, style):
    name = "/".join(["film" * 30] * 8)
    archive = tmp_path / "films.tar.gz"
    with tarfile.open(archive, "w:gz", format=style, pax_headers={"comment": "all"}) as tar:
        tar.addfile(_member(name))
    unpack_tar(archive, tmp_path / "out")
    assert _contents(tmp_path / "out") == {name: b""}


def test_unpack_tar_makes_nothing_executable_or_owned_by_others(tmp_path):
    member = _member("run.sh")
    member.mode, member.uid = 0o6777, 12345
    unpack_tar(packed([(member, b"x")], tmp_path / "films.tar.gz"), tmp_path / "out")
    found = (tmp_path / "out" / "run.sh").stat()
    assert found.st_mode & 0o7022 == 0
    assert found.st_uid == os.getuid()


def test_unpack_tar_of_too_many_members_refuses(archive, tmp_path):
    unpack_tar(archive, tmp_path / "enough", max_members=11)
    with pytest.raises(KerasGenreError, match="more than 10 files and folders"):
        unpack_tar(archive, tmp_path / "out", max_members=10)
    assert os.listdir(tmp_path) == ["enough"]


def test_unpack_tar_of_more_than_fits_refuses_before_the_disk_is_full(tmp_path, monkeypatch):
    members = [(_member(name), bytes(600)) for name in "ab"]
    archive = packed(members, tmp_path / "films.tar.gz")

    class Usage:
        free = 1199

    monkeypatch.setattr(unpacking.shutil, "disk_usage", lambda _: Usage)
    with pytest.raises(KerasGenreError, match=r"need 1,200 bytes, and 1,199 are free"):
        unpack_tar(archive, tmp_path / "out")
    assert os.listdir(tmp_path) == ["films.tar.gz"]
    Usage.free = 1200
    unpack_tar(archive, tmp_path / "out")


# Named: the two packed ones hold the second of their making, and test names must not.
@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "expected it to begin with", id="empty"),
        pytest.param(b" <!DOCTYPE html>", "received a web page", id="page"),
        pytest.param(b"PK\x03\x04", "received b'PK", id="zip"),
        pytest.param(gzip.compress(b"no tar at all" * 99), "is damaged", id="no tar"),
        pytest.param(gzip.compress(bytes(10240)), "holds no file", id="no file"),
    ],
)
def test_unpack_tar_of_another_kind_of_file_says_what_it_is(tmp_path, content, told):
    (tmp_path / "films.tar.gz").write_bytes(content)
    with pytest.raises(KerasGenreError, match=told):
        unpack_tar(tmp_path / "films.tar.gz", tmp_path / "out")
    assert os.listdir(tmp_path) == ["films.tar.gz"]


def test_unpack_tar_without_archive_or_over_a_folder_refuses(archive, tmp_path):
    with pytest.raises(KerasGenreError, match="cannot be read: No such file"):
        unpack_tar(tmp_path / "none.tar.gz", tmp_path / "out")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_bytes(b"x")
    with pytest.raises(KerasGenreError, match="exists already"):
        unpack_tar(archive, tmp_path / "out")
    assert _contents(tmp_path / "out") == {"mine": b"x"}
