"""From a recipe and records to a run."""

from collections.abc import Callable, Sequence
from pathlib import Path

import keras

from keras_genre.data import MovieDataset
from keras_genre.data.damaged_shard import damaged_shard_named
from keras_genre.data.service import service_errors
from keras_genre.errors import DatasetError
from keras_genre.models import GenreClassifier
from keras_genre.models.word_vectors import set_word_vectors, word_vectors_width
from keras_genre.preprocessing import MoviePreprocessor
from keras_genre.runs import Recipe, Run
from keras_genre.training.films import TrainingFilms
from keras_genre.training.fitting import Fitting
from keras_genre.training.leaving import write_run
from keras_genre.training.poster_evidence import mix_in_poster_evidence
from keras_genre.training.strategies import check_shared, make_team
from keras_genre.training.word_evidence import mix_in_word_evidence


def train(
    recipe: Recipe,
    dataset: MovieDataset,
    folder: str | Path,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    verbose: int = 0,
    say: Callable[[str], None] | None = None,
    strategy: str = "none",
    data_service: str | None = None,
) -> Run | None:
    """Train a model by a recipe, and leave a run.

    The best epoch is the one with the highest validation macro F1 at its best single threshold;
    its weights are kept, and the decision rule of the run, calibration and thresholds, is then
    fitted on validation; a model of plots and posters gets rules for films that lack one of them,
    on validation films from which it is taken away. The test films are not read. The folder appears
    when all of it is written.

    A training that is ended, in whatever way, goes on when it is begun again with the same recipe,
    records and folder: from the beginning of the epoch that it was in, and to the same weights, bit
    for bit, as if it had not been ended (on CPUs with the same number of threads; not with an
    augmentation of KerasCV, nor what further `callbacks` remember).

    What encoders say whose weights are frozen whole is computed once for all trainings whose runs
    lie side by side, and kept in a folder `.features` there.

    Args:
        recipe: Every choice.
        dataset: Records with a train and a validation split.
        folder: Where the run shall lie; it must not exist yet.
        callbacks: Further Keras callbacks, for example to show progress.
        verbose: As in `keras.Model.fit`.
        say: Called with a line for people while features are computed, where a training goes on,
            and where it stops before its last epoch.
        strategy: How devices share the work, one of `keras_genre.training.strategies.STRATEGIES`.
        data_service: `grpc://host:port` of a tf.data service that prepares training films; see
            `MovieDataset.load`. They then come in another order each time, so that a training does
            not repeat, and one that is gone on with is not the same bit for bit.

    Returns:
        The `Run`; of several workers, the chief alone has it, and others get None.

    Raises:
        ValueError: If there is no such strategy, or its TF_CONFIG is missing or wrong.
        RunError: If `folder` exists already or cannot be written, an unfinished training of it has
            another recipe or other records, the loss becomes NaN, or another worker is lost.
        DatasetError: If the records have no validation films, or are damaged, or the data service
            gives no films.
        WeightsError: If pretrained weights cannot be loaded or do not fit.
    """
    if "validation" not in dataset.splits:
        raise DatasetError(
            f"{dataset.folder} has no validation films, and the best epoch and the thresholds are "
            f"chosen on them. Prepare the records again with a validation split."
        )
    folder = Path(folder)
    data_hash = dataset.manifest.data_hash
    if data_service and strategy == "multi-worker":
        raise ValueError(
            "Expected data_service=None for strategy 'multi-worker': films of a service come to "
            "each worker in another order, and workers share batches that are the same for all."
        )
    team = make_team(strategy)
    with (
        team.folder(folder, recipe, data_hash) as (staging, checkpoints),
        damaged_shard_named(dataset),
        service_errors(),
    ):
        keras.utils.set_random_seed(recipe.seed)
        with team.scope():
            check_shared(recipe, dataset)
            preprocessor, model = _build(recipe, dataset)
            augmented = recipe.augmentation != "none"
            features = folder.parent / ".features"
            films = TrainingFilms(
                model, preprocessor, dataset, augmented, features, say, data_service
            )
            fitting = Fitting(recipe, films, dataset, checkpoints, callbacks, verbose, say, team)
            history = fitting.run()
        if not team.is_chief:
            return None
        trained = _copied(model)
        if recipe.word_evidence:
            mix_in_word_evidence(trained, preprocessor, dataset, recipe.word_evidence)
        if recipe.poster_evidence:
            mix_in_poster_evidence(trained, preprocessor, dataset, recipe.poster_evidence)
        write_run(staging, recipe, trained, preprocessor, films, history, dataset)
    return Run(folder)


def _copied(model: GenreClassifier) -> GenreClassifier:
    """The same model of one device, without the optimizer, which holds two numbers a weight."""
    copy = GenreClassifier.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy


def _build(recipe: Recipe, dataset: MovieDataset) -> tuple[MoviePreprocessor, GenreClassifier]:
    changes = recipe.preset_changes
    preprocessor = MoviePreprocessor.from_preset(recipe.preset, **changes)
    preprocessor.adapt(dataset.plots("train"))
    if recipe.word_vectors:
        width = word_vectors_width(recipe.word_vectors)
        options = dict(changes.get("text_options", ()))
        changes["text_options"] = {**options, "embedding_dim": width}
    model = GenreClassifier.from_preset(
        recipe.preset,
        dataset.vocabulary,
        dtype=recipe.dtype,
        modality_dropout=recipe.modality_dropout,
        **changes,
    )
    if recipe.word_vectors:
        words = preprocessor.plot.get_vocabulary()
        set_word_vectors(model.text_encoder, words, recipe.word_vectors)
    return preprocessor, model
