"""What the shipped model is worth on test films, as the tables of its model card.

    python benchmarks/model_card.py

Reads `predictions/compact_fusion` and those of the models that it is compared with; see
`real_films.py` for how they came about. Calibration and thresholds of every model are fitted on
validation, those of `compact_fusion` as its recipe says.
"""

from saved_runs import FOLDER, SavedDeepRun, about_films, saved_runs

from keras_genre.baselines import trivial_baselines
from keras_genre.evaluation import (
    bootstrap_intervals,
    genre_intervals,
    intervals_of_means,
    paired_interval_of_means,
)
from keras_genre.scoring import Predictions, reliability_table, score

NAME = "compact_fusion"
OTHERS = ("fusion_tuned-0", "minilm_tuned-0", "stacked", "tfidf")
SCORES = ("macro_f1", "micro_f1", "mean_average_precision")
TEXT_ALONE = ("minilm_tuned-0", "minilm_tuned-1", "minilm_tuned-2")
POSTER_ALONE = ("mobilenet-0", "mobilenet-1", "mobilenet-2")


def main() -> None:
    """Print the tables as Markdown."""
    runs = {run.name: run for run in saved_runs()}
    shipped = SavedDeepRun(FOLDER / NAME)
    said, rule = shipped.predict("test"), shipped.fit_rule(shipped.recipe.rule)
    rows = {NAME: [(said, rule)]}
    rows |= {name: [(runs[name].predict("test"), runs[name].rule)] for name in OTHERS}
    for name, films, trivial in trivial_baselines(about_films()["base_rates"], said):
        rows[name] = [(films, trivial)]
    print(f"{len(said)} test films\n")
    table("model", ("macro F1", "micro F1", "mAP"))
    for name, trainings in rows.items():
        intervals = intervals_of_means(trainings)
        table(name, [written(intervals[each]) for each in SCORES])
    print("\nMean over genres\n")
    table("model", ("calibration error", "Brier skill"))
    for name in (NAME, "tfidf"):
        (predictions, fitted), *_ = rows[name]
        means = reliability_table(predictions, fitted).mean()
        table(name, [f"{means['calibration_error']:.3f}", f"{means['brier_skill']:.3f}"])
    print("\nWithout one of the two\n")
    table("given", ("macro F1", "mAP", "macro F1 less that of a model of this alone"))
    lacking("plot alone", "test_without_poster", rule, [runs[name] for name in TEXT_ALONE])
    lacking("poster alone", "test_without_plot", rule, [runs[name] for name in POSTER_ALONE])
    print()
    genres(said, rule)


def lacking(given: str, file: str, rule, others) -> None:
    """A row of films of which something was taken away, beside models that know no more."""
    predictions = Predictions.load(FOLDER / NAME / f"{file}.npz")
    own = bootstrap_intervals(predictions, rule)
    theirs = [(run.predict("test"), run.rule) for run in others]
    less = paired_interval_of_means([(predictions, rule)], theirs)["macro_f1"]
    names = ", ".join(run.name for run in others)
    sign = f"{less.value:+.3f} [{less.low:+.3f}, {less.high:+.3f}] ({names})"
    table(given, [written(own["macro_f1"]), written(own["mean_average_precision"]), sign])


def genres(said: Predictions, rule) -> None:
    """A row for each genre."""
    of_genres = score(said, rule).per_genre
    ends = genre_intervals(said, rule)
    table("genre", ("films", "F1", "precision", "recall", "average precision"))
    for genre in of_genres.index:
        values = [
            f"{of_genres.loc[genre, name]:.2f} "
            f"[{ends.loc[genre, f'{name}_low']:.2f}, {ends.loc[genre, f'{name}_high']:.2f}]"
            for name in ("f1", "precision", "recall", "average_precision")
        ]
        table(genre, [str(of_genres.loc[genre, "support"]), *values])


def written(interval) -> str:
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def table(name: str, cells) -> None:
    """Print a row of a Markdown table, and the rule beneath a heading."""
    print("| " + " | ".join([name, *cells]) + " |")
    if name in ("model", "given", "genre"):
        print("|---" * (1 + len(cells)) + "|")


if __name__ == "__main__":
    main()
