"""Publishes a prepared version again and again, each time killed at a later instant.

    python kill_publishing.py PREPARED ROOT KEPT

A child process publishes, labels and retains one model, publishes, rolls back and retains another,
and kills itself with SIGKILL just before it touches the file system for the n-th time, for n = 0,
1 ... until it comes to its end. After each kill every integer-named folder is compared with those
seen before; one copy of each is kept. Prints the number of kills, and of versions looked at.
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


def _publish(prepared, folder):
    with scratch_folder(folder, ".staging-", ExportError) as staging:
        shutil.copytree(prepared, staging, dirs_exist_ok=True)
        return publish(staging, folder)


def _publish_all(prepared, root):
    version = _publish(prepared, root / "labelled")
    label_version(version.parent, "canary", int(version.name))
    retain_versions(version.parent, keep=2)
    _publish(prepared, root / "rolled_back")
    if len(list_versions(root / "rolled_back")) > 1:
        roll_back(root / "rolled_back")
    retain_versions(root / "rolled_back", keep=2)


def _killed_at(instant, prepared, root):
    """Whether the child was killed before it came to its end."""
    child = os.fork()
    if child == 0:
        touches = iter(range(instant))

        def count(event, _):
            if event in _TOUCHES and next(touches, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        _publish_all(prepared, root)
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


def _versions(folder):
    return list_versions(folder) if folder.exists() else {}


def main(prepared, root, kept):
    kills = looked_at = 0
    while _killed_at(kills, prepared, root):
        kills += 1
        labelled = _versions(root / "labelled")
        for version in [*labelled.values(), *_versions(root / "rolled_back").values()]:
            looked_at += 1
            copy = kept / _digest(version)
            if not copy.exists():
                shutil.copytree(version, copy)
        labels = labelled_versions(root / "labelled")
        if not {*labels.values()} <= {*labelled}:
            sys.exit(f"a label names no version: {labels}, {list(labelled)}")
    print(json.dumps({"kills": kills, "looked_at": looked_at}))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
