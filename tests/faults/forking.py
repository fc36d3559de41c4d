"""Runs command lines in forks of one process that has TensorFlow imported already.

A line of JSON on standard input is an order, a line on standard output its outcome. A fork takes
milliseconds where a process of its own takes seconds, and may be limited, stripped or killed.
"""

import contextlib
import ctypes
import json
import os
import resource
import signal
import sys
import time

from keras_genre.cli import main as main_module
from keras_genre.cli.quiet import import_tensorflow_quietly


def main():
    import_tensorflow_quietly()
    for room in ("baselines", "catalog", "data", "evaluation", "export", "runs", "training"):
        __import__(f"keras_genre.{room}")
    __import__("keras_genre.training.callbacks")
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(obey(**json.loads(line))), flush=True)


def obey(args, out, file_limit=None, kill=None, delay=0.0):
    """Run a command line in a fork.

    Args:
        args: The command line.
        out: Its standard output and error go to the files `<out>.out` and `<out>.err`.
        file_limit: Most bytes of a file that it may write.
        kill: Name of a signal to send to it.
        delay: Seconds until then.

    Returns:
        Exit status (negative: killed by that signal) and the seconds that it took.
    """
    begun, beginning = os.pipe()
    child = os.fork()
    if not child:
        run_in_fork(args, out, file_limit, beginning)
    os.close(beginning)
    os.read(begun, 1)
    os.close(begun)
    started = time.monotonic()
    if kill:
        time.sleep(delay)
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, getattr(signal, kill))
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "seconds": time.monotonic() - started}


def run_in_fork(args, out, file_limit, beginning):
    code = 1
    for number in (signal.SIGINT, signal.SIGTERM):  # before the command begins, and after its end
        signal.signal(number, lambda number, _: os._exit(128 + number))
    try:
        for descriptor, path in ((1, f"{out}.out"), (2, f"{out}.err")):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
        drop_privileges()
        if file_limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))
        os.write(beginning, b".")
        main_module.main(args)
    except SystemExit as ending:
        code = ending.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def drop_privileges():
    """Let file permissions hold for root too, without giving up ownership of its files."""
    if os.getuid() == 0:
        version, no_capabilities = 0x20080522, (ctypes.c_uint32 * 6)()
        header = (ctypes.c_uint32 * 2)(version, 0)
        if ctypes.CDLL(None, use_errno=True).capset(header, no_capabilities):
            raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    main()
