"""Importing TensorFlow without its start-up noise, which would hide our own messages."""

import os
import sys
import tempfile
import warnings

from keras_genre.cli.output import passing_line


def import_tensorflow_quietly() -> None:
    """Import TensorFlow and look for devices with standard error set aside.

    Some of the noise is written before any log level is read, straight to the file descriptor. If
    the import fails, what was set aside is shown. It takes seconds: a terminal shows that.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    if sys.stderr is None:
        return  # closed: there is nothing to keep clean
    with passing_line("Loading TensorFlow ..."):
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


def _temporary_file():
    try:
        return tempfile.TemporaryFile()
    except OSError:  # a full disk is no reason not to import
        return open(os.devnull, "r+b")
