"""`keras-genre evaluate`: what runs are worth."""

from pathlib import Path

import click

from keras_genre.cli.few_films import warn_of_few
from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder, Promise
from keras_genre.cli.rule_rows import RULES, rules_of
from keras_genre.features import SPLITS


@click.command()
@click.argument("runs", nargs=-1, required=True, type=Folder())
@click.option("--split", default="test", show_default=True, type=Choice(SPLITS))
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(1))
@click.option(
    "--no-tfidf", is_flag=True, help="Leave out TF-IDF, which is else trained on the same records."
)
@click.option(
    "--rule",
    type=Choice(RULES),
    help="Score with this decision rule [one a genre, and one for all], beside plain 0.5.",
)
@click.option(
    "--guarantee",
    type=Promise(),
    help="Instead of scores, show which genres can be tagged automatically at this level.",
)
@click.option(
    "--out",
    type=Folder(),
    help="Folder to be made, for the page, its plots and a summary [reports/<run>-<split>, where "
    "it replaces the last one].",
)
@click.option("--no-report", is_flag=True, help="Print scores, and write no page.")
@json_option
def command(runs, split, resamples, no_tfidf, rule, guarantee, out, no_report, as_json):
    """Score RUNS with one threshold a genre, one for all genres, and plain 0.5.

    Calibration and thresholds are fitted on validation: one a genre for macro F1, shrunk where the
    genre is rare; one for all, or a top-k with a floor, for micro F1. The trivial baselines stand
    in the same table, and beside a deep model TF-IDF, which is kept next to the runs; intervals are
    95%. With several runs, each is also compared with the first, film by film. A page with plots
    of everything (index.html, and summary.md beside it) is written too.
    """
    refuse_existing(out)
    if guarantee and split == "validation":
        raise click.UsageError(
            "A guarantee is chosen on validation films. Check it on others: --split test."
        )
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.baselines import open_run, trivial_baselines
    from keras_genre.cli.guarantees import guarantee_result
    from keras_genre.cli.reliability_rows import reliability_rows, reliability_text
    from keras_genre.cli.run_predictions import predict_runs
    from keras_genre.cli.run_report import write_run_report
    from keras_genre.evaluation import format_per_genre, format_table, score_table
    from keras_genre.scoring import score

    _refuse_equal_names(runs)
    runs = [open_run(run) for run in runs]
    predict_runs(runs, split)  # whatever is wrong with one is said before a baseline is trained
    chosen_and_scored = {each: len(runs[0].predict(each)) for each in ("validation", split)}
    if guarantee:
        warn_of_few(chosen_and_scored)
        results = [guarantee_result(run, *guarantee, split) for run in runs]
        text = "\n\n".join(text for _, text in results)
        return emit({"guarantees": [result for result, _ in results]}, text, as_json)
    beside = [] if no_tfidf else _tfidf(runs, split)
    predicted, scored = [], []
    for run in [*beside, *runs]:
        rows = [(name, run.predict(split), each) for name, each in rules_of(run, rule)]
        predicted += rows
        scored += [(run.name, *rows[-1][1:])]
    films = predicted[0][1]
    entries = trivial_baselines(runs[0].base_rates, films)
    warn_of_few(chosen_and_scored)
    say(f"Scoring {len(films):,} {split} films, redrawn {resamples:,} times for the intervals.")
    table = score_table([*entries, *predicted], num_resamples=resamples)
    reliability = reliability_rows([(run.name, run.predict(split), run.rule) for run in runs])
    parts = [format_table(table), reliability_text(reliability)]
    scored = scored[len(beside) :]
    if len(runs) == 1:
        parts.append(format_per_genre(score(*scored[0][1:])))
    differences = _differences(scored, resamples)
    parts += [_difference_text(scored[0][0], differences)] if differences else []
    result = {
        "split": split,
        "scores": table.reset_index().to_dict(orient="records"),
        "reliability": reliability,
        "differences": differences,
    }
    if not no_report:
        page = write_run_report(runs, table, split, out, resamples)
        result["report"] = str(page)
        parts.append(f"The page with plots: {page}")
    return emit(result, "\n\n".join(parts), as_json)


def _refuse_equal_names(folders) -> None:
    known = {}
    for folder in map(Path, folders):
        name = folder.resolve().name
        if name in known:
            raise click.UsageError(
                f"{known[name]} and {folder} have the same name; one row would pass for the other. "
                f"Rename one folder."
            )
        known[name] = folder


def _tfidf(runs, split) -> list:
    """TF-IDF on the records of the first deep model, unless it is among the runs already.

    Returns:
        Nothing, or the baseline.
    """
    from keras_genre.baselines import tfidf_beside
    from keras_genre.runs import Run

    deep = [run for run in runs if isinstance(run, Run)]
    given = {run.data_hash for run in runs if getattr(run, "kind", "") == "tfidf"}
    if not deep or deep[0].data_hash in given:
        return []
    baseline = tfidf_beside(deep[0], say)
    if baseline is None or split not in baseline.predictions:
        return []
    return [baseline]


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
