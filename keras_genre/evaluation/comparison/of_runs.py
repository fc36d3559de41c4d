"""From run folders to systems: what each is made of, and which are one system with many seeds."""

import dataclasses
import json
import re
from collections.abc import Mapping, Sequence

import numpy as np

from keras_genre.evaluation.comparison.system import System, threshold_choice
from keras_genre.presets import (
    POSTER_PRESETS,
    RANDOM_WEIGHTS,
    TEXT_PRESETS,
    Preset,
    get_preset,
)
from keras_genre.scoring.decision_rule import DecisionRule
from keras_genre.scoring.predictions import Predictions

__all__ = ["systems_of_runs"]

_SEEDS = ("seed", "random_state")
_ENDING = re.compile(r"[-_. ](seed|s)?[-_]?\d+$")


def systems_of_runs(runs: Sequence, split: str) -> tuple[list[System], list[str]]:
    """Make systems of runs, those that differ in their seed alone being one.

    Each run keeps its own decision rule, if all were chosen the same way; otherwise one
    threshold a genre is chosen anew for all, on their validation predictions, and a note says so.

    Args:
        runs: `Run` or what has its `name`, `rule`, `data_hash` and `predict(split)`, and as a
            `BaselineRun` `kind` and `choices` in place of a recipe.
        split: Which films to compare them on.

    Returns:
        The systems, and notes for whoever reads the comparison.

    Raises:
        ValueError: If there is no run, two have the same name or say the same of every film, or
            they speak of other films; the message names them.
        KerasGenreError: If a run cannot be read.
    """
    if not runs:
        raise ValueError("Expected runs to compare, received none.")
    predicted = [run.predict(split) for run in runs]
    _refuse_doubles(runs, predicted)
    rules, notes = _rules(runs)
    if len({run.data_hash for run in runs}) > 1:
        notes.append("The runs were trained on records of different content (data hash).")
    groups = {}
    for run, predictions, rule in zip(runs, predicted, rules, strict=True):
        groups.setdefault(_choices_but_seed(run), []).append((run, (predictions, rule)))
    systems, several = [], []
    for members in groups.values():
        own = [run for run, _ in members]
        trainings = [training for _, training in members]
        systems.append(System(_name(own, runs), trainings, **_about(own[0])))
        if len(own) > 1:
            several.append(f"{systems[-1].name} ({', '.join(run.name for run in own)})")
    if several:
        notes.append(f"Runs that differ in their seed alone are one system: {'; '.join(several)}.")
    return systems, notes


def _refuse_doubles(runs: Sequence, predicted: Sequence[Predictions]) -> None:
    for number, (run, predictions) in enumerate(zip(runs, predicted, strict=True)):
        try:
            predicted[0].check_same_films(predictions)
        except ValueError as cause:
            raise ValueError(
                f"{runs[0].name} and {run.name} cannot be compared. {cause}"
            ) from cause
        for other, said in zip(runs[:number], predicted, strict=False):
            if run.name == other.name:
                raise ValueError(f"Expected each run once, received {run.name!r} twice.")
            if np.array_equal(said.probabilities, predictions.probabilities):
                raise ValueError(
                    f"{other.name} and {run.name} say exactly the same of every film. Expected "
                    f"each run once; is one a copy of the other?"
                )


def _rules(runs: Sequence) -> tuple[list[DecisionRule], list[str]]:
    """The decision rules, chosen anew where they were not chosen alike."""
    choices = {}
    for run in runs:
        choices.setdefault(threshold_choice(run.rule), []).append(run.name)
    if len(choices) == 1:
        return [run.rule for run in runs], []
    ways = "; ".join(f"{', '.join(names)}: {choice}" for choice, names in choices.items())
    note = (
        f"The runs' own thresholds were not chosen alike ({ways}). So that no run is above another "
        f"by that, one threshold a genre was chosen anew for each, on validation."
    )
    return [run.fit_rule("per_genre") for run in runs], [note]


def _choices_but_seed(run) -> str:
    """Every choice that made the run but its seed, as text that can be compared."""
    choices = json.loads(run.recipe.to_json()) if _is_deep(run) else dict(run.choices)
    own = {name: value for name, value in choices.items() if name not in _SEEDS}
    kind = "" if _is_deep(run) else run.kind
    return json.dumps([kind, run.data_hash, own], sort_keys=True, default=str)


def _is_deep(run) -> bool:
    return hasattr(run, "recipe")


def _name(own: Sequence, runs: Sequence) -> str:
    """What is common to the names of a system's runs, if no other run can be meant by it."""
    if len(own) == 1:
        return own[0].name
    stems = {_ENDING.sub("", run.name) for run in own}
    others = {run.name for run in runs if run not in own}
    stem = stems.pop()
    taken = {stem, *stems} & {*others, *(_ENDING.sub("", name) for name in others)}
    return stem if not stems and not taken else ", ".join(run.name for run in own)


def _about(run) -> dict:
    """What the questions of a comparison ask of a system."""
    if _is_deep(run):
        preset = get_preset(run.recipe.preset, **run.recipe.preset_changes)
        return _about_preset(preset, preset.fusion_head, run.recipe.word_vectors)
    if "preset" not in run.choices:
        return {"text": run.kind}  # TF-IDF, which reads plots; pretraining is not asked of it
    weights = {field: run.choices.get(field) for field in ("text_weights", "poster_weights")}
    preset = get_preset(run.choices["preset"], **weights)
    preset = dataclasses.replace(preset, text_freeze="all", poster_freeze="all")
    return _about_preset(preset, run.kind, None)


def _about_preset(preset: Preset, fusion: str, word_vectors: str | None) -> dict:
    text = _encoder(preset, "text", TEXT_PRESETS)
    poster = _encoder(preset, "poster", POSTER_PRESETS)
    pretrained = [
        getattr(preset, f"{kind}_weights") not in (None, RANDOM_WEIGHTS)
        for kind, encoder in (("text", text), ("poster", poster))
        if encoder
    ]
    none = not any(pretrained) and not word_vectors
    return {
        "text": text,
        "poster": poster,
        "fusion": fusion if text and poster else "",
        "pretrained": True if all(pretrained) else False if none else None,
    }


def _encoder(preset: Preset, kind: str, listed: Mapping[str, Preset]) -> str:
    """What a preset's encoder is called; empty where it has none."""
    fields = (f"{kind}_encoder", f"{kind}_options")
    own = [getattr(preset, field) for field in fields]
    known = (
        name for name, other in listed.items() if [getattr(other, field) for field in fields] == own
    )
    name = next(known, own[0] or "")
    frozen = getattr(preset, f"{kind}_freeze") == "all"
    return f"frozen {name}" if name and frozen else name
