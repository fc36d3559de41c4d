"""`keras-genre export`: a run in, a served model out."""

import click

from keras_genre.cli.output import emit, json_option
from keras_genre.cli.parameters import Folder


@click.command()
@click.argument("run", type=Folder())
@click.option(
    "--to",
    default="saved_models",
    show_default=True,
    type=Folder(),
    help="Folder of all models.",
)
@json_option
def command(run, to, as_json):
    """Export RUN as the next integer version of <to>/<name of the run>.

    The version appears only after it was loaded and gave the run's own answers.
    """
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.export import export_run
    from keras_genre.runs import Run

    version = export_run(Run(run), to)
    result = {"model": version.parent.name, "version": int(version.name), "folder": str(version)}
    emit(result, f"{version}: version {version.name} of model {version.parent.name}", as_json)
