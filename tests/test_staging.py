import os
import stat

import pytest

from keras_genre.errors import DatasetError
from keras_genre.staging import staged_file, staged_folder


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
