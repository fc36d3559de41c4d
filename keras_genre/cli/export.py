"""`keras-genre export`: a run in, a served model out."""

from pathlib import Path

import click

from keras_genre.cli.label import label_text, mounted_at_option
from keras_genre.cli.output import emit, json_option, say
from keras_genre.cli.parameters import Choice, Folder


class _BatchSizes(click.ParamType):
    """Whole numbers between commas."""

    name = "sizes"

    def convert(self, value, param, ctx):
        """Return the numbers."""
        if isinstance(value, tuple):
            return value
        try:
            return tuple(int(size) for size in value.split(",") if size.strip())
        except ValueError:
            self.fail(f"Expected whole numbers such as 1,8,32, received {value!r}.", param, ctx)


@click.command()
@click.argument("run", type=Folder())
@click.option(
    "--to",
    default="saved_models",
    show_default=True,
    type=Folder(),
    help="Folder of all models.",
)
@click.option(
    "--weights",
    default="float32",
    show_default=True,
    type=Choice(["float32", "float16", "int8"]),
    help="How weights are stored. Fewer bytes cost some accuracy, which is measured on the run's "
    "validation films; answers come as fast as before.",
)
@click.option(
    "--dtype",
    type=Choice(["float32", "mixed_float16", "mixed_bfloat16"]),
    help="What it computes in: float32 for CPUs of any kind.  [default: as trained]",
)
@click.option(
    "--batch-sizes",
    default="1,2,4,8,16,32",
    show_default=True,
    type=_BatchSizes(),
    help="Batches that a server warms up with: allowed_batch_sizes of its batching file.",
)
@click.option(
    "--label",
    help="Let this label mean the new version, for example canary, in <to>/models.config.",
)
@mounted_at_option
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    help="Then delete all versions but so many of the newest, and labelled ones.",
)
@json_option
def command(run, to, weights, dtype, batch_sizes, label, mounted_at, keep, as_json):
    """Export RUN as the next integer version of <to>/<name of the run>.

    The version appears only after it was loaded and gave the run's own answers.
    """
    if mounted_at and not label:
        raise click.UsageError("--mounted-at goes into models.config, with --label.")
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.export import export_run, label_version, retain_versions
    from keras_genre.export.labels import labelled_versions
    from keras_genre.export.publishing import read_manifest
    from keras_genre.runs import Run

    run = Run(run)
    has_labels = labelled_versions(Path(to) / run.name)  # a damaged file is found before the work
    say(f"Exporting {run.name}: written, loaded, and its answers compared ...")
    version = export_run(run, to, weights, batch_sizes, dtype)
    model = version.parent
    size = sum(path.stat().st_size for path in version.rglob("*") if path.is_file())
    result = {"model": model.name, "version": int(version.name), "folder": str(version)}
    result |= {"weights": weights, "bytes": size}
    measured = read_manifest(version).get("measured")
    if measured:
        result["measured"] = measured
    if label:
        config = label_version(model, label, result["version"], mounted_at)
        result["models_config"] = str(config)
        result["labels"] = labelled_versions(model)
    elif has_labels:
        say("Servers load what has a label in models.config: give it one with keras-genre label.")
    if keep:
        result["deleted"] = retain_versions(model, keep)
    emit(result, "\n".join(_lines(result, label)), as_json)


def _lines(result, label):
    yield f"{result['folder']}: version {result['version']} of model {result['model']}"
    yield f"{result['bytes'] / 1e6:.1f} MB with {result['weights']} weights"
    if "measured" in result:
        measured = result["measured"]
        yield (
            f"On {measured['films']} validation films: macro F1 "
            f"{measured['macro_f1_before']:.4f} before, {measured['macro_f1_after']:.4f} after; "
            f"no probability changed by more than {measured['largest_change']:.2g}"
        )
    if label:
        meant = result["labels"][label]
        yield label_text(label, result["version"], meant, result["models_config"])
    if result.get("deleted"):
        yield f"Deleted: version {', '.join(map(str, result['deleted']))}"
