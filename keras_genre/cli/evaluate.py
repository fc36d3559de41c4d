"""`keras-genre evaluate`: what runs are worth."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.features import SPLITS


@click.command()
@click.argument("runs", nargs=-1, required=True, type=Folder())
@click.option("--split", default="test", show_default=True, type=Choice(SPLITS))
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(1))
@json_option
def command(runs, split, resamples, as_json):
    """Score RUNS with one threshold a genre, one for all genres, and plain 0.5.

    Thresholds are chosen on validation, one a genre for macro F1, one for all for micro F1. The
    trivial baselines stand in the same table; intervals are 95%. With several runs, each is
    also compared with the first, film by film.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.baselines import trivial_baselines
    from keras_genre.evaluation import format_per_genre, format_table, score_table
    from keras_genre.runs import Run
    from keras_genre.scoring import DecisionRule, score

    runs = [Run(run) for run in runs]
    _refuse_equal_names(runs)
    predicted = [(run.name, run.predict(split), run.rule) for run in runs]
    entries = trivial_baselines(runs[0].base_rates, predicted[0][1])
    for run, (name, predictions, rule) in zip(runs, predicted, strict=True):
        one_for_all = DecisionRule.fit(run.predict("validation"), "global")
        entries.append((f"{name}, plain 0.5", predictions, DecisionRule.fixed(rule.vocabulary)))
        entries.append((f"{name}, one threshold", predictions, one_for_all))
        entries.append((name, predictions, rule))
    table = score_table(entries, num_resamples=resamples)
    parts = [format_table(table)]
    if len(runs) == 1:
        parts.append(format_per_genre(score(*predicted[0][1:])))
    differences = _differences(predicted, resamples)
    parts += [_difference_text(predicted[0][0], differences)] if differences else []
    scores = table.reset_index().to_dict(orient="records")
    result = {"split": split, "scores": scores, "differences": differences}
    emit(result, "\n\n".join(parts), as_json)


def _refuse_equal_names(runs) -> None:
    folders = {}
    for run in runs:
        if run.name in folders:
            raise click.UsageError(
                f"{folders[run.name]} and {run.folder} have the same name; one row would pass for "
                f"the other. Rename one folder."
            )
        folders[run.name] = run.folder


def _differences(predicted, resamples) -> list[dict]:
    """Each run but the first, minus the first, on the same resampled films."""
    from keras_genre.evaluation import paired_interval

    first_name, first, first_rule = predicted[0]
    rows = []
    for name, predictions, rule in predicted[1:]:
        intervals = paired_interval(predictions, rule, first, first_rule, resamples)
        for score_name, interval in intervals.items():
            rows.append(
                {
                    "name": name,
                    "minus": first_name,
                    "score": score_name,
                    "difference": interval.value,
                    "low": interval.low,
                    "high": interval.high,
                }
            )
    return rows


def _difference_text(first: str, differences: list[dict]) -> str:
    lines = [
        f"Differences to {first}, film by film, with 95% intervals",
        "(* where zero lies outside)",
        "",
    ]
    for row in differences:
        sure = "" if row["low"] <= 0 <= row["high"] else " *"
        lines.append(
            f"{row['name']:<24} {row['score']:<23} {row['difference']:+.3f} "
            f"[{row['low']:+.3f}, {row['high']:+.3f}]{sure}"
        )
    return "\n".join(lines)
