"""`keras-genre link`: films of the same people, beside one another in the records."""

import click

from keras_genre.cli.output import emit, json_option, progress_bar, say
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.presets import POSTER_PRESETS


@click.command()
@click.argument("data", type=Folder())
@click.option("--out", required=True, type=Folder(), help="Folder of the linked records.")
@click.option(
    "--run", "run_folder", type=Folder(), help="A run, whose poster encoder sees posters."
)
@click.option(
    "--preset",
    metavar="NAME",
    type=Choice(list(POSTER_PRESETS)),
    help="Or a poster preset with its weights.",
)
@click.option("--poster-weights", metavar="WHERE", help="Where those are; see keras-genre train.")
@click.option(
    "--neighbors", default=8, show_default=True, type=click.IntRange(1), help="Most of a film."
)
@json_option
def command(data, out, run_folder, preset, poster_weights, neighbors, as_json):
    """Give each film in DATA the posters of films that share its crew, for graph fusion.

    Neighbours are training films alone, as the encoder of --run or --preset sees their posters.
    Train on the linked records with --preset graph_fusion_small, mm_gatbt or TEXT+POSTER+graph,
    where POSTER is the same encoder; other models read them as they read any records.
    """
    if bool(run_folder) == bool(preset):
        raise click.UsageError("Expected either --run or --preset.")
    if poster_weights and run_folder:
        raise click.UsageError("A run has its own weights: leave --poster-weights out.")
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import MovieDataset, link_records, poster_vectors
    from keras_genre.preprocessing import MoviePreprocessor
    from keras_genre.runs.encoding import ModalityEncoder

    dataset = MovieDataset(data)
    model, preprocessor = _encoder(run_folder, preset, poster_weights, dataset.vocabulary)
    say("Reading posters of the training films.")
    posters = MoviePreprocessor(poster=preprocessor.poster)
    vectors, has_poster = poster_vectors(dataset, posters, model.poster_encoder)
    fingerprint = ModalityEncoder(model, preprocessor, "poster").fingerprint()
    with progress_bar("writing films") as progress:
        linked = link_records(
            dataset, vectors, has_poster, out, fingerprint, neighbors, progress=progress
        )
    note = linked.manifest.notes[-1]
    emit({"folder": str(out), "links": note}, f"{out}: {note}", as_json)


def _encoder(run_folder, preset, poster_weights, vocabulary):
    from keras_genre.models import GenreClassifier
    from keras_genre.preprocessing import MoviePreprocessor
    from keras_genre.runs import Run

    if run_folder:
        run = Run(run_folder)
        if run.model.poster_encoder is None:
            raise click.UsageError(f"The model of {run_folder} sees no posters.")
        return run.model, run.preprocessor
    changes = {"poster_weights": poster_weights}
    model = GenreClassifier.from_preset(preset, vocabulary, "float32", **changes)
    return model, MoviePreprocessor.from_preset(preset)
