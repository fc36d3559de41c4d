"""`keras-genre compare`: runs on the same films, and what can be said of them."""

from pathlib import Path

import click

from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder


@click.command()
@click.argument("runs", nargs=-1, required=True, type=Folder())
@click.option("--split", default="test", show_default=True, type=Choice(["validation", "test"]))
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(2))
@click.option("--out", type=Folder(), help="Folder to be made: page, Markdown, CSV files.")
@json_option
def command(runs, split, resamples, out, as_json):
    """Compare RUNS, any number of them, on the same films.

    Runs that differ in their seed alone are one system. Every difference has an interval, film by
    film, that holds for all pairs at once; where it spans zero, no winner is named. Ranks with
    ties, genres won and lost, and four questions: fusion or one modality, which fusion, plots or
    posters, pretrained or from scratch.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    _refuse_the_same(runs)
    refuse_existing(out)
    import_tensorflow_quietly()
    from keras_genre.baselines import open_run, trivial_baselines
    from keras_genre.cli.run_predictions import predict_runs
    from keras_genre.evaluation import score_table
    from keras_genre.evaluation.comparison import (
        compare,
        format_comparison,
        save_comparison,
        systems_of_runs,
    )

    runs = [open_run(run) for run in runs]
    predict_runs(runs, split)
    systems, notes = systems_of_runs(runs, split)
    films = systems[0].trainings[0][0]
    say(f"Comparing {len(systems)} systems on {len(films):,} {split} films.")
    comparison = compare(systems, resamples)
    references = score_table(trivial_baselines(runs[0].base_rates, films), resamples)
    if out:
        save_comparison(comparison, out, references, notes)
        say(f"Written to {out}.")
    result = {**comparison.to_dict(), "notes": notes}
    emit(result, format_comparison(comparison, references, notes), as_json)


def _refuse_the_same(folders) -> None:
    known = {}
    for folder in map(Path, folders):
        place = folder.resolve()
        if place in known.values():
            raise click.UsageError(f"{folder} was given twice. Expected each run once.")
        if place.name in known:
            raise click.UsageError(
                f"{known[place.name]} and {place} have the same name; one row would pass for the "
                f"other. Rename one folder."
            )
        known[place.name] = place
    if len(known) == 1:
        raise click.UsageError(
            "Expected two runs or more, received one. Score it with `keras-genre evaluate`."
        )
