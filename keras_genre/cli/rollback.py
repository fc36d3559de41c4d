"""`keras-genre rollback`: an earlier version of a model, served again."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("model", type=Folder())
@click.option(
    "--to", type=click.IntRange(min=0), help="The version.  [default: the one before the newest]"
)
@json_option
def command(model, to, as_json):
    """Publish an earlier version of MODEL, saved_models/<name>, once more as the newest.

    It is loaded and asked first. Servers that serve the latest version take it up within seconds.
    Where versions have labels, move the label instead: keras-genre label.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.export import roll_back
    from keras_genre.export.publishing import read_manifest
    from keras_genre.export.verifying import replay_warm_up

    version = roll_back(model, to, replay_warm_up)
    original = read_manifest(version)["copy_of"]
    result = {"model": version.parent.name, "version": int(version.name), "copy_of": original}
    emit(result, f"{version}: version {original} again, as version {version.name}", as_json)
