"""`keras-genre`: the entry point. A command's module is imported when the command runs."""

import difflib
import importlib
import signal
import sys
import warnings

import click

from keras_genre.cli.signals import SIGNALS, raising_signals
from keras_genre.errors import KerasGenreError

# name -> (module, one line for --help). Listing commands must not import TensorFlow.
_COMMANDS = {
    "demo": ("demo", "The whole road on sample films: from pictures to a served model."),
    "sample": ("sample", "Make sample films: invented plots, drawn posters."),
    "download": ("download", "Fetch a published set of films."),
    "collect": ("collect", "Collect films and posters from a service."),
    "catalog": ("catalog", "Turn films of any source into one table."),
    "explore": ("explore", "Draw a table of films: a page of plots, to see before training."),
    "prepare": ("prepare", "Turn films of any source into records."),
    "link": ("link", "Give films the posters of films that share their crew."),
    "models": ("models", "List the models that can be trained."),
    "train": ("train", "Train a model on records, and leave a run."),
    "data-service": ("data_service", "Prepare training films on further machines."),
    "tune": ("tune", "Search over the choices of a training."),
    "study": ("study", "Train and score every model of a published system."),
    "baseline": ("baseline", "Make a system that deep models are compared with."),
    "evaluate": ("evaluate", "Score runs, beside TF-IDF and the trivial baselines."),
    "compare": ("compare", "Compare any number of runs on the same films."),
    "stress": ("stress", "Score a run on films with missing, shuffled or mistyped parts."),
    "transfer": ("transfer", "Score a run on films of another source."),
    "agreement": ("agreement", "Score one set of labels against another: a model's ceiling."),
    "export": ("export", "Export a run as the next version of a served model."),
    "label": ("label", "Give a version of a model a label, such as stable or canary."),
    "rollback": ("rollback", "Serve an earlier version of a model again."),
    "serve": ("serve", "Serve exported models over gRPC and REST (a development server)."),
    "model-server": ("model_server", "The same with the flags of tensorflow_model_server."),
    "predict": ("predict", "Say the genres of a film."),
    "explain": ("explain", "Say which words and parts of a poster spoke for a film's genres."),
    "verify": ("verify", "Read every byte of a folder of records and compare it."),
    "completion": ("completion", "Print a script that completes commands in a shell."),
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
@click.option("--debug", is_flag=True, help="Show the traceback of an error; anywhere in the line.")
def cli(debug):
    """A film's plot and poster in, its genres out.

    Results go to standard output (--json for machines), progress to standard error. Exit codes: 0
    done, 1 failed, 2 used wrongly, 130 interrupted, 143 terminated.
    """


def main(args: list[str] | None = None) -> None:
    """Run the command line and exit."""
    args = sys.argv[1:] if args is None else args
    debug = "--debug" in args  # wherever it stands: it is added to a line that failed
    args = [arg for arg in args if arg != "--debug"]
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a title must not fail on a terminal
    warnings.showwarning = _show_warning
    code = _run(args, debug)
    sys.exit(code if isinstance(code, int) else 0)


def _run(args: list[str], debug: bool) -> int | None:
    """Run a command line; give its exit code, None for success."""
    received = []
    try:
        with raising_signals() as received:
            return cli.main(args, prog_name="keras-genre", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        received.append(signal.SIGINT)
    except Exception as error:
        if not received:
            if debug:
                raise
            _explain(error)
            return 1
    click.echo(SIGNALS[received[0]], err=True)
    return 128 + received[0]


def _show_warning(message, *_args, **_kwargs) -> None:
    """Show what a warning says, without the line of our source that it came from."""
    click.echo(f"Warning: {message}", err=True)


def _explain(error: Exception) -> None:
    kind = type(error).__name__
    click.echo(f"Error: {str(error) or kind}", err=True)
    if not _explains_itself(error):
        click.echo(f"({kind}; add --debug to see where it came from.)", err=True)


def _explains_itself(error: Exception) -> bool:
    """Whether it names a file, or this package raised it and so has said how to mend it."""
    if isinstance(error, OSError):
        return error.filename is not None
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    raised_in = trace.tb_frame.f_globals.get("__name__", "")
    return isinstance(error, KerasGenreError) or (
        isinstance(error, ValueError) and raised_in.startswith("keras_genre.")
    )


if __name__ == "__main__":
    main()
