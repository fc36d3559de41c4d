"""Kinds of arguments and options: how they are completed in a shell, and what is said of a slip."""

import difflib

import click
from click.shell_completion import CompletionItem


class Choice(click.Choice):
    """One of several words; a wrong one is answered with the word that was meant."""

    def convert(self, value, param, ctx):
        """Return the word, or fail with the close match."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            close = difflib.get_close_matches(str(value), self.choices, n=1)
            error.message += f" Did you mean {close[0]!r}?" if close else ""
            raise


class Folder(click.Path):
    """A folder. The command that needs it says what is wrong with it, better than click can."""

    def __init__(self):
        super().__init__(readable=False)

    def shell_complete(self, ctx, param, incomplete):
        """Let the shell complete folders."""
        return [CompletionItem(incomplete, type="dir")]
