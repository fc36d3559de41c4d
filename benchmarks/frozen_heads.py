"""Every fusion head on frozen MiniLM and MobileNet features of real films, three seeds each.

    python benchmarks/frozen_heads.py data/real \\
        --text-weights all-MiniLM-L6-v2 --poster-weights mobilenet_v1_0.75_224_no_top.weights.h5

Trains what is not trained yet under `--runs`, scores the validation films (the thresholds too
were chosen on them: all macro F1 are optimistic, by the same means), and takes plots or posters
away: with the thresholds that the run has, and with thresholds chosen on films fed alike, as the
model that knows no other modality has them. Writes `frozen_heads.csv`. The films are those of
`real_films.py`; no test film is read.
"""

import argparse
import csv
from pathlib import Path

import numpy as np

from keras_genre.data import MovieDataset
from keras_genre.evaluation import intervals_of_means, paired_interval_of_means
from keras_genre.models.feature_classifier import FeatureClassifier
from keras_genre.runs import FeatureCache, Recipe, Run
from keras_genre.runs.predicting import predict_with_features
from keras_genre.scoring import DecisionRule, Predictions
from keras_genre.training import train
from keras_genre.training.callbacks import EpochLog

_HERE = Path(__file__).parent
_HEADS = ("concat", "late", "gated", "central", "attention")
_ALONE = {"text": "minilm", "poster": "mobilenet"}
_SEEDS = (0, 1, 2)
# The same for every model, chosen on validation for `concat`.
_TRAINING = {"learning_rate": 5e-4, "weight_decay": 0.01, "epochs": 30, "patience": 6}
_MODALITY_DROPOUT = 0.3
# As wide as the classifiers of the two single models.
_OPTIONS = {
    "concat": {"hidden_dim": 256, "dropout": 0.3},
    "late": {"hidden_dim": 256, "dropout": 0.3},
    "gated": {"hidden_dim": 256},
    "central": {"hidden_dim": 256},
    "attention": {"projection_dim": 128, "hidden_dim": 128},
}
# Attention over 49 places and all words costs a hundred times what the others do: narrower, and
# for fewer epochs, of which it needs fewer.
_ATTENTION = {"epochs": 8, "patience": 3}


def recipes(text_weights: str, poster_weights: str) -> dict[str, list[Recipe]]:
    """The recipes of each model, one a seed."""
    text = {"text_weights": text_weights, "text_freeze": "all"}
    poster = {"poster_weights": poster_weights, "poster_freeze": "all"}
    both = {**text, **poster, "modality_dropout": _MODALITY_DROPOUT}
    models = {"minilm": text, "mobilenet": poster}
    for head in _HEADS:
        options = (("fusion_options", tuple(_OPTIONS[head].items())),)
        models[f"minilm+mobilenet+{head}"] = {**both, "changes": options}
    models["minilm+mobilenet+attention"].update(_ATTENTION)
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


def _row(model: str, what: str, trainings, minus=None) -> dict:
    """The mean over trainings, or its difference to another mean."""
    if minus is None:
        intervals = intervals_of_means(trainings)
    else:
        intervals = paired_interval_of_means(trainings, minus)
    films = len(trainings[0][0])
    row = {"model": model, "what": what, "films": films}
    for name, interval in intervals.items():
        row |= {
            name: f"{interval.value:.4f}",
            f"{name}_low": f"{interval.low:.4f}",
            f"{name}_high": f"{interval.high:.4f}",
        }
    scores = "  ".join(f"{i.value:+.3f} [{i.low:+.3f}, {i.high:+.3f}]" for i in intervals.values())
    print(f"{model:<28} {what:<58} {films:>5}  {scores}", flush=True)
    return row


def _scores(runs, answers):
    for name, of_seeds in runs.items():
        for run in of_seeds:
            yield _row(name, f"seed {run.recipe.seed}", [(answers(run), run.rule)])
        yield _row(name, "mean of seeds", [(answers(run), run.rule) for run in of_seeds])


def _without(runs, answers, with_poster):
    """Fusion that is given one modality, minus the model that knows no other."""
    for head in _HEADS:
        name = f"minilm+mobilenet+{head}"
        for kept, lost in (("text", "poster"), ("poster", "text")):
            fed = [answers(run, lost) for run in runs[name]]
            alone = [(answers(run), run.rule) for run in runs[_ALONE[kept]]]
            what = f"fed {kept} alone, minus {_ALONE[kept]}"
            own = [(each, run.rule) for each, run in zip(fed, runs[name], strict=True)]
            alike = [(each, DecisionRule.fit(each)) for each in fed]
            yield _row(name, f"{what}, own thresholds", own, alone)
            yield _row(name, f"{what}, thresholds alike", alike, alone)
            if kept == "poster":
                pairs = [
                    [(_some(predictions, with_poster), rule) for predictions, rule in trainings]
                    for trainings in (alike, alone)
                ]
                yield _row(name, f"{what}, thresholds alike, films with posters", *pairs)


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
