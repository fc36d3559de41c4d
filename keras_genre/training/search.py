"""Search over the fields of a recipe."""

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from sklearn.model_selection import ParameterGrid, ParameterSampler

from keras_genre.data import MovieDataset
from keras_genre.errors import RunError
from keras_genre.runs import Recipe, Run
from keras_genre.staging import staged_file
from keras_genre.training.fit import train

KINDS = ("grid", "random")
"""How values are chosen, by name."""

_RANDOM_TRIALS = 10


def search(
    recipe: Recipe,
    space: Mapping[str, Sequence],
    dataset: MovieDataset,
    folder: str | Path,
    kind: str = "grid",
    trials: int | None = None,
    say: Callable[[str], None] = lambda line: None,
    make_callbacks: Callable[[], list] = list,
) -> pd.DataFrame:
    """Train by a recipe with other values in some of its fields, and compare them on validation.

    Each trial is a run `trial-<number>` in `folder`. Given the same folder again, finished trials
    are not trained again and one that was ended goes on, as `train` does.

    Args:
        recipe: What stays.
        space: From the name of a field to the values that it may have.
        dataset: The records; test films are not read.
        folder: Where trials and the table go.
        kind: "grid" for all combinations, "random" for some.
        trials: The most trials; by default all combinations, or 10 random ones.
        say: Called with lines for people.
        make_callbacks: Makes Keras callbacks for each trial.

    Returns:
        A row a trial, best first: its values, `validation_macro_f1` of the best epoch and `run`. It
        also lies in `folder` as `table.csv`. The best of many is too good: score it on test films
        once, at the end.

    Raises:
        ValueError: If there is nothing to search, no such field or kind, or a value that a recipe
            cannot have.
        RunError: If `folder` holds another search.
    """
    if kind not in KINDS:
        raise ValueError(f"Unknown kind {kind!r}. Expected one of {', '.join(KINDS)}.")
    _check_space(recipe, space)
    folder = Path(folder)
    _claim(folder, recipe, space, kind, {"trials": trials, "data_hash": dataset.manifest.data_hash})
    rows = []
    for number, values in enumerate(_combinations(space, kind, trials, recipe.seed)):
        target = folder / f"trial-{number:03d}"
        if (target / "recipe.json").is_file():
            run = Run(target)
        else:
            say(f"Training {target}: {', '.join(f'{k}={v}' for k, v in values.items())}")
            chosen = dataclasses.replace(recipe, **values)
            run = train(chosen, dataset, target, callbacks=make_callbacks(), say=say)
        best = float(run.history["val_macro_f1"].max())
        rows.append({**values, "validation_macro_f1": best, "run": run.name})
    table = pd.DataFrame(rows).sort_values("validation_macro_f1", ascending=False)
    with staged_file(folder / "table.csv") as staging:
        table.to_csv(staging, index=False)
    return table.reset_index(drop=True)


def _combinations(space, kind: str, trials: int | None, seed: int) -> list[dict]:
    """The values of each trial, the same in every call."""
    every = ParameterGrid({name: list(values) for name, values in space.items()})
    if kind == "grid":
        return list(every)[:trials]
    number = min(trials or _RANDOM_TRIALS, len(every))
    return list(ParameterSampler(every.param_grid[0], number, random_state=seed))


def _check_space(recipe: Recipe, space: Mapping[str, Sequence]) -> None:
    if not space or not all(space.values()):
        raise ValueError("Expected at least one field with at least one value to search over.")
    fields = [field.name for field in dataclasses.fields(recipe)]
    for name, values in space.items():
        if name not in fields:
            raise ValueError(
                f"A recipe has no field {name!r}. Expected one of {', '.join(fields)}."
            )
        for value in values:
            dataclasses.replace(recipe, **{name: value})


def _claim(folder: Path, recipe: Recipe, space, kind: str, further: dict) -> None:
    """Note in a folder what is searched there, or refuse one where that is something else."""
    path = folder / "search.json"
    fields = {name: list(values) for name, values in space.items()}
    content = {"recipe": json.loads(recipe.to_json()), "space": fields, "kind": kind, **further}
    text = json.dumps(content, indent=1) + "\n"
    if not path.exists():
        with staged_file(path) as staging:
            staging.write_text(text, encoding="utf-8")
    elif path.read_text(encoding="utf-8") != text:
        raise RunError(
            f"{folder} holds a search of another recipe, space or kind, or on other records (see "
            f"{path}). Delete it, or choose another folder."
        )
