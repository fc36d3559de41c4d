"""`keras-genre explain`: why a film got its genres."""

import dataclasses
import textwrap
from pathlib import Path

import click

from keras_genre.cli.model_choice import FOLDER_HELP, choose_model
from keras_genre.cli.output import emit, json_option, progress_bar, say
from keras_genre.cli.parameters import Choice, Folder
from keras_genre.cli.server_access import access_options, server_hints
from keras_genre.features import join_text

# By method, what the work is counted in.
_STEPS = {
    "occlusion": "Films with a part left out",
    "integrated-gradients": "Points on the way from an empty film",
}
_METHODS = tuple(_STEPS)
_NUM_WORDS = 5
_LEGEND = "(in log-odds: +0.69 doubles the odds of a genre, -0.69 halves them)"


@click.command()
@click.argument("run_or_model", required=False, type=Folder())
@click.option("--plot", help="The plot.")
@click.option("--tagline", default="", help="The tagline, for a model of plot+tagline.")
@click.option("--poster", type=click.Path(), help="Picture file of the poster.")
@click.option("--genre", "genres", multiple=True, help="A genre to explain [the most probable].")
@click.option(
    "--top",
    default=3,
    show_default=True,
    type=click.IntRange(1),
    help="How many of the most probable genres to show.",
)
@click.option(
    "--method",
    default=_METHODS[0],
    show_default=True,
    type=Choice(_METHODS),
    help="Gradients need a run.",
)
@click.option("--server", metavar="HOST:PORT", help="Ask a server, in place of RUN_OR_MODEL.")
@click.option("--model", help="Name of the model, if there are several; always with --server.")
@click.option("--saved-models", type=Folder(), help=FOLDER_HELP)
@click.option(
    "--timeout",
    default=60.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds to wait for each answer of a server.",
)
@click.option("--out", type=click.Path(dir_okay=False), help="Picture to draw, a PNG file.")
@access_options
@json_option
def command(
    run_or_model,
    plot,
    tagline,
    poster,
    genres,
    top,
    method,
    server,
    model,
    saved_models,
    timeout,
    out,
    access,
    as_json,
):
    """Say which words and which parts of the poster spoke for a film's genres.

    RUN_OR_MODEL is a run, or an exported model such as saved_models/lstm; without it, the model
    that `keras-genre predict` asks. By occlusion, parts are
    left out one after the other and the model is asked again, wherever it runs. Integrated
    gradients look into the network of a run.
    """
    plot = join_text(plot or "", tagline)
    access.check(server)
    _check_asked(run_or_model, server, model, saved_models)
    if not run_or_model and not server:
        run_or_model = choose_model(saved_models, model)
    _check_usage(plot, poster, run_or_model, server, method)
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    asked = f"{model} at {server}" if server else run_or_model
    say(f"Explaining by {method.replace('-', ' ')}, asking {asked}.")
    with progress_bar(_STEPS[method]) as progress:
        if server:
            options = {"timeout": timeout, **access.client_options()}
            explanation = _through_server(server, model, options, plot, poster, genres, progress)
        elif _is_run(run_or_model):
            explanation = _of_run(run_or_model, plot, poster, genres, top, method, progress)
        else:
            explanation = _of_model(run_or_model, plot, poster, genres, progress)
    shown = genres or explanation.top_genres(top)
    if out:
        explanation.draw(out, shown)
        say(f"Drawn: {out}")
    text = "\n\n".join(_genre_text(explanation, genre) for genre in shown)
    emit(explanation.to_dict(), f"{text}\n{_LEGEND}", as_json)


def _check_asked(run_or_model, server, model, saved_models) -> None:
    if server and (run_or_model or saved_models):
        other = "RUN_OR_MODEL" if run_or_model else "--saved-models"
        raise click.UsageError(f"Give {other} or --server, not both.")
    if server and not model:
        raise click.UsageError("Name the --model to ask for: a server may have several.")
    if run_or_model and (model or saved_models):
        raise click.UsageError(
            "RUN_OR_MODEL is the folder of the one that is asked. Leave it out to choose by "
            "--saved-models and --model, or leave these out."
        )


def _check_usage(plot, poster, run_or_model, server, method) -> None:
    if not plot and not poster:
        raise click.UsageError("Give --plot, --poster, or both.")
    if method != "occlusion" and (server or not _is_run(run_or_model)):
        raise click.UsageError(
            "Integrated gradients look into a network: they need a run, the folder that "
            "`keras-genre train` leaves. For anything else take --method occlusion."
        )


def _is_run(folder) -> bool:
    return (Path(folder) / "recipe.json").is_file()


def _through_server(server, model, options, plot, poster, genres, progress):
    from keras_genre.client import GenreClient
    from keras_genre.evaluation.explanation import explain_by_occlusion

    with server_hints(server), GenreClient(server, model, **options) as client:
        return explain_by_occlusion(client, plot, poster, genres=genres or None, progress=progress)


def _of_model(folder, plot, poster, genres, progress):
    from keras_genre.client import InProcessPredictor
    from keras_genre.errors import ModelNotFoundError
    from keras_genre.evaluation.explanation import explain_by_occlusion

    if not Path(folder).is_dir():
        raise ModelNotFoundError(
            f"There is no folder {folder}. Expected a run, such as runs/lstm, or an exported "
            f"model, such as saved_models/lstm."
        )
    predictor = InProcessPredictor(folder)
    return explain_by_occlusion(predictor, plot, poster, genres=genres or None, progress=progress)


def _of_run(folder, plot, poster, genres, top, method, progress):
    from keras_genre.evaluation import explanation
    from keras_genre.runs import Run

    run = Run(folder)
    if method != "occlusion":
        return explanation.explain_by_gradients(
            run, plot, poster, genres=genres or top, progress=progress
        )
    explained = explanation.explain_by_occlusion(
        explanation.RunPredictor(run), plot, poster, genres=genres or None, progress=progress
    )
    return dataclasses.replace(explained, attention=explanation.attention_maps(run, plot, poster))


def _genre_text(explanation, genre: str) -> str:
    """What spoke for and against a genre, in lines of 80 columns."""
    column = explanation.column(genre)
    plot, poster = explanation.contributions[:, column]
    lines = [
        f"{genre}  {explanation.probabilities[column]:.2f}",
        f"  log-odds: {explanation.base[column]:+.2f} without either, plot {plot:+.2f}, "
        f"poster {poster:+.2f}",
    ]
    scores = explanation.word_scores[:, column]
    for name, sign in (("for", 1), ("against", -1)):
        order = (-sign * scores).argsort(kind="stable")[:_NUM_WORDS]
        told = [
            f"{explanation.words[place].text} {scores[place]:+.2f}"
            for place in order
            if sign * scores[place] >= 0.005  # what is shown as 0.00 spoke for nothing
        ]
        if explanation.words:
            text = f"words {name} it: {', '.join(told) or 'nothing'}"
            lines += textwrap.wrap(text, 80, initial_indent="  ", subsequent_indent="    ")
    if explanation.completeness_error is not None:
        error = explanation.completeness_error[column]
        total = scores.sum()
        if explanation.poster_scores is not None:
            total += explanation.poster_scores[column].sum()
        lines.append(
            f"  scores sum to {total:+.3f}, logits differ by {total - error:+.3f}: "
            f"completeness error {error:+.3f}"
        )
    return "\n".join(lines)
