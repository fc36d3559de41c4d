"""Running a study: what is finished is skipped, what was ended goes on."""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import pandas as pd

from keras_genre.baselines import BaselineRun, make_tfidf
from keras_genre.data import MovieDataset
from keras_genre.errors import DatasetError, RunError, WeightsError
from keras_genre.presets import RANDOM_WEIGHTS, get_preset
from keras_genre.runs import Recipe, Run
from keras_genre.staging import staged_file
from keras_genre.studies.baseline_rows import baseline_of_row, check_records
from keras_genre.studies.missing_error import MissingError
from keras_genre.studies.study import Row, Study
from keras_genre.studies.table import study_table
from keras_genre.studies.weights import weights_of_row
from keras_genre.training import train


@dataclasses.dataclass(frozen=True)
class StudyOptions:
    """How a study is run.

    Args:
        seeds: Trainings of each model.
        epochs: Most epochs of each, for a quick look; None for as many as the recipes say.
        weights: From what presets name, for example "hf://distilbert/distilbert-base-uncased", or
            from the preset of an encoder, as "convnext_tiny", to a local folder or file that holds
            its weights, or "random".
        word_vectors: A file of word vectors, for the rows that begin with them.
    """

    seeds: int = 1
    epochs: int | None = None
    weights: Mapping[str, str] = dataclasses.field(default_factory=dict)
    word_vectors: str | None = None


def run_study(
    study: Study,
    dataset: MovieDataset,
    folder: str | Path,
    options: StudyOptions = StudyOptions(),
    only: Collection[str] = (),
    say: Callable[[str], None] = lambda line: None,
    make_callbacks: Callable[[], list] = list,
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Train every model of a study and score it on the test films, beside TF-IDF.

    Each training is a run `<row>-seed<number>` in `folder`. Those that are there are not trained
    again; one that was ended goes on. A row whose pretrained weights, word vectors, links or
    libraries cannot be had is left out.

    Args:
        study: The models.
        dataset: Records with train, validation and test splits.
        folder: Where runs and the table go.
        options: Seeds, epochs and local weights.
        only: Names of the rows to train; all by default.
        say: Called with lines for people.
        make_callbacks: Makes Keras callbacks for each training.

    Returns:
        The table, which also lies in `folder` as `table.csv`; and of each row left out, why.

    Raises:
        ValueError: If there is no such row.
        DatasetError: If the records have no test films.
        RunError: If no row could be trained, or a run of the same name has another recipe.
    """
    rows = _chosen(study, only)
    if "test" not in dataset.splits:
        raise DatasetError(f"{dataset.folder} has no test films to score a study on.")
    folder = Path(folder)
    runs, left_out = {}, {}
    for row in rows:
        try:
            runs[row.name] = [
                _trained(row, seed, dataset, folder, options, say, make_callbacks)
                for seed in range(options.seeds)
            ]
        except (WeightsError, MissingError) as reason:
            left_out[row.name] = str(reason)
            say(f"{row.name} is left out: {reason}")
    if not runs:
        raise RunError(f"No model of the study could be trained: {'; '.join(left_out.values())}")
    table = study_table(rows, runs, _tfidf(dataset, folder, say))
    with staged_file(folder / "table.csv") as staging:
        table.to_csv(staging)
    return table, left_out


def _chosen(study: Study, only: Collection[str]) -> list[Row]:
    names = [row.name for row in study.rows]
    unknown = [name for name in only if name not in names]
    if unknown:
        raise ValueError(
            f"The study has no row {', '.join(unknown)}. Expected some of {', '.join(names)}."
        )
    return [row for row in study.rows if not only or row.name in only]


def _tfidf(dataset: MovieDataset, folder: Path, say: Callable[[str], None]) -> BaselineRun:
    target = folder / "tfidf"
    if target.is_dir():
        baseline = BaselineRun.load(target)
        check_records(target, baseline.data_hash, dataset)
        return baseline
    say(f"Training {target}")
    return make_tfidf(dataset).save(target)


def _trained(row, seed, dataset, folder, options, say, make_callbacks) -> Run | BaselineRun:
    target = folder / f"{row.name}-seed{seed}"
    if row.baseline:
        return baseline_of_row(row, seed, dataset, target, options.weights, say)
    recipe = make_recipe(row, seed, options)
    if (target / "recipe.json").is_file():
        return _finished(target, recipe, dataset)
    if get_preset(row.preset).neighbor_dim and dataset.manifest.links is None:
        raise MissingError("its records are not linked (keras-genre link).")
    say(f"Training {target}")
    return train(recipe, dataset, target, callbacks=make_callbacks(), say=say)


def make_recipe(row: Row, seed: int, options: StudyOptions) -> Recipe:
    """The recipe of one training of a row.

    Raises:
        MissingError: If it begins with word vectors, or weights, and none are named.
    """
    if row.needs_word_vectors and not options.word_vectors:
        raise MissingError("it begins with word vectors; name a file of them (--word-vectors).")
    weights = weights_of_row(row, options.weights)
    choices = dict(row.choices)
    for field, where in weights.items():
        if where == RANDOM_WEIGHTS:  # which nothing freezes
            choices.pop(field.replace("weights", "freeze"), None)
    vectors = options.word_vectors if row.needs_word_vectors else None
    recipe = Recipe.from_preset(row.preset, **choices, **weights, word_vectors=vectors, seed=seed)
    if options.epochs is None:
        return recipe
    epochs = min(options.epochs, recipe.epochs)
    return dataclasses.replace(
        recipe, epochs=epochs, refine_epochs=min(epochs, recipe.refine_epochs)
    )


def _finished(target: Path, recipe: Recipe, dataset: MovieDataset) -> Run:
    run = Run(target)
    # The precision is that of whichever machine trained it.
    expected = dataclasses.replace(recipe, dtype=run.recipe.dtype)
    if run.recipe != expected:
        raise RunError(
            f"{target} was trained by another recipe than this study asks for. Delete it, or "
            f"choose another folder for the study."
        )
    check_records(target, run.data_hash, dataset)
    return run
