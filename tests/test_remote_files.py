import sys
from pathlib import Path

import fsspec
import pytest

from keras_genre.errors import KerasGenreError
from keras_genre.remote_files import (
    as_path,
    file_name,
    folder_of,
    is_remote,
    list_files,
    local_copy,
    read_file,
    remote_states,
)


@pytest.fixture
def store():
    """An empty store in memory."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    store.pseudo_dirs[:] = [""]
    yield store
    store.store.clear()


@pytest.mark.parametrize("path", ["memory://a", "gs://b/c.jpg", "s3a://x", "s3+https://x"])
def test_url_is_remote(path):
    assert is_remote(path)


@pytest.mark.parametrize("path", ["", "a.jpg", "/a", "C:/a.jpg", "C://a", "://a", "a:b//c"])
def test_path_of_this_machine_is_not_remote(path):
    assert not is_remote(path)


def test_file_reads_the_same_here_and_at_a_store(store, tmp_path):
    (tmp_path / "a").write_bytes(b"\0\xff")
    store.pipe("/films/a", b"\0\xff")
    places = (tmp_path / "a", str(tmp_path / "a"), "memory://films/a", f"file://{tmp_path}/a")
    assert [read_file(place) for place in places] == [b"\0\xff"] * 4


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [
        ("gs://bucket/in/a.csv", "gs://bucket/in", "a.csv"),
        ("gs://bucket/in/a?b.csv", "gs://bucket/in", "a?b.csv"),
        ("https://host/in/a.csv?key=x/y#z", "https://host/in", "a.csv"),
        ("memory://a.csv", "memory://", "a.csv"),
        ("file:///a.csv", "file:///", "a.csv"),
        ("in/a.csv", Path("in"), "a.csv"),
    ],
)
def test_url_has_a_folder_and_a_name_as_a_path_has(path, folder, name):
    assert (folder_of(path), file_name(path)) == (folder, name)
    assert as_path(path) == (path if is_remote(path) else Path(path))


def test_copy_of_a_file_at_a_store_is_here_for_a_while(store, tmp_path):
    store.pipe("/films/a", b"\0\xff")
    with local_copy("memory://films/a") as copy:
        assert copy.read_bytes() == b"\0\xff"
    assert not copy.exists()
    (tmp_path / "a").touch()
    with local_copy(tmp_path / "a") as copy:
        assert copy == tmp_path / "a"
    assert copy.exists()


def test_fault_of_whoever_reads_a_copy_stays_what_it_was(store):
    store.pipe("/films/a", b"")
    with pytest.raises(KeyError), local_copy("memory://films/a"):
        raise KeyError("film")


def test_file_that_is_not_at_the_store_is_named(store):
    with pytest.raises(FileNotFoundError) as caught:
        read_file("memory://films/gone.jpg")
    assert caught.value.filename == "memory://films/gone.jpg"
    with pytest.raises(FileNotFoundError) as caught, local_copy("memory://films/gone.jpg"):
        pass
    assert caught.value.filename == "memory://films/gone.jpg"


def test_files_are_listed_with_those_of_inner_folders(store):
    for name in ("a.jpg", "b/c.jpg"):
        store.pipe(f"/films/posters/{name}", b"x")
    store.pipe("/films/postersx/d.jpg", b"x")
    for folder in ("memory://films/posters", "memory://films/posters/"):
        assert sorted(list_files(folder)) == ["a.jpg", "b/c.jpg"]


def test_empty_folder_of_a_store_is_none(store):
    with pytest.raises(FileNotFoundError, match="memory://films/none"):
        list_files("memory://films/none")


def test_states_change_with_the_file_and_leave_out_what_is_not_there(store):
    paths = ["memory://films/a", "memory://films/in/b", "memory://films/gone", "memory://no/c"]
    store.pipe("/films/a", b"1")
    store.pipe("/films/in/b", b"22")
    before = remote_states(paths)
    assert {path: size for path, (size, _) in before.items()} == {paths[0]: 1, paths[1]: 2}
    assert remote_states(paths) == before
    store.pipe("/films/a", b"3")
    after = remote_states(paths)
    assert after[paths[0]] != before[paths[0]]
    assert after[paths[1]] == before[paths[1]]


def test_store_without_its_package_names_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gcsfs", None)
    with pytest.raises(KerasGenreError, match=r"gcsfs.*keras-genre\[cloud\]"):
        read_file("gs://bucket/a.jpg")


def test_fsspec_that_is_not_installed_is_named_as_an_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(KerasGenreError, match=r"memory://a.*keras-genre\[cloud\]"):
        read_file("memory://a")


def test_unknown_store_is_refused():
    with pytest.raises(KerasGenreError, match="at no store that is known"):
        read_file("films://a")
