"""`keras-genre agreement`: how far two labellers agree."""

import dataclasses

import click

from keras_genre.cli.output import emit, json_option


@click.command()
@click.argument("labels", type=click.Path())
@click.argument("reference", type=click.Path())
@click.option(
    "--id-column", metavar="NAME", help="Column of the ids, in the file that has one of this name."
)
@click.option(
    "--genres-column",
    metavar="NAME",
    help="Column of the genres, in the file that has one of this name.",
)
@click.option("--resamples", default=2000, show_default=True, type=click.IntRange(1))
@json_option
def command(labels, reference, id_column, genres_column, resamples, as_json):
    """Score the genres of LABELS against those of REFERENCE, film by film.

    Both are CSV files with a column of ids and one of genres. A model that learned the one
    labeller perfectly would score this on the other: it is the ceiling. Films in both and genres
    of both are compared.
    """
    from keras_genre.evaluation import format_agreement, label_agreement

    tables = _read((labels, reference), {"id": id_column, "genres": genres_column})
    agreement = label_agreement(*tables, num_resamples=resamples)
    result = {
        **dataclasses.asdict(dataclasses.replace(agreement, per_genre=None)),
        "per_genre": agreement.per_genre.reset_index().to_dict(orient="records"),
    }
    emit(result, format_agreement(agreement), as_json)


def _read(paths, named) -> list:
    """The labels of each file; a column that is named must be in one of them."""
    from keras_genre.catalog import read_labels
    from keras_genre.catalog.csv_table import read_table

    headers = [set(read_table(path).frame) for path in paths]
    named = {role: column for role, column in named.items() if column}
    for role, column in named.items():
        if not any(column in header for header in headers):
            raise click.UsageError(f"Neither file has a column {column!r} ({role}).")
    return [
        read_labels(path, {role: column for role, column in named.items() if column in header})
        for path, header in zip(paths, headers, strict=True)
    ]
