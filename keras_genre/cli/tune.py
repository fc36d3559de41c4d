"""`keras-genre tune`: a search over the fields of a recipe."""

import ast

import click

from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Folder, PresetName


@click.command()
@click.argument("data", type=Folder())
@click.option("--preset", required=True, metavar="NAME", type=PresetName(), help="The model.")
@click.option(
    "--search",
    "spaces",
    multiple=True,
    required=True,
    metavar="FIELD=VALUE,VALUE,...",
    help="A field of a recipe and its values; may be repeated.",
)
@click.option("--out", required=True, type=Folder(), help="Folder of the trials and their table.")
@click.option(
    "--random", "trials", type=click.IntRange(1), help="So many random combinations [all]."
)
@click.option("--epochs", type=click.IntRange(1), help="Most epochs of a trial.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="Of trials and their choice.")
@json_option
def command(data, preset, spaces, out, trials, epochs, seed, as_json):
    """Train PRESET on the records in DATA with other values, and compare on validation.

    For example --search learning_rate=1e-3,3e-3 --search loss=bce,focal. The same command given
    again goes on after a kill. Test films are not read.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.runs import Recipe
    from keras_genre.training.callbacks import EpochLog
    from keras_genre.training.search import search

    dataset = MovieDataset(data)
    films = dataset.num_films("train")
    table = search(
        Recipe.from_preset(preset, epochs=epochs, seed=seed),
        dict(map(_parted, spaces)),
        dataset,
        out,
        "random" if trials else "grid",
        trials,
        say,
        lambda: [EpochLog(say, films)],
    )
    text = (
        f"{table.to_string(index=False, float_format='{:.4g}'.format)}\n\n"
        f"Chosen on validation films: the best of many is too good. Score it on test once:\n"
        f"keras-genre evaluate {out}/{table['run'][0]}"
    )
    emit({"trials": table.to_dict(orient="records")}, text, as_json)


def _parted(text: str) -> tuple[str, list]:
    name, equals, values = text.partition("=")
    if not (name and equals and values):
        raise click.UsageError(f"Expected --search FIELD=VALUE,VALUE, received {text!r}.")
    return name, [_value(value) for value in values.split(",")]


def _value(text: str):
    """A number, True, False or None where the text is one; else the text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
