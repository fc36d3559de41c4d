"""`keras-genre study`: every model of a published system."""

import click

from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder

_STUDIES = (
    "coursework",
    "fusion-study",
    "fusion-study-ablations",
    "tmdb-project",
    "boosted-embeddings",
    "hybrid",
    "prior-work",
)


@click.command()
@click.argument("study", type=Choice(_STUDIES))
@click.argument("data", type=Folder())
@click.option("--out", required=True, type=Folder(), help="Folder of its runs and table.")
@click.option(
    "--seeds", default=1, show_default=True, type=click.IntRange(1), help="Of each model."
)
@click.option("--only", multiple=True, metavar="ROW", help="Train this row; may be repeated.")
@click.option("--epochs", type=click.IntRange(1), help="Most epochs, for a quick look.")
@click.option(
    "--weights",
    multiple=True,
    metavar="NAME=WHERE",
    help="A folder or file for weights that presets name (keras-genre models --json), or random.",
)
@click.option("--word-vectors", metavar="FILE", help="For rows that begin with them.")
@json_option
def command(study, data, out, seeds, only, epochs, weights, word_vectors, as_json):
    """Train every model of a published STUDY on the records in DATA, and score them.

    Each by its own recipe. Runs that are finished are not trained again, and what was ended goes
    on: give the same command after a kill. Rows whose weights cannot be had are left out, and said.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.studies import STUDIES, run_study
    from keras_genre.studies.running import StudyOptions
    from keras_genre.studies.table import format_study
    from keras_genre.training.callbacks import EpochLog

    given = dict(_parted(text) for text in weights)
    dataset = MovieDataset(data)
    films = dataset.num_films("train")
    table, left_out = run_study(
        STUDIES[study],
        dataset,
        out,
        StudyOptions(seeds, epochs, given, word_vectors),
        only,
        say,
        lambda: [EpochLog(say, films)],
    )
    parts = [format_study(table, STUDIES[study].data)]
    parts += [f"{name} is left out: {reason}" for name, reason in left_out.items()]
    rows = table.reset_index().to_dict(orient="records")
    emit({"study": study, "rows": rows, "left_out": left_out}, "\n\n".join(parts), as_json)


def _parted(text: str) -> tuple[str, str]:
    name, equals, where = text.partition("=")
    if not (name and equals and where):
        raise click.UsageError(f"Expected --weights NAME=WHERE, received {text!r}.")
    return name, where
