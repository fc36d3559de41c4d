"""Publishes a prepared version again and again, each time killed at a later instant.

    python kill_publishing.py PREPARED FOLDER KEPT

A child process labels, retains and rolls back, too, and kills itself with SIGKILL just before it
touches the file system for the n-th time, for n = 0, 1, 2 ... until it comes to its end. After each
kill every integer-named folder is compared with those seen before; one copy of each is kept. Prints
the number of kills, and of versions looked at.
"""

import hashlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

from keras_genre.errors import ExportError
from keras_genre.export.labels import label_version, labelled_versions
from keras_genre.export.publishing import MANIFEST, publish, retain_versions, roll_back
from keras_genre.model_versions import list_versions
from keras_genre.staging import scratch_folder

_TOUCHES = {
    "open",
    "os.link",
    "os.listdir",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.scandir",
    "os.utime",
}


def _publish_all(prepared, folder):
    with scratch_folder(folder, ".staging-", ExportError) as staging:
        shutil.copytree(prepared, staging, dirs_exist_ok=True)
        version = publish(staging, folder)
    label_version(folder, "canary", int(version.name))
    retain_versions(folder, keep=2)
    roll_back(folder)


def _killed_at(instant, prepared, folder):
    """Whether the child was killed before it came to its end."""
    child = os.fork()
    if child == 0:
        touches = iter(range(instant))

        def count(event, _):
            if event in _TOUCHES and next(touches, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        _publish_all(prepared, folder)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("a child failed")
    return os.WIFSIGNALED(status)


def _digest(version):
    json.loads((version / MANIFEST).read_text())
    files = sorted(path for path in version.rglob("*") if path.is_file())
    content = [
        (str(path.relative_to(version)), path.read_bytes())
        for path in files
        if path != version / MANIFEST  # tells of what it is a copy
    ]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def main(prepared, folder, kept):
    kills = looked_at = 0
    while _killed_at(kills, prepared, folder):
        kills += 1
        versions = list_versions(folder) if folder.exists() else {}
        for version in versions.values():
            looked_at += 1
            copy = kept / _digest(version)
            if not copy.exists():
                shutil.copytree(version, copy)
        if not {*labelled_versions(folder).values()} <= {*versions}:
            sys.exit(f"a label names no version: {labelled_versions(folder)}, {list(versions)}")
    print(json.dumps({"kills": kills, "looked_at": looked_at}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
