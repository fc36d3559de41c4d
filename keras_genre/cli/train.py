"""`keras-genre train`: records in, a run out."""

from pathlib import Path

import click

from keras_genre.cli.output import emit, json_option, say
from keras_genre.presets import PRESETS


@click.command()
@click.argument("data", type=click.Path())
@click.option("--preset", required=True, type=click.Choice(list(PRESETS)), help="The model.")
@click.option("--out", help="Folder of the run, to be made [runs/<preset>].")
@click.option("--epochs", type=int, help="Most epochs.")
@click.option("--batch-size", type=int, help="Films a step.")
@click.option("--learning-rate", type=float, help="Of AdamW.")
@click.option("--loss", type=click.Choice(["bce", "weighted_bce"]), help="Loss, from logits.")
@click.option("--patience", type=int, help="Epochs without progress before stopping.")
@click.option("--dtype", help="Keras dtype policy [the one that suits the device].")
@click.option("--seed", type=int, help="Of weights, shuffling and dropout.")
@json_option
def command(data, out, as_json, **choices):
    """Train a model on the records in DATA.

    The epoch with the best validation macro F1 is kept; test films are not read.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.runs import Recipe
    from keras_genre.training import train
    from keras_genre.training.callbacks import EpochLog

    recipe = Recipe(**{name: value for name, value in choices.items() if value is not None})
    folder = Path(out or Path("runs") / recipe.preset)
    run = train(recipe, MovieDataset(data), folder, callbacks=[EpochLog(say)])
    history = run.history
    best = history.loc[history["val_macro_f1"].idxmax()]
    result = {
        "run": str(folder),
        "epochs": len(history),
        "best_epoch": int(best["epoch"]),
        "validation_macro_f1": float(best["val_macro_f1"]),
    }
    text = (
        f"{folder}: best epoch {result['best_epoch']} of {len(history)}, "
        f"validation macro F1 {result['validation_macro_f1']:.3f}"
    )
    emit(result, text, as_json)
