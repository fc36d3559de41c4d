import subprocess
import sys

import pytest

from keras_genre.errors import ServerError
from keras_genre.model_versions import list_versions
from keras_genre.server import find_models
from keras_genre.server.model_folders import folder_fingerprint


def test_find_models_folder_of_models_names_each(tmp_path):
    (tmp_path / "b" / "1").mkdir(parents=True)
    (tmp_path / "a" / "20240101").mkdir(parents=True)
    (tmp_path / "notes" / "drafts").mkdir(parents=True)
    (tmp_path / ".a.partial" / "1").mkdir(parents=True)
    (tmp_path / "readme.txt").touch()
    assert find_models(tmp_path) == {"a": tmp_path / "a", "b": tmp_path / "b"}


def test_find_models_one_models_folder_is_that_model(tmp_path, monkeypatch):
    (tmp_path / "m" / "1").mkdir(parents=True)
    assert find_models(tmp_path / "m") == {"m": tmp_path / "m"}
    monkeypatch.chdir(tmp_path / "m")
    assert list(find_models(".")) == ["m"]


def test_find_models_missing_folder_says_how_to_make_one(tmp_path):
    with pytest.raises(ServerError, match=r"No such file.*saved_model\.pb.*`keras-genre export`"):
        find_models(tmp_path / "nowhere")


def test_find_models_folder_without_model_says_how_to_make_one(tmp_path):
    (tmp_path / "m" / "one").mkdir(parents=True)
    (tmp_path / "m" / "1").touch()  # a file is no version
    with pytest.raises(ServerError, match=r"^No model in .*`keras-genre export`"):
        find_models(tmp_path)


def test_find_models_version_folder_says_to_name_its_parent(tiny_models):
    with pytest.raises(ServerError, match="Name the folder above it"):
        find_models(tiny_models / "1")


def test_find_models_needs_neither_tensorflow_nor_grpc(tmp_path):
    (tmp_path / "m" / "1").mkdir(parents=True)
    script = (
        "import sys, keras_genre.server as server\n"
        f"assert list(server.find_models({str(tmp_path)!r})) == ['m']\n"
        "assert not {'tensorflow', 'grpc', 'keras'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_list_versions_orders_by_number_not_by_name(tmp_path):
    for name in ("2", "10", "007", "-1", "1.5", "v1", "\u0663", str(2**63)):
        (tmp_path / name).mkdir()
    assert list(list_versions(tmp_path)) == [2, 7, 10]


def test_folder_fingerprint_changes_with_any_file(tmp_path):
    (tmp_path / "variables").mkdir()
    before = folder_fingerprint(tmp_path)
    (tmp_path / "variables" / "data").write_bytes(b"1")
    between = folder_fingerprint(tmp_path)
    (tmp_path / "variables" / "data").write_bytes(b"12")
    assert len({before, between, folder_fingerprint(tmp_path)}) == 3
    assert folder_fingerprint(tmp_path) == folder_fingerprint(tmp_path)
