"""`keras-genre verify`: are the records whole?"""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("data", type=Folder())
@json_option
def command(data, as_json):
    """Read every shard in DATA and compare it with the manifest."""
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset

    dataset = MovieDataset(data)
    dataset.verify()
    films = {split: dataset.num_films(split) for split in dataset.splits}
    shards = sum(len(split.shards) for split in dataset.manifest.splits.values())
    result = {"folder": data, "films": films, "shards": shards, "whole": True}
    emit(result, f"{data}: {sum(films.values())} films in {shards} shards, all whole", as_json)
