import contextlib
import errno
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from keras_genre import staging as staging_module
from keras_genre.errors import DatasetError, KerasGenreError
from keras_genre.staging import one_at_a_time, scratch_folder, staged_file, staged_folder

_WRITER = """
import sys
from keras_genre.errors import DatasetError
from keras_genre.staging import staged_folder
with staged_folder(sys.argv[1], DatasetError) as staging:
    (staging / "file").write_text("x")
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer():
    """Start a process that is in the middle of writing a folder until its input ends."""
    processes = []

    def start(target):
        processes.append(
            subprocess.Popen(
                [sys.executable, "-c", _WRITER, target],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        assert processes[-1].stdout.readline() == "writing\n"
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_staged_folder_after_success_stands_at_its_target(tmp_path):
    target = tmp_path / "a" / "b"
    with staged_folder(target, DatasetError) as staging:
        assert staging.parent == target.parent
        (staging / "file").write_text("x")
        assert not target.exists()
    assert (target / "file").read_text() == "x"
    assert os.listdir(target.parent) == ["b"]


def test_staged_folder_made_has_the_usual_permissions(tmp_path):
    (tmp_path / "usual").mkdir()
    with staged_folder(tmp_path / "staged", DatasetError):
        pass
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "staged")}
    assert len(modes) == 1


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_staged_folder_after_an_error_leaves_nothing(tmp_path, error):
    with pytest.raises(error), staged_folder(tmp_path / "target", DatasetError) as staging:
        _write_then_raise(staging / "file", error)
    assert os.listdir(tmp_path) == []


def test_staged_folder_with_an_empty_target_replaces_it(tmp_path):
    (tmp_path / "target").mkdir()
    with staged_folder(tmp_path / "target", DatasetError) as staging:
        (staging / "file").write_text("x")
    assert (tmp_path / "target" / "file").read_text() == "x"


def test_staged_folder_after_an_error_takes_away_the_parents_that_it_made(tmp_path):
    (tmp_path / "mine").mkdir()
    target = tmp_path / "mine" / "a" / "b" / "target"
    with pytest.raises(RuntimeError), staged_folder(target, DatasetError) as staging:
        _write_then_raise(staging / "file", RuntimeError)
    assert list(tmp_path.rglob("*")) == [tmp_path / "mine"]


def test_staged_folder_after_an_error_leaves_parents_that_others_use(tmp_path):
    target = tmp_path / "a" / "b" / "target"
    with pytest.raises(RuntimeError), staged_folder(target, DatasetError):
        _write_then_raise(tmp_path / "a" / "neighbour", RuntimeError)
    assert list(tmp_path.rglob("*")) == [tmp_path / "a", tmp_path / "a" / "neighbour"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_staged_folder_on_a_disk_that_takes_no_more_says_where_and_what_to_do(tmp_path, number):
    with (
        pytest.raises(DatasetError, match=r"[Nn]ame another folder") as caught,
        staged_folder(tmp_path / "target", DatasetError),
    ):
        raise OSError(number, "whatever the system says")
    assert str(caught.value).startswith(f"Cannot write to {tmp_path}: ")
    assert caught.value.__cause__.errno == number
    assert os.listdir(tmp_path) == []


def test_staged_folder_keeps_an_error_that_is_not_the_disk_s(tmp_path):
    with (
        pytest.raises(PermissionError, match="a poster"),
        staged_folder(tmp_path / "target", DatasetError),
    ):
        raise PermissionError(errno.EACCES, "denied", "a poster")


def test_staged_folder_removes_what_a_killed_process_left(tmp_path, writer):
    killed = writer(tmp_path / "target")
    killed.kill()
    killed.wait()
    (left,) = os.listdir(tmp_path)
    assert left.startswith(".target.partial-")
    with staged_folder(tmp_path / "other", DatasetError):
        pass
    assert sorted(os.listdir(tmp_path)) == [
        left,
        "other",
    ]  # of another target: none of its business
    with staged_folder(tmp_path / "target", DatasetError) as staging:
        assert sorted(os.listdir(tmp_path)) == [staging.name, "other"]
    assert sorted(os.listdir(tmp_path)) == ["other", "target"]


def test_staged_folder_leaves_a_process_alone_that_still_writes(tmp_path, writer):
    alive = writer(tmp_path / "target")
    with pytest.raises(RuntimeError), staged_folder(tmp_path / "target", DatasetError) as staging:
        _write_then_raise(staging / "file", RuntimeError)
    alive.communicate("")
    assert alive.returncode == 0
    assert os.listdir(tmp_path) == ["target"]
    assert (tmp_path / "target" / "file").read_text() == "x"


def test_staged_folder_leaves_folders_alone_that_it_never_made(tmp_path):
    (tmp_path / ".target.partial-notes").mkdir()
    (tmp_path / ".target.partial-0123abcd").write_text("a file")
    with staged_folder(tmp_path / "target", DatasetError):
        pass
    assert len(os.listdir(tmp_path)) == 3


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "no locks here"), None])
def test_staged_folder_without_locks_removes_nothing(tmp_path, monkeypatch, error):
    def refuse(descriptor, operation):
        raise error

    if error:
        monkeypatch.setattr(staging_module.fcntl, "flock", refuse)
    else:
        monkeypatch.setattr(staging_module, "fcntl", None)
    (tmp_path / ".target.partial-0123abcd").mkdir()
    with staged_folder(tmp_path / "target", DatasetError):
        pass
    assert sorted(os.listdir(tmp_path)) == [".target.partial-0123abcd", "target"]


def test_staged_folder_taken_for_abandoned_before_it_was_locked_is_made_anew(tmp_path, monkeypatch):
    lock, taken = staging_module.fcntl.flock, []

    def remove_first(descriptor, operation):
        if not taken:
            taken.extend(tmp_path.iterdir())
            taken[0].rmdir()
        lock(descriptor, operation)

    monkeypatch.setattr(staging_module.fcntl, "flock", remove_first)
    with staged_folder(tmp_path / "target", DatasetError) as staging:
        assert staging.name != taken[0].name
        (staging / "file").write_text("x")
    assert os.listdir(tmp_path) == ["target"]


@pytest.mark.parametrize("error", [None, RuntimeError])
def test_staged_folder_keeps_no_file_open(tmp_path, error):
    before = _next_descriptor()
    with contextlib.suppress(RuntimeError), staged_folder(tmp_path / "target", DatasetError):
        if error:
            raise error
    assert _next_descriptor() == before


def _next_descriptor():
    """The lowest number that no open file has."""
    descriptor = os.open(os.devnull, os.O_RDONLY)
    os.close(descriptor)
    return descriptor


def test_scratch_folders_at_once_do_not_take_each_other_for_abandoned(tmp_path):
    def write(number):
        with scratch_folder(tmp_path, ".staging-", DatasetError) as scratch:
            (scratch / "file").write_text("x")
            os.rename(scratch, tmp_path / str(number))

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert len(list(tmp_path.glob("*/file"))) == len(os.listdir(tmp_path)) == 40


def _write_then_raise(path, error):
    path.write_text("new")
    raise error


def _full(target):
    target.mkdir()
    (target / "precious").write_text("x")


@pytest.mark.parametrize(
    "occupy",
    [
        pytest.param(_full, id="full folder"),
        pytest.param(lambda target: target.write_text("x"), id="file"),
        pytest.param(lambda target: target.symlink_to("nowhere"), id="dangling link"),
        pytest.param(lambda target: target.symlink_to(target.parent), id="link to a folder"),
    ],
)
def test_staged_folder_with_something_at_its_target_is_refused(tmp_path, occupy):
    target = tmp_path / "target"
    occupy(target)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(DatasetError, match="exists already"), staged_folder(target, DatasetError):
        pytest.fail("The block must not run.")
    assert sorted(tmp_path.rglob("*")) == before


def test_staged_folder_with_a_link_to_an_empty_folder_at_its_target_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    with (
        pytest.raises(DatasetError, match="exists already"),
        staged_folder(tmp_path / "link", DatasetError),
    ):
        pytest.fail("The block must not run.")


def test_staged_folder_when_the_target_appears_meanwhile_leaves_it_alone(tmp_path):
    target = tmp_path / "target"
    with pytest.raises(DatasetError, match="exists already"), staged_folder(target, DatasetError):
        _full(target)
    assert os.listdir(tmp_path) == ["target"]
    assert (target / "precious").read_text() == "x"


@pytest.mark.parametrize("name", ["file/target", "x" * 300])
def test_staged_folder_that_cannot_be_made_raises_the_error_asked_for(tmp_path, name):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(DatasetError, match="Cannot write"),
        staged_folder(tmp_path / name, DatasetError),
    ):
        pytest.fail("The block must not run.")


def test_staged_file_after_success_replaces_its_target(tmp_path):
    target = tmp_path / "a" / "file"
    for content in ("one", "two"):
        with staged_file(target) as staging:
            staging.write_text(content)
        assert target.read_text() == content
    assert os.listdir(target.parent) == ["file"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_staged_file_after_an_error_keeps_the_old_content(tmp_path, error):
    target = tmp_path / "file"
    target.write_text("old")
    with pytest.raises(error), staged_file(target) as staging:
        _write_then_raise(staging, error)
    assert target.read_text() == "old"
    assert os.listdir(tmp_path) == ["file"]


def test_staged_file_that_cannot_be_written_says_where(tmp_path):
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(KerasGenreError, match=f"Cannot write to {tmp_path / 'file'}"),
        staged_file(tmp_path / "file" / "target"),
    ):
        pytest.fail("The block must not run.")


def test_staged_file_written_by_several_at_once_is_one_of_theirs(tmp_path):
    def write(number):
        with staged_file(tmp_path / "file") as staging:
            staging.write_text(str(number) * 1000)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(10)))
    assert len(set((tmp_path / "file").read_text())) == 1
    assert os.listdir(tmp_path) == ["file"]


def test_one_at_a_time_goes_on_without_a_folder_and_without_locks(tmp_path, monkeypatch):
    with one_at_a_time(tmp_path / "nothing"):
        pass
    monkeypatch.setattr(staging_module, "fcntl", None)
    with one_at_a_time(tmp_path), one_at_a_time(tmp_path):
        pass
