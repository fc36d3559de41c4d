"""`keras-genre baseline`: systems that a deep model is compared with."""

from pathlib import Path

import click

from keras_genre.cli.new_folder import refuse_existing
from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Folder, PresetName


@click.group("baseline")
def command():
    """Make a system that deep models are compared with, and leave a folder for evaluate.

    Everything is chosen on validation films; test films are predicted and nothing is chosen on
    them.
    """


def _shared(function):
    """Add the arguments that every baseline has."""
    options = (
        click.argument("data", type=Folder()),
        click.option("--out", type=Folder(), help="Folder to be made [runs/<baseline>]."),
        json_option,
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command()
@_shared
def tfidf(data, out, as_json):
    """Words and pairs of words of the plots in DATA, and a logistic regression a genre."""
    dataset, folder = _opened(data, out or "runs/tfidf")
    from keras_genre.baselines import make_tfidf

    _leave(make_tfidf(dataset), folder, as_json)


def _of_encoders(function):
    """Add the arguments of baselines that ask frozen encoders."""
    options = (
        click.option(
            "--preset",
            metavar="NAME",
            default="minilm+mobilenet+concat",
            show_default=True,
            type=PresetName(),
            help="Whose encoders are asked, frozen, about plots and posters; its head is not.",
        ),
        click.option(
            "--text-weights",
            metavar="WHERE",
            help="Folder, hf:// name or file of the plot encoder's weights, or random [the "
            "preset's].",
        ),
        click.option("--poster-weights", metavar="WHERE", help="The same of the poster encoder."),
        click.option("--seed", default=0, show_default=True, type=click.IntRange(0, 2**31 - 1)),
    )
    for option in reversed(options):
        function = option(function)
    return _shared(function)


@command.command()
@_of_encoders
def boosted(data, out, as_json, preset, seed, **weights):
    """What frozen encoders say of the films in DATA, and boosted trees (LightGBM) a genre."""
    dataset, folder = _opened(data, out or "runs/boosted")
    from keras_genre.baselines import make_boosted

    given = {name: value for name, value in weights.items() if value}
    features = folder.parent / ".features"
    _leave(make_boosted(dataset, preset, features, say, seed, **given), folder, as_json)


@command.command()
@_of_encoders
def stacked(data, out, as_json, preset, seed, **weights):
    """Boosted trees (XGBoost) over a head on each frozen encoder, out of fold."""
    dataset, folder = _opened(data, out or "runs/stacked")
    from keras_genre.baselines import make_stacked

    given = {name: value for name, value in weights.items() if value}
    features = folder.parent / ".features"
    _leave(make_stacked(dataset, preset, features, say, seed, **given), folder, as_json)


def _opened(data: str, out: str):
    """The records, and the folder to be made; one that exists is refused before any work."""
    from keras_genre.cli.quiet import import_tensorflow_quietly

    refuse_existing(out)
    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset

    return MovieDataset(data), Path(out)


def _leave(baseline, folder: Path, as_json: bool) -> None:
    from keras_genre.scoring import score

    scores = score(baseline.predict("validation"), baseline.rule).overall
    baseline.save(folder)
    result = {
        "run": str(folder),
        "choices": dict(baseline.choices),
        "validation_macro_f1": scores["macro_f1"],
        "validation_mean_average_precision": scores["mean_average_precision"],
    }
    text = (
        f"{folder}: validation macro F1 {scores['macro_f1']:.3f} (thresholds from these films), "
        f"mAP {scores['mean_average_precision']:.3f}"
    )
    emit(result, text, as_json)
