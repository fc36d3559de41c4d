"""Options of commands whose work Apache Beam can spread over machines."""

from collections.abc import Sequence

import click

from keras_genre.cli.output import say

__all__ = ["BEAM_OPTIONS", "pipeline_options"]

BEAM_OPTIONS = (
    click.option(
        "--runner", metavar="NAME",
        help="Let Apache Beam do it: DirectRunner, FlinkRunner, SparkRunner, DataflowRunner ...",
    ),
    click.option(
        "--beam-option", "beam_options", metavar="NAME=VALUE", multiple=True,
        help="An option of that runner, such as flink_master=host:8081; may be repeated.",
    ),
)  # fmt: skip


def pipeline_options(runner: str | None, beam_options: Sequence[str]) -> list[str] | None:
    """Return Beam's own command line, or None where Beam is not asked for."""
    if runner is None:
        if beam_options:
            raise click.UsageError("--beam-option: name the --runner that it is for.")
        return None
    say(f"{runner} of Apache Beam does the work; how far it is, it shows itself.")
    return [f"--runner={runner}", *(f"--{option.lstrip('-')}" for option in beam_options)]
