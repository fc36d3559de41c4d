"""What all commands have in common: help, errors, exit codes."""

import json
import subprocess
import sys

import click
import pytest

from keras_genre.cli import main as main_module
from keras_genre.cli.main import cli, main
from keras_genre.errors import ServerError
from keras_genre.presets import get_preset

_HEAVY = {"tensorflow", "keras", "pandas", "sklearn", "grpc", "PIL", "matplotlib"}


def _commands(command=cli, path=()):
    """Every command by the words that call it, groups too."""
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from _commands(command.get_command(context, name), (*path, name))


_COMMANDS = dict(_commands())


def test_help_names_every_command(run):
    code, out, _ = run("--help")
    assert code == 0
    for name in main_module._COMMANDS:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("path", _COMMANDS, ids=" ".join)
@pytest.mark.parametrize("columns", [80, 200, 50])
def test_help_of_every_command_fits_the_terminal(run, monkeypatch, path, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, err = run(*path, "--help")
    assert (code, err) == (0, "")
    # Narrower than 80, only choices and names that cannot be broken stick out.
    assert max(map(len, out.splitlines())) <= 80
    assert "\033" not in out


def test_help_of_every_command_imports_nothing_heavy():
    code = (
        "import contextlib, io, json, sys\n"
        "from keras_genre.cli.main import main\n"
        "for path in json.loads(sys.argv[1]):\n"
        "    with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n"
        "        main([*path, '--help'])\n"
        "print(json.dumps(list(sys.modules)))"
    )
    paths = json.dumps(list(_COMMANDS))
    shown = subprocess.run(
        [sys.executable, "-c", code, paths], capture_output=True, text=True, check=True
    )
    imported = set(json.loads(shown.stdout))
    assert "keras_genre.cli.train" in imported
    assert imported & _HEAVY == set()


def test_every_command_that_has_a_result_gives_it_as_json():
    without = {
        path
        for path, command in _COMMANDS.items()
        if not isinstance(command, click.Group)
        and "--json" not in [name for param in command.params for name in param.opts]
    }
    # Whoever starts model-server reads what the real server says, and does not ask for JSON; a
    # data service listens where it is told to, until it is stopped.
    services = {("data-service", "dispatcher"), ("data-service", "worker")}
    assert without == {("completion",), ("model-server",), *services}


@pytest.mark.parametrize("before", [True, False])
def test_debug_before_or_after_the_command_shows_the_traceback(tmp_path, before):
    line = ["serve", str(tmp_path / "nothing")]
    with pytest.raises(ServerError, match="Cannot read"):
        main(["--debug", *line] if before else [*line, "--debug"])


@pytest.mark.parametrize(
    "error", [RuntimeError("odd"), ValueError("odd"), OSError(5, "odd"), MemoryError()]
)
def test_error_that_nobody_foresaw_points_to_debug(run, monkeypatch, error):
    def fail(*args):
        raise error

    monkeypatch.setattr("keras_genre.server.find_models", fail)
    code, out, err = run("serve", "nothing")
    assert (code, out) == (1, "")
    kind = type(error).__name__
    assert err == f"Error: {str(error) or kind}\n({kind}; add --debug to see where it came from.)\n"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (FileNotFoundError(2, "No such file", "a.json"), "[Errno 2] No such file: 'a.json'"),
        (ServerError("No model."), "No model."),
    ],
)
def test_error_that_explains_itself_is_one_line(run, monkeypatch, error, shown):
    def fail(*args):
        raise error

    monkeypatch.setattr("keras_genre.server.find_models", fail)
    assert run("serve", "nothing") == (1, "", f"Error: {shown}\n")


def test_wrong_argument_that_a_room_refuses_is_one_line(run, monkeypatch):
    monkeypatch.setattr("keras_genre.server.find_models", lambda folder: get_preset("lstn"))
    code, _, err = run("serve", "nothing")
    assert code == 1
    assert err.startswith("Error: Unknown preset 'lstn'.")
    assert len(err.splitlines()) == 1
