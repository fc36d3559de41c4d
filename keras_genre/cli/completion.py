"""`keras-genre completion`: commands, options, presets and folders, completed by the shell."""

import click
from click.shell_completion import get_completion_class

from keras_genre.cli.output import show

_LINES = """\b
In ~/.bashrc:                   eval "$(keras-genre completion bash)"
In ~/.zshrc:                    eval "$(keras-genre completion zsh)"
In ~/.config/fish/config.fish:  keras-genre completion fish | source"""


@click.command(epilog=_LINES)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context, shell):
    """Print a script that lets SHELL complete the words of keras-genre."""
    root = context.find_root()
    script = get_completion_class(shell)(root.command, {}, root.info_name, "_KERAS_GENRE_COMPLETE")
    show(script.source())
