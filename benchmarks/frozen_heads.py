"""Every fusion head on frozen MiniLM and MobileNet features of real films, three seeds each.

    python benchmarks/frozen_heads.py data/real \\
        --text-weights all-MiniLM-L6-v2 --poster-weights mobilenet_v1_0.75_224_no_top.weights.h5

Trains what is not trained yet under `--runs`, scores the validation films (the thresholds too were
chosen on them: all macro F1 are optimistic, by the same means), and takes plots or posters away.
Writes `frozen_heads.csv`. The films are those of `real_films.py`; no test film is read.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.evaluation import bootstrap_intervals, paired_interval_of_means
from keras_genre.models.feature_classifier import FeatureClassifier
from keras_genre.runs import FeatureCache, Recipe, Run
from keras_genre.runs.predicting import predict_with_features
from keras_genre.scoring import Predictions
from keras_genre.training import train
from keras_genre.training.callbacks import EpochLog

_HERE = Path(__file__).parent
_HEADS = ("concat", "late", "gated", "central", "attention")
_ALONE = {"text": "minilm", "poster": "mobilenet"}
_SEEDS = (0, 1, 2)
# The same for every model, chosen on validation for `concat`.
_TRAINING = {"learning_rate": 5e-4, "weight_decay": 0.01, "epochs": 30, "patience": 6}
_MODALITY_DROPOUT = 0.3
# Attention over 49 places and all words costs a hundred times what the others do: narrower, and
# for fewer epochs, of which it needs fewer.
_ATTENTION = {
    "epochs": 8,
    "patience": 3,
    "changes": (("fusion_options", (("projection_dim", 128), ("hidden_dim", 128))),),
}


def recipes(text_weights: str, poster_weights: str) -> dict[str, list[Recipe]]:
    """The recipes of each model, one a seed."""
    text = {"text_weights": text_weights, "text_freeze": "all"}
    poster = {"poster_weights": poster_weights, "poster_freeze": "all"}
    both = {**text, **poster, "modality_dropout": _MODALITY_DROPOUT}
    models = {"minilm": text, "mobilenet": poster}
    models.update({f"minilm+mobilenet+{head}": both for head in _HEADS})
    models["minilm+mobilenet+attention"] = {**both, **_ATTENTION}
    return {
        name: [Recipe(name, seed=seed, **{**_TRAINING, **values}) for seed in _SEEDS]
        for name, values in models.items()
    }


def trained(recipe: Recipe, dataset: MovieDataset, folder: Path) -> Run:
    """The run of a recipe, trained if it is not there."""
    target = folder / f"{recipe.preset.replace('+', '_')}-{recipe.seed}"
    if target.is_dir():
        return Run(target)
    print(f"training {target}", flush=True)
    return train(
        recipe, dataset, target, callbacks=[EpochLog(print, dataset.num_films("train"))], say=print
    )


class Answers:
    """What runs say of the validation films, as they are and with a modality taken away."""

    def __init__(self, folder: Path, dataset: MovieDataset):
        self._cache = FeatureCache(folder / ".features", dataset)
        self._dataset = dataset

    def __call__(self, run: Run, without: str = "") -> Predictions:
        if not without:
            return run.predict("validation")
        model, preprocessor = run.model, run.preprocessor
        known = {
            modality: self._cache.get(model, preprocessor, modality, "validation")
            for modality in ("text", "poster")
        }
        known[without] = known[without].hidden()
        features = FeatureClassifier(model, known)
        return predict_with_features(features, preprocessor, self._dataset, "validation", known)


def main() -> None:
    """Train, score and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--text-weights", required=True)
    parser.add_argument("--poster-weights", required=True)
    parser.add_argument("--runs", type=Path, default=Path("runs/frozen_heads"))
    arguments = parser.parse_args()
    dataset = MovieDataset(arguments.data)
    runs = {
        name: [trained(recipe, dataset, arguments.runs) for recipe in of_seeds]
        for name, of_seeds in recipes(arguments.text_weights, arguments.poster_weights).items()
    }
    answers = Answers(arguments.runs, dataset)
    rows = [*_scores(runs, answers), *_without(runs, answers, _posters_there(runs, answers))]
    with (_HERE / "frozen_heads.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _row(model: str, what: str, films: int, intervals) -> dict:
    row = {"model": model, "what": what, "films": films}
    for name, interval in intervals.items():
        row |= {
            name: f"{interval.value:.4f}",
            f"{name}_low": f"{interval.low:.4f}",
            f"{name}_high": f"{interval.high:.4f}",
        }
    scores = "  ".join(f"{i.value:+.3f} [{i.low:+.3f}, {i.high:+.3f}]" for i in intervals.values())
    print(f"{model:<28} {what:<36} {films:>5}  {scores}", flush=True)
    return row


def _scores(runs, answers):
    for name, of_seeds in runs.items():
        for run in of_seeds:
            predictions = answers(run)
            intervals = bootstrap_intervals(predictions, run.rule)
            yield _row(name, f"seed {run.recipe.seed}", len(predictions), intervals)


def _without(runs, answers, with_poster):
    """Fusion that is given one modality, minus the model that knows no other."""
    for head in _HEADS:
        name = f"minilm+mobilenet+{head}"
        for kept, lost in (("text", "poster"), ("poster", "text")):
            fed = [(answers(run, lost), run.rule) for run in runs[name]]
            alone = [(answers(run), run.rule) for run in runs[_ALONE[kept]]]
            what = f"fed {kept} alone, minus {_ALONE[kept]}"
            yield _row(name, what, len(fed[0][0]), paired_interval_of_means(fed, alone))
            if kept == "poster":
                fed, alone = (
                    [(_some(predictions, with_poster), rule) for predictions, rule in trainings]
                    for trainings in (fed, alone)
                )
                what = f"{what}, films with posters"
                yield _row(name, what, len(fed[0][0]), paired_interval_of_means(fed, alone))


def _posters_there(runs, answers) -> np.ndarray:
    run = runs["mobilenet"][0]
    return answers._cache.get(run.model, run.preprocessor, "poster", "validation").present


def _some(predictions: Predictions, films: np.ndarray) -> Predictions:
    return Predictions(
        np.asarray(predictions.movie_ids)[films],
        predictions.labels[films],
        predictions.probabilities[films],
        predictions.vocabulary,
        predictions.split,
    )


if __name__ == "__main__":
    main()
