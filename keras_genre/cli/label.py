"""`keras-genre label`: a name such as stable or canary for a version of a model."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("model", type=Folder())
@click.argument("label")
@click.argument("version", type=click.IntRange(min=0))
@json_option
def command(model, label, version, as_json):
    """Let LABEL mean VERSION of MODEL, saved_models/<name>: stable, canary, or any other.

    Writes models.config beside the models, for --model_config_file of TensorFlow Serving. Moving a
    label back is how to roll back a model whose clients ask for it by label.
    """
    from keras_genre.export import label_version

    path = label_version(model, label, version)
    result = {"label": label, "version": version, "models_config": str(path)}
    emit(result, f"{label} is version {version} in {path}", as_json)
