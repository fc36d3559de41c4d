"""`keras-genre train`: records in, a run out."""

from pathlib import Path

import click

from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder, Freeze, PresetName
from keras_genre.presets import PRESETS

_AUGMENTATIONS = ("none", "standard", "rand_augment", "mix_up", "cut_mix")
_LOSSES = (
    "bce", "weighted_bce", "weighted_bce_whole", "focal", "asymmetric", "class_balanced",
)  # fmt: skip
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


@click.command(cls=_Command)
@click.argument("data", type=Folder())
@click.option(
    "--preset",
    required=True,
    metavar="NAME",
    type=PresetName(),
    help="The model; see below.",
)
@click.option("--out", type=Folder(), help="Folder of the run, to be made [runs/<preset>].")
@click.option("--epochs", type=click.IntRange(1), help="Most epochs.")
@click.option("--batch-size", type=click.IntRange(1), help="Films a step.")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), help="Of AdamW.")
@click.option("--loss", type=Choice(_LOSSES), help="Loss, from logits [bce].")
@click.option("--patience", type=click.IntRange(1), help="Epochs without progress before stopping.")
@click.option(
    "--augmentation", type=Choice(_AUGMENTATIONS), help="What is done to training posters [none]."
)
@click.option(
    "--modality-dropout",
    type=click.FloatRange(0, 1, max_open=True),
    help="Share of films that lose plot or poster in a step.",
)
@click.option(
    "--text-weights",
    metavar="WHERE",
    help="Folder, hf:// name or file of the plot encoder's weights, or random [the preset's].",
)
@click.option("--poster-weights", metavar="WHERE", help="The same of the poster encoder.")
@click.option(
    "--text-freeze",
    metavar="HOW",
    type=Freeze(),
    help="What of the plot encoder's weights stays: none, all, or a number of layers.",
)
@click.option(
    "--poster-freeze", metavar="HOW", type=Freeze(), help="The same of the poster encoder."
)
@click.option(
    "--word-vectors",
    metavar="FILE",
    help="Word vectors to begin with: GloVe's .txt, or an .npz of words and vectors.",
)
@click.option("--dtype", type=Choice(_POLICIES), help="Precision [what suits the device].")
@click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), help="Of weights, shuffling and dropout."
)
@click.option("--skip-damaged", is_flag=True, help="Read on past damaged records, and count them.")
@json_option
def command(data, out, skip_damaged, as_json, **choices):
    """Train a model on the records in DATA.

    The epoch with the best validation macro F1 is kept; test films are not read.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.runs import Recipe
    from keras_genre.training import train
    from keras_genre.training.callbacks import EpochLog

    recipe = Recipe.from_preset(**choices)
    folder = Path(out or Path("runs") / recipe.preset.replace("+", "_"))
    dataset = MovieDataset(data, skip_damaged)
    run = train(recipe, dataset, folder, callbacks=[EpochLog(say)], say=say)
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
