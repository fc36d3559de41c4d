"""`keras-genre train`: records in, a run out."""

import dataclasses
import importlib.util
from pathlib import Path

import click

from keras_genre.cli.few_films import warn_of_few
from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder, Freeze, PresetName
from keras_genre.errors import WeightsError
from keras_genre.presets import PRESETS

_AUGMENTATIONS = ("none", "standard", "rand_augment", "mix_up", "cut_mix")
_RULES = ("per_genre", "global", "top_k")
_SCHEDULES = ("plateau", "cosine", "constant")
_LOSSES = (
    "bce", "weighted_bce", "weighted_bce_whole", "focal", "asymmetric", "class_balanced",
)  # fmt: skip
_STRATEGIES = ("none", "mirrored", "multi-worker")
_POLICIES = ("auto", "float32", "mixed_float16", "mixed_bfloat16")


class _Command(click.Command):
    """Lists the presets below the options; with more of them, their names would not fit a line."""

    def format_epilog(self, ctx, formatter):
        with formatter.section("Presets"):
            formatter.write_dl([(name, preset.description) for name, preset in PRESETS.items()])
        with formatter.section("Or any combination"):
            formatter.write_dl(
                [("TEXT+POSTER+HEAD", "Two presets and a fusion head, as in lstm+cnn64+gated.")]
            )


