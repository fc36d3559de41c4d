"""`keras-genre`: the entry point. A command's module is imported when the command runs."""

import difflib
import importlib
import signal
import sys
import warnings

import click

from keras_genre.errors import KerasGenreError

# name -> (module, one line for --help). Listing commands must not import TensorFlow.
_COMMANDS = {
    "demo": ("demo", "The whole road on sample films: from pictures to a served model."),
    "sample": ("sample", "Make sample films: invented plots, drawn posters."),
    "prepare": ("prepare", "Turn a table of films and a folder of posters into records."),
    "train": ("train", "Train a model on records, and leave a run."),
    "evaluate": ("evaluate", "Score runs, beside the trivial baselines."),
    "export": ("export", "Export a run as the next version of a served model."),
    "serve": ("serve", "Serve exported models over gRPC (a development server)."),
    "predict": ("predict", "Say the genres of a film."),
    "verify": ("verify", "Read every byte of a folder of records and compare it."),
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports one only to run it."""

    def list_commands(self, ctx):
        return list(_COMMANDS)

    def get_command(self, ctx, name):
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"keras_genre.cli.{_COMMANDS[name][0]}")
        return module.command

    def format_commands(self, ctx, formatter):
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])

    def resolve_command(self, ctx, args):
        name = args[0] if args else ""
        if args and not name.startswith("-") and name not in _COMMANDS:
            close = difflib.get_close_matches(name, _COMMANDS, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise click.UsageError(f"No such command {name!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="keras-genre")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug):
    """A film's plot and poster in, its genres out.

    Results go to standard output (--json for machines), progress to standard error. Exit codes: 0
    done, 1 failed, 2 used wrongly, 130 interrupted, 143 terminated.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit."""
    args = sys.argv[1:] if args is None else args
    debug = "--debug" in args[:1]
    # Ended from outside, a command cleans up after itself as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a title must not fail on a terminal
    warnings.showwarning = _show_warning
    try:
        code = cli.main(args, prog_name="keras-genre", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        code = 130
    except Exception as error:
        if debug:
            raise
        _explain(error)
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _show_warning(message, *_args, **_kwargs) -> None:
    """Show what a warning says, without the line of our source that it came from."""
    click.echo(f"Warning: {message}", err=True)


def _explain(error: Exception) -> None:
    click.echo(f"Error: {error}", err=True)
    if not isinstance(error, KerasGenreError | ValueError):
        kind = type(error).__name__
        click.echo(f"({kind}; `keras-genre --debug ...` shows where it came from.)", err=True)


if __name__ == "__main__":
    main()
