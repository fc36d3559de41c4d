"""Kinds of arguments and options: how they are completed in a shell, and what is said of a slip."""

import difflib

import click
from click.shell_completion import CompletionItem

from keras_genre.presets import PRESETS, get_preset


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


class PresetName(Choice):
    """A preset, or a text preset, a poster preset and a fusion head joined by plus signs."""

    def __init__(self):
        super().__init__(list(PRESETS))

    def convert(self, value, param, ctx):
        """Return the name, or fail with the close match."""
        try:
            get_preset(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return value


class Promise(click.ParamType):
    """What is to be guaranteed: recall=0.9 or precision=0.9."""

    name = "recall=LEVEL|precision=LEVEL"

    def convert(self, value, param, ctx):
        """Return the kind and the level."""
        kind, _, level = str(value).partition("=")
        try:
            level = float(level)
        except ValueError:
            level = 0
        if kind not in ("recall", "precision") or not 0 < level < 1:
            self.fail(
                f"Expected recall=LEVEL or precision=LEVEL with a level between 0 and 1, for "
                f"example recall=0.9; received {value!r}.",
                param,
                ctx,
            )
        return kind, level


class Freeze(click.ParamType):
    """How much of an encoder is frozen: a number of stages, or a word."""

    name = "freeze"

    def convert(self, value, param, ctx):
        """Return a number where it is one."""
        return int(value) if str(value).isdigit() else value
