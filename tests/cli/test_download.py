import json
import shutil

import pytest
from download_server import FileServer, cut, status
from mm_imdb_files import FILMS, pack, write_hdf5, write_metadata, write_raw

from keras_genre.catalog.mm_imdb import read_mm_imdb


@pytest.fixture
def server(monkeypatch):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "*")
    with FileServer() as server:
        yield server


@pytest.fixture
def download(run, server, monkeypatch, tmp_path):
    """Run `download mm-imdb` against the server; give exit code, standard output and error."""
    monkeypatch.setattr("keras_genre.catalog.downloading.time.sleep", lambda _: None)

    def call(*options):
        place = ("--to", tmp_path / "films", "--url", f"{server.url}/mmimdb")
        return run("download", "mm-imdb", *place, *options)

    return call


@pytest.fixture
def archive(server, tmp_path):
    """The server's archive; what it was packed from is gone."""
    made = pack(write_raw(tmp_path / "made" / "mmimdb"), tmp_path / "made" / "mmimdb.tar.gz")
    server.files["/mmimdb/mmimdb.tar.gz"] = made.read_bytes()
    shutil.rmtree(tmp_path / "made")


@pytest.mark.usefixtures("archive")
def test_download_fetches_unpacks_and_names_the_next_command(download, tmp_path):
    code, out, err = download()
    assert code == 0
    folder = tmp_path / "films" / "mmimdb"
    assert f"Next: keras-genre prepare mm-imdb {folder} --out data/mmimdb\n" in out
    assert len(read_mm_imdb(folder)) == len(FILMS)
    assert "about 8.1 GB" in err
    assert f"GB are free in {tmp_path / 'films'}" in err
    assert f"{tmp_path / 'films' / 'mmimdb.tar.gz'} is no longer needed" in err


@pytest.mark.usefixtures("archive")
def test_download_as_json_prints_nothing_else(download, tmp_path):
    code, out, _ = download("--json")
    assert code == 0
    assert json.loads(out) == {
        "folder": str(tmp_path / "films" / "mmimdb"),
        "next": f"keras-genre prepare mm-imdb {tmp_path / 'films' / 'mmimdb'} --out data/mmimdb",
    }


@pytest.mark.usefixtures("archive")
def test_download_run_again_goes_on_and_skips_what_is_done(download, server, tmp_path):
    server.behaviours = [cut(1000), *[status(503)] * 4]
    code, out, err = download()
    assert (code, out) == (1, "")
    assert "The 1,000 bytes that came are kept" in err
    assert download()[0] == 0
    assert server.requests[-1]["Range"] == "bytes=1000-"
    server.requests.clear()
    assert download()[0] == 0
    (tmp_path / "films" / "mmimdb.tar.gz").unlink()
    code, out, err = download()
    assert code == 0
    assert "is there already" in err
    assert server.requests == []


@pytest.mark.usefixtures("archive")
def test_download_killed_while_unpacking_unpacks_anew_without_fetching(download, server, tmp_path):
    assert download()[0] == 0
    shutil.rmtree(tmp_path / "films" / "mmimdb")
    server.requests.clear()
    assert download()[0] == 0
    assert server.requests == []
    assert len(read_mm_imdb(tmp_path / "films" / "mmimdb")) == len(FILMS)


def test_download_of_a_damaged_archive_says_to_delete_it(download, server, tmp_path):
    server.files["/mmimdb/mmimdb.tar.gz"] = b"\x1f\x8b\x08 damaged"
    code, out, err = download()
    assert (code, out) == (1, "")
    assert f"{tmp_path / 'films' / 'mmimdb.tar.gz'} is damaged" in err
    assert "delete it and download it anew" in err
    assert not (tmp_path / "films" / "mmimdb").exists()


def test_download_of_the_hdf5_part_fetches_both_files(download, server, tmp_path):
    hdf5 = write_hdf5(tmp_path / "made.hdf5").read_bytes()
    metadata = write_metadata(tmp_path / "made.npy").read_bytes()
    server.files["/mmimdb/multimodal_imdb.hdf5"] = hdf5
    server.files["/mmimdb/metadata.npy"] = metadata
    code, out, _ = download("--part", "hdf5")
    assert code == 0
    folder = tmp_path / "films"
    assert (folder / "multimodal_imdb.hdf5").read_bytes() == hdf5
    assert (folder / "metadata.npy").read_bytes() == metadata
    command = f"prepare mm-imdb-hdf5 {folder / 'multimodal_imdb.hdf5'} --posters"
    assert command in out


def test_download_from_where_nothing_is_fails_and_names_the_address(download, server):
    code, out, err = download()
    assert (code, out) == (1, "")
    assert f"Error: {server.url}/mmimdb/mmimdb.tar.gz: the server answered 404" in err


def test_download_used_wrongly_exits_2(download, run):
    assert download("--part", "raws")[0] == 2
    assert run("download", "mm-imdb")[0] == 2
