"""`keras-genre label`: a name such as stable or canary for a version of a model."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder

mounted_at_option = click.option(
    "--mounted-at",
    metavar="FOLDER",
    help="Where the server has the folder of models.  [default: as models.config says; else "
    "/models, as in containers]",
)


@click.command()
@click.argument("model", type=Folder())
@click.argument("label")
@click.argument("version", type=click.IntRange(min=0))
@mounted_at_option
@json_option
def command(model, label, version, mounted_at, as_json):
    """Let LABEL mean VERSION of MODEL, saved_models/<name>: stable, canary, or any other.

    Writes models.config beside the models, for --model_config_file of TensorFlow Serving. A version
    that the server does not load yet is loaded first: give the same command again once it answers.
    Moving a label back is how to roll back a model whose clients ask for it by label.
    """
    from keras_genre.export import label_version
    from keras_genre.export.labels import labelled_versions

    path = label_version(model, label, version, mounted_at)
    meant = labelled_versions(model)[label]
    result = {"label": label, "version": meant, "models_config": str(path)}
    emit(result, label_text(label, version, meant, path), as_json)


def label_text(label: str, version: int, meant: int, path) -> str:
    """Say what became of a label that was to mean `version`."""
    if meant == version:
        return f"{label} is version {version} in {path}"
    return (
        f"{path} lets the server load version {version}; {label} is still version {meant}. Give "
        f"keras-genre label again once version {version} answers."
    )
