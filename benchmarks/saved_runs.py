"""Runs on real films as `predictions/` keeps them: recipes, ids, labels and probabilities."""

import dataclasses
import functools
import json
from pathlib import Path

from keras_genre.runs import FeatureCache, Recipe, without_plots, without_posters
from keras_genre.runs.predicting import predict, predict_with_features
from keras_genre.scoring import DecisionRule, Predictions

FOLDER = Path(__file__).parent / "predictions"
_LACKING = {"without_plot": "text", "without_poster": "poster"}
_TRANSFORMS = {"text": without_plots, "poster": without_posters}


@dataclasses.dataclass(frozen=True)
class SavedRun:
    """What comparing asks of a run, from a folder of `predictions/`."""

    folder: Path

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def data_hash(self) -> str:
        return about_films()["data_hash"]

    def predict(self, split: str) -> Predictions:
        return Predictions.load(self.folder / f"{split}.npz")

    @functools.cached_property
    def rule(self) -> DecisionRule:
        """Fitted on validation, in the same way for every run."""
        return self.fit_rule("per_genre")

    def fit_rule(self, method: str) -> DecisionRule:
        paths = {name: self.folder / f"validation_{name}.npz" for name in _LACKING}
        lacking = {name: Predictions.load(path) for name, path in paths.items() if path.is_file()}
        return DecisionRule.fit(self.predict("validation"), method, **lacking)


class SavedDeepRun(SavedRun):
    @property
    def recipe(self) -> Recipe:
        return Recipe.from_json((self.folder / "recipe.json").read_text(encoding="utf-8"))


class SavedBaseline(SavedRun):
    @property
    def kind(self) -> str:
        return self._about["kind"]

    @property
    def choices(self) -> dict:
        return self._about["choices"]

    @functools.cached_property
    def _about(self) -> dict:
        return json.loads((self.folder / "baseline.json").read_text(encoding="utf-8"))


def saved_runs() -> list[SavedRun]:
    return [
        SavedDeepRun(path) if (path / "recipe.json").is_file() else SavedBaseline(path)
        for path in sorted(FOLDER.iterdir())
        if path.is_dir()
    ]


def about_films() -> dict:
    return json.loads((FOLDER / "data.json").read_text(encoding="utf-8"))


def save_run(run, name: str) -> None:
    """Keep what a run says of validation and test films, and how it was made."""
    target = FOLDER / name
    target.mkdir(parents=True, exist_ok=True)
    if hasattr(run, "recipe"):
        (target / "recipe.json").write_text(_named(run.recipe).to_json(), encoding="utf-8")
        for file, predictions in _said(run):
            predictions.save(target / f"{file}.npz")
    else:
        about = {"kind": run.kind, "choices": _without_places(run.choices)}
        (target / "baseline.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
        for split in ("validation", "test"):
            run.predict(split).save(target / f"{split}.npz")
    data = {"data_hash": run.data_hash, "base_rates": [float(rate) for rate in run.base_rates]}
    (FOLDER / "data.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def _said(run):
    """Predictions by file name; a frozen encoder is asked once for all runs beside each other."""
    frozen = {
        modality
        for modality in ("text", "poster")
        if getattr(run.recipe, f"{modality}_freeze") == "all"
    }
    cache = FeatureCache(run.folder.parent / ".features", run.dataset, print)

    def said(split: str, hidden: str = "") -> Predictions:
        arguments = (run.preprocessor, run.dataset, split)
        if not frozen:
            return predict(run.model, *arguments, transform=_TRANSFORMS.get(hidden))
        from keras_genre.models.feature_classifier import FeatureClassifier

        known = {name: cache.get(run.model, run.preprocessor, name, split) for name in frozen}
        if hidden:
            known[hidden] = known[hidden].hidden()
        return predict_with_features(FeatureClassifier(run.model, known), *arguments, known)

    for split in ("validation", "test"):
        whole = said(split)
        yield split, whole
        if run.model.text_encoder is not None and run.model.poster_encoder is not None:
            for name, modality in _LACKING.items():
                other = whole.has_poster if modality == "text" else whole.has_plot
                yield f"{split}_{name}", said(split, modality).of_films(other)


def _named(recipe: Recipe) -> Recipe:
    """The recipe with the names of weights in place of where they lay."""
    return dataclasses.replace(
        recipe,
        **_without_places({f: getattr(recipe, f) for f in ("text_weights", "poster_weights")}),
    )


def _without_places(choices: dict) -> dict:
    places = {"text_weights": "all-MiniLM-L6-v2"}
    return {
        name: places.get(name, Path(value).name)
        if value and name in ("text_weights", "poster_weights")
        else value
        for name, value in choices.items()
    }
