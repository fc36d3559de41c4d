"""`keras-genre transfer`: a run scored on films of another source."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.features import SPLITS


@click.command()
@click.argument("run", type=Folder())
@click.argument("data", type=Folder())
@click.option("--split", default="test", show_default=True, type=Choice(SPLITS))
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(1))
@json_option
def command(run, data, split, resamples, as_json):
    """Score RUN on the films of DATA, records of another source.

    Genres that both know are scored, whatever their order and spelling, with the run's own
    thresholds, beside the trivial baselines. Films that the run knows are named in a warning and
    left out; intervals are 95%.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.baselines import trivial_baselines
    from keras_genre.data import MovieDataset
    from keras_genre.evaluation import format_table, predict_other_dataset, score_table
    from keras_genre.runs import Run

    run = Run(run)
    across = predict_other_dataset(run, MovieDataset(data), split)
    predictions = across.new_films()
    rates = [run.base_rates[run.rule.vocabulary.index(name)] for name in predictions.vocabulary]
    entries = trivial_baselines(rates, predictions)
    table = score_table([*entries, (run.name, predictions, across.rule)], num_resamples=resamples)
    # The split may bear the same name, but the films are others.
    table.loc[run.name, "thresholds_fitted_on"] = f"its own {across.rule.fitted_on} films"
    parts = [
        f"{run.name} on {data}: {len(predictions.vocabulary)} shared genres",
        *_listed("Genres of the run alone, left out", across.left_out),
        *_listed("Genres of the records alone, left out", across.left_out_records),
    ]
    result = {
        "run": run.name,
        "data": data,
        "split": split,
        "genres": list(predictions.vocabulary),
        "left_out": across.left_out,
        "left_out_records": across.left_out_records,
        "known_films": across.known_films,
        "scores": table.reset_index().to_dict(orient="records"),
    }
    emit(result, "\n\n".join([*parts, format_table(table)]), as_json)


def _listed(text: str, names) -> list[str]:
    return [click.wrap_text(f"{text}: {', '.join(names)}.", 80)] if names else []
