"""Unpacking an archive that came from elsewhere: whole, inside its folder, or not at all."""

import gzip
import shutil
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from keras_genre.errors import KerasGenreError
from keras_genre.staging import staged_folder

MAX_MEMBERS = 500_000
"""Files and folders in an archive; MM-IMDb's has about 52,000."""

MAX_HEADER_BYTES = 1 << 16
"""What an archive may say about one of its members, the longest path included."""

_GZIP = b"\x1f\x8b"
_BLOCK = 1 << 20


def unpack_tar(
    archive: str | Path,
    folder: str | Path,
    max_members: int = MAX_MEMBERS,
    progress: Callable[[int, int], None] | None = None,
) -> None:
    """Unpack a `.tar.gz` into a new folder, which appears when all of it is there.

    Only files and folders are unpacked. The checksum at the archive's end is compared too.

    Args:
        archive: The archive.
        folder: The folder to be made. It must not exist yet, or be empty.
        max_members: How many files and folders the archive may hold.
        progress: Called as `progress(bytes, bytes_in_all)`, of the archive.

    Raises:
        KerasGenreError: If the archive is damaged or none, holds a link, a device, a path that
            leads out of the folder, too much for the disk, or more about a member than any file
            needs, or if `folder` is there already. Nothing is left behind then.

    Example:
        >>> unpack_tar("mmimdb.tar.gz", "mmimdb")  # doctest: +SKIP
    """
    archive = Path(archive)
    _check_kind(archive)
    progress = progress or (lambda done, total: None)
    size = archive.stat().st_size
    with staged_folder(folder, KerasGenreError) as stage, open(archive, "rb") as packed:
        room = shutil.disk_usage(stage).free
        try:
            with gzip.GzipFile(fileobj=packed) as unpacked:
                with tarfile.open(fileobj=unpacked, mode="r|", tarinfo=_Member) as tar:
                    used = 0
                    for number, member in enumerate(tar, 1):
                        used += member.size
                        _check_amount(number, max_members, used, room, archive)
                        _check_member(member, archive)
                        _extract(tar, member, stage, archive)
                        tar.members.clear()  # each holds its headers
                        progress(packed.tell(), size)
                while unpacked.read(_BLOCK):  # the checksum stands behind the last byte
                    pass
        except _DAMAGED as cause:
            raise KerasGenreError(
                f"{archive} is damaged: {cause}. Expected a whole .tar.gz; delete it and download "
                "it anew."
            ) from cause
        if not any(stage.iterdir()):
            raise KerasGenreError(f"{archive} holds no file. Expected a .tar.gz of films.")


class _Member(tarfile.TarInfo):
    """A member whose headers are small: `tarfile` itself reads them into memory whole."""

    def _proc_member(self, tar):
        headers = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE)
        if self.type in (*headers, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK):
            if not 0 <= self.size <= MAX_HEADER_BYTES:
                raise tarfile.TarError(
                    f"a header of {self.size:,} bytes, where at most {MAX_HEADER_BYTES:,} are read"
                )
            if self.type == tarfile.XGLTYPE and tar.pax_headers:
                raise tarfile.TarError("a second header of the whole archive")
        if self.type == tarfile.GNUTYPE_SPARSE:
            raise tarfile.TarError("a file with holes, whose map has no limit")
        return super()._proc_member(tar)

    def _proc_gnusparse_10(self, *_):
        raise tarfile.TarError("a file with holes, whose map has no limit")


# A chain of headers without a member ends in a RecursionError.
_DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, RecursionError)


def _check_kind(archive: Path) -> None:
    try:
        with open(archive, "rb") as file:
            start = file.read(64)
    except OSError as cause:
        raise KerasGenreError(f"{archive} cannot be read: {cause.strerror}.") from cause
    if start.startswith(_GZIP):
        return
    received = "a web page" if start.lstrip().startswith(b"<") else f"{start[:16]!r}"
    raise KerasGenreError(
        f"{archive} is no .tar.gz: expected it to begin with {_GZIP!r}, received {received}. "
        "Delete it and download it anew."
    )


def _check_amount(number: int, max_members: int, used: int, room: int, archive: Path) -> None:
    if number > max_members:
        raise KerasGenreError(
            f"{archive} holds more than {max_members:,} files and folders, the most that are "
            "unpacked. Expected an archive of films; nothing was unpacked."
        )
    if used > room:
        raise KerasGenreError(
            f"{archive} does not fit: its first {number:,} files and folders need {used:,} bytes, "
            f"and {room:,} are free. Free some space, or name another folder; nothing was unpacked."
        )


def _check_member(member: tarfile.TarInfo, archive: Path) -> None:
    """Refuse what is neither file nor folder, and what would lie outside."""
    path = PurePosixPath(member.name)
    kind = None
    if not (member.isreg() or member.isdir()):
        kind = "a link" if member.issym() or member.islnk() else "a device or the like"
    elif path.is_absolute() or ".." in path.parts:
        kind = "a path that leads out of its folder"
    if kind:
        raise KerasGenreError(
            f"{archive} holds {kind}: {member.name!r:.200}. Expected files and folders inside it "
            "only; nothing was unpacked."
        )


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, stage: Path, archive: Path) -> None:
    try:
        tar.extract(member, stage, filter="data")
    except (FileExistsError, IsADirectoryError, NotADirectoryError, ValueError) as cause:
        raise KerasGenreError(
            f"{archive}: {member.name!r:.200} cannot be unpacked ({cause}). Expected names that "
            "can stand side by side in a folder."
        ) from cause
