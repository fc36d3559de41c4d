"""Scores of runs on real films, from the predictions saved in `predictions/`.

    python benchmarks/real_films.py            # prints the table, writes real_films.csv
    python benchmarks/real_films.py --collect runs/lstm runs/cnn64 ...   # saves runs here first

The films are not part of the project; ids, labels and probabilities are. The runs were trained by

    keras-genre prepare poster-csv movies.csv text_only.csv --drop-genre "TV Movie" --out data/real
    keras-genre train data/real --preset concat_fusion_small
    keras-genre train data/real --preset lstm
    keras-genre train data/real --preset cnn64 --epochs 40 --patience 10

on two cores of an AMD EPYC processor, TensorFlow 2.21, float32.
"""

import argparse
import json
import shutil
from pathlib import Path

from keras_genre.baselines import trivial_baselines
from keras_genre.evaluation import format_table, paired_interval, score_table
from keras_genre.scoring import DecisionRule, Predictions

_HERE = Path(__file__).parent
_SAVED = _HERE / "predictions"


def collect(folders: list[str]) -> None:
    """Copy the predictions and recipes of runs to `predictions/`."""
    from keras_genre.runs import Run

    runs = [Run(folder) for folder in folders]
    if len({run.data_hash for run in runs}) != 1:
        raise SystemExit("These runs were trained on different records.")
    for run in runs:
        target = _SAVED / run.name
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy(run.folder / "recipe.json", target)
        for split in ("validation", "test"):
            run.predict(split).save(target / f"{split}.npz")
    data = {"data_hash": runs[0].data_hash, "base_rates": runs[0].base_rates.tolist()}
    (_SAVED / "data.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Score what is saved, with thresholds from its own validation predictions."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--collect", nargs="+", default=[], metavar="RUN")
    folders = parser.parse_args().collect
    if folders:
        collect(folders)
    base_rates = json.loads((_SAVED / "data.json").read_text())["base_rates"]
    tests, rules, entries = {}, {}, []
    for folder in sorted(path for path in _SAVED.iterdir() if path.is_dir()):
        validation = Predictions.load(folder / "validation.npz")
        tests[folder.name] = test = Predictions.load(folder / "test.npz")
        rules[folder.name] = rule = DecisionRule.fit(validation)
        entries.append((f"{folder.name}, plain 0.5", test, DecisionRule.fixed(test.vocabulary)))
        one_for_all = DecisionRule.fit(validation, "global")
        entries.append((f"{folder.name}, one threshold", test, one_for_all))
        entries.append((folder.name, test, rule))
    table = score_table([*trivial_baselines(base_rates, test), *entries])
    table.to_csv(_HERE / "real_films.csv", float_format="%.4f")
    print(format_table(table))
    _compare(tests, rules)


def _compare(tests, rules) -> None:
    fusion = "concat_fusion_small"
    for other in sorted(set(tests) - {fusion}):
        print(f"\n{fusion} minus {other}, film by film, 95% intervals")
        intervals = paired_interval(tests[fusion], rules[fusion], tests[other], rules[other])
        for name, interval in intervals.items():
            print(f"  {name:<23} {interval.value:+.3f} [{interval.low:+.3f}, {interval.high:+.3f}]")


if __name__ == "__main__":
    main()
