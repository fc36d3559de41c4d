"""Scores of runs on real films, from the predictions saved in `predictions/`.

    python benchmarks/real_films.py                    # prints tables, writes real_films.csv
    python benchmarks/real_films.py --report report    # and the page of plots of some of them
    python benchmarks/real_films.py --collect runs/lstm-0 runs/lstm-1 ...   # saves runs here first

The films are not part of the project; ids, labels and probabilities are. Every recipe lies beside
its predictions, and is trained by

    keras-genre prepare poster-csv movies.csv text_only.csv --drop-genre "TV Movie" --allow-leaks --out data/real
    keras-genre train data/real --recipe benchmarks/predictions/lstm-0/recipe.json --out runs/lstm-0

with `--text-weights` and `--poster-weights` naming local files where a recipe has some; the frozen
heads by `frozen_heads.py`, the baselines by `keras-genre baseline`. Nothing was chosen on test
films: calibration and thresholds are fitted on validation, in the same way for every run.
"""  # noqa: E501

import argparse
from pathlib import Path

import pandas as pd
from saved_runs import about_films, save_run, saved_runs

from keras_genre.baselines import open_run, trivial_baselines
from keras_genre.evaluation import (
    Subject,
    compare,
    format_comparison,
    intervals_of_means,
    score_table,
    systems_of_runs,
    write_report,
)

_HERE = Path(__file__).parent
_SHOWN = ("minilm_tuned-0", "fusion_tuned-0", "tfidf")


def main() -> None:
    """Score what is saved."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collect", nargs="+", default=[], metavar="RUN")
    parser.add_argument("--report", metavar="FOLDER")
    arguments = parser.parse_args()
    for folder in arguments.collect:
        print(f"collecting {folder}", flush=True)
        save_run(open_run(folder), Path(folder).name)
    runs = saved_runs()
    systems, notes = systems_of_runs(runs, "test")
    comparison = compare(systems)
    films = systems[0].trainings[0][0]
    trivial = trivial_baselines(about_films()["base_rates"], films)
    print(format_comparison(comparison, score_table(trivial), notes))
    _table(comparison, runs, trivial).to_csv(_HERE / "real_films.csv", float_format="%.4f")
    if arguments.report:
        shown = [run for run in runs if run.name in _SHOWN]
        rows = [(run.name, run.predict("test"), run.rule) for run in shown]
        subjects = [
            Subject(run.name, run.predict("test"), run.rule, run.predict("validation"))
            for run in shown
        ]
        print(write_report(subjects, score_table([*trivial, *rows]), arguments.report))


def _table(comparison, runs, trivial) -> pd.DataFrame:
    """Scores with one threshold a genre, and micro F1 with one for all."""
    table = comparison.scores.drop(columns=["won", "lost", "undecided"])
    by_test = {run.predict("test").probabilities.tobytes(): run for run in runs}
    for system in comparison.systems:
        own = [by_test[said.probabilities.tobytes()] for said, _ in system.trainings]
        trainings = [(run.predict("test"), run.fit_rule("global")) for run in own]
        micro = intervals_of_means(trainings)["micro_f1"]
        for end, value in (("", micro.value), ("_low", micro.low), ("_high", micro.high)):
            table.loc[system.name, f"micro_f1_one_threshold{end}"] = value
    rows = score_table(trivial)
    return pd.concat([rows[[name for name in rows if name in table]], table])


if __name__ == "__main__":
    main()
