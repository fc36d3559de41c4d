"""Command lines, run in this process."""

import pytest

from keras_genre.cli.main import main


@pytest.fixture
def run(capsys):
    """Run a command line in this process; give exit code, standard output and error."""

    def call(*args):
        with pytest.raises(SystemExit) as ending:
            main([str(arg) for arg in args])
        shown = capsys.readouterr()
        return ending.value.code, shown.out, shown.err

    return call
