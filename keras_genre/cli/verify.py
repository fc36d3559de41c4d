"""`keras-genre verify`: are the records whole?"""

import dataclasses

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("data", type=Folder())
@json_option
def command(data, as_json):
    """Read every shard in DATA and compare it with the manifest.

    Everything that is wrong is named: files, records in them, and films. The exit code is then 1,
    and with --json the problems are listed all the same.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset
    from keras_genre.data.verifying import find_problems, raise_problems

    problems = find_problems(data)
    if problems and as_json:
        listed = [dataclasses.asdict(problem) for problem in problems]
        emit({"folder": data, "whole": False, "problems": listed}, "", as_json)
    raise_problems(data, problems)
    dataset = MovieDataset(data)
    films = {split: dataset.num_films(split) for split in dataset.splits}
    shards = sum(len(split.shards) for split in dataset.manifest.splits.values())
    result = {"folder": data, "films": films, "shards": shards, "whole": True, "problems": []}
    emit(result, f"{data}: {sum(films.values())} films in {shards} shards, all whole", as_json)