def _choices(command):
    """Add an option for each field of a recipe that people choose by hand."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_WHOLE, _RATE = click.IntRange(1), click.FloatRange(0, min_open=True)
_SHARE = click.FloatRange(0, 1, max_open=True)
_OPTIONS = (
    click.option("--epochs", type=_WHOLE, help="Most epochs."),
    click.option("--batch-size", type=_WHOLE, help="Films a batch."),
    click.option("--accumulation", type=_WHOLE, help="Batches a step [1]."),
    click.option("--learning-rate", type=_RATE, help="Of AdamW, at its highest."),
    click.option("--encoder-learning-rate", type=_RATE, help="The same of the encoders."),
    click.option("--weight-decay", type=click.FloatRange(0), help="Of AdamW."),
    click.option("--clip-norm", type=_RATE, help="Most that gradients have as their norm."),
    click.option("--schedule", type=Choice(_SCHEDULES), help="How the rate changes [plateau]."),
    click.option("--warmup-epochs", type=click.FloatRange(0), help="Epochs in which it rises."),
    click.option("--loss", type=Choice(_LOSSES), help="Loss, from logits [bce]."),
    click.option("--label-smoothing", type=_SHARE, help="How far labels move towards one half."),
    click.option("--balanced", is_flag=True, default=None, help="Every genre equally often."),
    click.option("--patience", type=_WHOLE, help="Epochs without progress before stopping."),
    click.option("--ema-momentum", type=_SHARE, help="Average the weights, keeping this share."),
    click.option("--refine-epochs", type=click.IntRange(0), help="Epochs more from the best one."),
    click.option("--word-evidence", type=_SHARE, help="What single words have to say, in the end."),
    click.option(
        "--poster-evidence",
        type=click.FloatRange(0, 1),
        help="What posters without plot have to say by themselves, in the end.",
    ),
    click.option("--rule", type=Choice(_RULES), help="How thresholds are fitted [per_genre]."),
    click.option("--augmentation", type=Choice(_AUGMENTATIONS), help="Of training posters [none]."),
    click.option(
        "--modality-dropout", type=_SHARE, help="Share of films that lose plot or poster in a step."
    ),
    click.option(
        "--text-weights",
        metavar="WHERE",
        help="Folder, hf:// name or file of the plot encoder's weights, or random [the preset's].",
    ),
    click.option("--poster-weights", metavar="WHERE", help="The same of the poster encoder."),
    click.option(
        "--text-freeze",
        metavar="HOW",
        type=Freeze(),
        help="What of the plot encoder's weights stays: none, all, or a number of layers.",
    ),
    click.option(
        "--poster-freeze", metavar="HOW", type=Freeze(), help="The same of the poster encoder."
    ),
    click.option(
        "--word-vectors",
        metavar="FILE",
        help="Word vectors to begin with: GloVe's .txt, or an .npz of words and vectors.",
    ),
    click.option("--dtype", type=Choice(_POLICIES), help="Precision [what suits the device]."),
    click.option(
        "--seed", type=click.IntRange(0, 2**32 - 1), help="Of weights, shuffling and dropout."
    ),
)


@click.command(cls=_Command)
@click.argument("data", type=Folder())
@click.option("--preset", metavar="NAME", type=PresetName(), help="The model; see below.")
@click.option(
    "--recipe",
    metavar="FILE",
    help="A recipe.json, as a run holds it; further options change it.",
)
@click.option("--out", type=Folder(), help="Folder of the run, to be made [runs/<preset>].")
@_choices
@click.option(
    "--strategy",
    default="none",
    show_default=True,
    type=Choice(_STRATEGIES),
    help="Share every batch among all GPUs of this machine, or all workers of TF_CONFIG.",
)
@click.option(
    "--data-service",
    metavar="grpc://HOST:PORT",
    help="Have films prepared by a tf.data service; see keras-genre data-service.",
)
@click.option(
    "--tensorboard",
    metavar="FOLDER",
    type=Folder(),
    help="Write curves for TensorBoard into FOLDER/<name of the run>.",
)
@click.option("--skip-damaged", is_flag=True, help="Read on past damaged records, and count them.")
@json_option
def command(
    data, preset, recipe, out, strategy, data_service, tensorboard, skip_damaged, as_json, **choices
):
    """Train a model on the records in DATA.

    The epoch with the best validation macro F1 is kept; test films are not read. What is not
    chosen is as the source of the preset has it. A training that was ended goes on where it was
    when the same command is given again.
    """
    if bool(preset) == bool(recipe):
        raise click.UsageError(
            "Expected either --preset or --recipe. `keras-genre models` lists the presets."
        )
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.runs import Recipe
    from keras_genre.training import train
    from keras_genre.training.callbacks import EpochLog

    recipe = _read(recipe, choices) if recipe else Recipe.from_preset(preset, **choices)
    folder = Path(out or Path("runs") / recipe.preset.replace("+", "_"))
    refuse_existing(folder)
    dataset = MovieDataset(data, skip_damaged)
    warn_of_few({split: dataset.num_films(split) for split in dataset.splits if split != "test"})
    callbacks = [EpochLog(say, dataset.num_films("train"))]
    if tensorboard and _is_chief(strategy):
        callbacks.append(_tensorboard(Path(tensorboard) / folder.resolve().name))
    try:
        run = train(recipe, dataset, folder, callbacks, 0, say, strategy, data_service)
    except WeightsError as cause:
        raise WeightsError(
            f"{cause} The options are --text-weights and --poster-weights: a folder, a file or a "
            f"name at a hub."
        ) from cause
    except KeyboardInterrupt:
        say("Ended. The same command goes on with the epoch that this was in.")
        raise
    if run is None:
        emit({"run": None}, f"Done. The chief writes {folder}.", as_json)
        return
    history = run.history
    best = history.loc[history["val_macro_f1"].idxmax()]
    result = {
        "run": str(folder),
        "epochs": len(history),
        "best_epoch": int(best["epoch"]),
        "validation_macro_f1": float(best["val_macro_f1"]),
        "skipped_records": dataset.skipped,
    }
    text = (
        f"{folder}: best epoch {result['best_epoch']} of {len(history)}, "
        f"validation macro F1 {result['validation_macro_f1']:.3f}"
    )
    emit(result, text, as_json)


def _is_chief(strategy: str) -> bool:
    from keras_genre.training.cluster import Cluster

    return strategy != "multi-worker" or Cluster.from_environment().number == 0


def _tensorboard(folder: Path):
    """Its curves are by epoch: a training that goes on writes its epochs to the same folder."""
    import keras

    from keras_genre.errors import KerasGenreError

    if importlib.util.find_spec("tensorboard") is None:
        raise KerasGenreError(
            "--tensorboard needs TensorBoard. Install it with: pip install "
            "'keras-genre[tensorboard]'"
        )
    # The graph of a model that holds a transformer is megabytes that nobody looks at.
    return keras.callbacks.TensorBoard(folder, write_graph=False)


def _read(path: str, choices: dict):
    from keras_genre.errors import RunError
    from keras_genre.runs import Recipe

    try:
        recipe = Recipe.from_json(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as cause:
        raise RunError(f"The recipe {path} cannot be read: {cause}") from cause
    except RunError as cause:
        raise RunError(f"{path}: {cause}") from cause
    given = {name: value for name, value in choices.items() if value is not None}
    return dataclasses.replace(recipe, **given)
