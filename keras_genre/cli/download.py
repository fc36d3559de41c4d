"""`keras-genre download`: published sets of films."""

import contextlib
import shlex
import shutil
from pathlib import Path

import click

from keras_genre.cli.output import emit, json_option, progress_bar, say
from keras_genre.cli.parameters import Choice, Folder

_BASE = "https://archive.org/download/mmimdb/"
_ARCHIVE, _HDF5, _METADATA = "mmimdb.tar.gz", "multimodal_imdb.hdf5", "metadata.npy"
_UNPACKED = "mmimdb"

# What the files begin with.
_MAGIC = {_ARCHIVE: b"\x1f\x8b", _HDF5: b"\x89HDF", _METADATA: b"\x93NUMPY"}

# The file's own arithmetic: 25,959 posters of 3x256x160 numbers of four bytes, and 4,396 features.
_SPACE = {
    "raw": f"{_ARCHIVE} is about 8.1 GB, and needs about as much again once it is unpacked",
    "hdf5": f"{_HDF5} is about 13 GB, and {_METADATA} much less",
}


@click.group()
def command():
    """Fetch a published set of films."""


@command.command("mm-imdb")
@click.option("--to", required=True, type=Folder(), help="Folder to download into.")
@click.option(
    "--part", default="raw", show_default=True, type=Choice(list(_SPACE)),
    help="raw: posters and plots as published. hdf5: small posters, plots as numbers.",
)  # fmt: skip
@click.option("--url", default=_BASE, show_default=True, help="Folder on a server with the files.")
@json_option
def mm_imdb(to, part, url, as_json):
    """Fetch MM-IMDb: 25,959 films of 23 genres, with plots and posters.

    A download that broke off goes on where it was when the same is run again, and what is there
    already is left alone.
    """
    folder = Path(to)
    url = f"{url.rstrip('/')}/"
    say(f"{_SPACE[part]}; {_free_gigabytes(folder)} GB are free in {folder}.")
    result = {"raw": _fetch_raw, "hdf5": _fetch_hdf5}[part](url, folder)
    lines = [f"{name}: {path}" for name, path in result.items() if name != "next"]
    lines.append(f"Next: {result['next']}")
    emit(result, "\n".join(lines), as_json)


def _fetch_raw(url: str, folder: Path) -> dict[str, str]:
    archive, unpacked = folder / _ARCHIVE, folder / _UNPACKED
    if unpacked.is_dir() and any(unpacked.iterdir()):
        say(f"{unpacked} is there already.")
    else:
        from keras_genre.catalog.unpacking import unpack_tar

        _fetch(url, archive)
        with _megabytes(f"Unpacking {_ARCHIVE}") as progress:
            unpack_tar(archive, unpacked, progress=progress)
    if archive.exists():
        say(f"{archive} is no longer needed: it may be deleted.")
    return {"folder": str(unpacked), "next": _next_command("mm-imdb", unpacked)}


def _fetch_hdf5(url: str, folder: Path) -> dict[str, str]:
    for name in (_METADATA, _HDF5):
        _fetch(url, folder / name)
    return {
        "hdf5": str(folder / _HDF5),
        "metadata": str(folder / _METADATA),
        "next": _next_command(
            "mm-imdb-hdf5", folder / _HDF5, "--posters", folder / "mmimdb_posters"
        ),
    }


def _fetch(url: str, path: Path) -> None:
    from keras_genre.catalog.downloading import download_file

    there = path.is_file()
    with contextlib.nullcontext() if there else _megabytes(f"Downloading {path.name}") as progress:
        download_file(f"{url}{path.name}", path, magic=_MAGIC[path.name], progress=progress)
    if there:
        say(f"{path} is there already.")


@contextlib.contextmanager
def _megabytes(label: str):
    """Give a callback `(bytes, bytes_in_all)` that draws a bar in megabytes."""
    with progress_bar(f"{label}, MB") as update:
        yield lambda done, total: update(done // 10**6, total // 10**6)


def _free_gigabytes(folder: Path) -> str:
    there = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    return f"{shutil.disk_usage(there).free / 1e9:,.1f}"


def _next_command(source: str, *arguments) -> str:
    words = ["keras-genre", "prepare", source, *map(str, arguments), "--out", "data/mmimdb"]
    return shlex.join(words)
