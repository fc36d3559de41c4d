"""Importing TensorFlow without its start-up noise, which would hide our own messages."""

import contextlib
import os
import sys
import tempfile
import warnings
from collections.abc import Iterator

from keras_genre.cli.output import passing_line
from keras_genre.lazy import without_collection


def import_tensorflow_quietly(with_keras: bool = True) -> None:
    """Import TensorFlow and look for devices with standard error set aside.

    Some of the noise is written before any log level is read, straight to the file descriptor. If
    the import fails, what was set aside is shown. It takes seconds: a terminal shows that.

    Args:
        with_keras: Whether the command computes with Keras, too. TensorFlow imports it, and what
            it is built on, whether needed or not: a third of its own time.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # Without a network it tells of every attempt; the error that follows says all of it.
    os.environ.setdefault("HF_HUB_VERBOSITY", "error")
    if sys.stderr is None:
        return  # closed: there is nothing to keep clean
    with (
        passing_line("Loading TensorFlow ..."),
        contextlib.nullcontext() if with_keras else _keras_left_out(),
        without_collection(),
    ):
        _import_with_stderr_aside()
    # Keras and NumPy warn about each other's deprecations; no user can act on those.
    warnings.filterwarnings("ignore", category=DeprecationWarning)
    warnings.filterwarnings("ignore", category=FutureWarning)


def _import_with_stderr_aside() -> None:
    sys.stderr.flush()
    saved = os.dup(2)
    with _temporary_file() as aside:
        os.dup2(aside.fileno(), 2)
        try:
            import tensorflow as tf

            tf.config.list_physical_devices()
            tf.get_logger().setLevel("ERROR")  # its warnings speak of graphs, not of films
        except Exception:
            aside.seek(0)
            os.write(saved, aside.read())
            raise
        finally:
            os.dup2(saved, 2)
            os.close(saved)


@contextlib.contextmanager
def _keras_left_out() -> Iterator[None]:
    """Let TensorFlow look for the Keras of former times while it is imported, and not find it.

    `tf.keras` reads the variable when it is first used, and finds today's.
    """
    name = "TF_USE_LEGACY_KERAS"
    before = os.environ.get(name)
    os.environ[name] = "1"
    try:
        yield
    finally:
        del os.environ[name]
        if before is not None:
            os.environ[name] = before


def _temporary_file():
    try:
        return tempfile.TemporaryFile()
    except OSError:  # a full disk is no reason not to import
        return open(os.devnull, "r+b")
