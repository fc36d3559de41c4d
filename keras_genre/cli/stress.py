"""`keras-genre stress`: what a run still knows when films come incomplete or changed."""

import click

from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.features import SPLITS


@click.command()
@click.argument("run", type=Folder())
@click.option("--split", default="test", show_default=True, type=Choice(SPLITS))
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(1))
@click.option(
    "--seed",
    default=0,
    show_default=True,
    type=click.IntRange(0),
    help="Of the posters' shuffling, the typing mistakes and the intervals.",
)
@json_option
def command(run, split, resamples, seed, as_json):
    """Score RUN on changed films, each beside the same films untouched.

    Films with plot and poster: the plot alone, the poster alone, neither (the floor), and with
    posters shuffled among films, which shows whether the model uses them. Films with a plot: cut
    to 20 words, and with typing mistakes in one word of ten. The run's own thresholds are kept
    throughout; intervals are 95%.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.evaluation import format_robustness, predict_changed, robustness_table
    from keras_genre.runs import Run

    run = Run(run)
    untouched, changed = predict_changed(run, split, seed=seed, say=say)
    table = robustness_table(untouched, changed, run.rule, num_resamples=resamples, seed=seed)
    result = {"run": run.name, "split": split, "rows": table.to_dict(orient="records")}
    emit(result, f"{run.name}\n\n{format_robustness(table)}", as_json)
