"""`keras-genre demo`: the whole road on sample films."""

import contextlib
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import click

from keras_genre.cli.demo_page import page_options, refuse_without_web, show_page
from keras_genre.cli.output import emit, json_option, progress_bar, say, show
from keras_genre.cli.parameters import Folder
from keras_genre.errors import KerasGenreError, ServerError

_PRESET = "concat_fusion_small"
_FILMS = 3000
_EPOCHS = 10
# Marks a folder as ours to replace; a folder without it is somebody's work.
_MARKER = ".keras-genre-demo"
# A film from another catalogue than the one trained on.
_UNSEEN_SEED = 2024


@click.command()
@click.option(
    "--out", default="demo_output", show_default=True, type=Folder(), help="Folder for everything."
)
@click.option(
    "--films", default=_FILMS, show_default=True, type=click.IntRange(200), help="How many."
)
@click.option(
    "--epochs", default=_EPOCHS, show_default=True, type=click.IntRange(1), help="Most epochs."
)
@page_options
@json_option
def command(out, films, epochs, web, as_json, **asked):
    """Walk the whole road on sample films: draw, prepare, train, score, export, serve, ask.

    Takes a few minutes on two cores. Each step names the command that does it alone.

    With --web, open a page for the browser instead: poster and plot in, genres and reasons out.
    It asks --server, or a model of --saved-models, which it then serves itself; where neither is
    given, the one that `keras-genre predict` asks.
    """
    out = Path(out)
    if web:
        show_page(as_json, **asked)
    else:
        refuse_without_web(asked)
        emit(*_walk(out, films, epochs, say if as_json else show), as_json)


def _walk(out: Path, films: int, epochs: int, tell) -> tuple[dict, str]:
    """Walk the road; give the result and what is said at the end."""
    started = time.monotonic()
    _clear(out)
    catalog, truth = _draw(out, films)
    dataset = _prepare(out, catalog)
    run = _train(out, dataset, epochs)
    scores = _evaluate(run, truth, tell)
    version = _export(out, run)
    answer = _ask(out, tell)
    seconds = time.monotonic() - started
    result = {"folder": str(out), "seconds": round(seconds, 1), "run": str(run.folder)}
    result |= {"saved_model": str(version), **scores, "asked": answer}
    return result, _whereabouts(out, seconds)


def _clear(out: Path) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise KerasGenreError(f"{out} is no folder. Choose another --out.")
    full = out.exists() and any(out.iterdir())
    if full and not (out / _MARKER).is_file():
        raise KerasGenreError(
            f"{out} is not empty and was not made by the demo. Choose another --out."
        )
    try:
        if full:
            shutil.rmtree(out)
        out.mkdir(parents=True, exist_ok=True)
        (out / _MARKER).touch()
    except OSError as cause:
        raise KerasGenreError(f"Cannot write to {out}: {cause.strerror}.") from cause


def _step(number: int, title: str, *alone: object) -> None:
    say("")
    say(f"[{number}/6] {title}")
    command = f"{_program()} {shlex.join(map(str, alone))}"
    lines = textwrap.wrap(
        f"alone: {command}",
        78,
        initial_indent=" " * 6,
        subsequent_indent=" " * 13,
        break_long_words=False,
        break_on_hyphens=False,
    )
    say(" \\\n".join(lines))  # to be copied, as a shell goes on with it


def _program() -> str:
    """How to call the command from here."""
    found = shutil.which("keras-genre")
    beside = Path(sys.executable).with_name("keras-genre")
    if found or not beside.is_file():
        return "keras-genre"
    here = Path.cwd()
    return str(beside.relative_to(here) if beside.is_relative_to(here) else beside)


def _draw(out: Path, films: int):
    alone = ["sample", "--out", out / "films", "--films", films]
    _step(1, "Sample films: plots are invented, posters drawn.", *alone)
    from keras_genre.catalog import make_synthetic_catalog

    with progress_bar("      drawing films") as progress:
        return make_synthetic_catalog(out / "films", films, progress=progress)


def _prepare(out: Path, catalog):
    alone = ["prepare", "poster-csv", out / "films" / "movies.csv", "--out", out / "data"]
    _step(2, "Records: plots and posters as sharded TFRecords.", *alone)
    from keras_genre.cli.quiet import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_genre.data import write_records

    with progress_bar("      writing films") as progress:
        return write_records(catalog, out / "data", progress=progress)


def _train(out: Path, dataset, epochs: int):
    run = out / "runs" / _PRESET
    alone = ["train", out / "data", "--preset", _PRESET, "--epochs", epochs, "--out", run]
    _step(3, "Training: an LSTM reads plots, a CNN sees posters, both together decide.", *alone)
    from keras_genre.runs import Recipe
    from keras_genre.training import train
    from keras_genre.training.callbacks import EpochLog

    def tell(line):
        say(f"      {line}")

    log = EpochLog(tell, dataset.num_films("train"))
    return train(Recipe(_PRESET, epochs=epochs), dataset, run, callbacks=[log], say=tell)


def _evaluate(run, truth, tell) -> dict:
    _step(4, "Scores on films that it never saw.", "evaluate", run.folder)
    from keras_genre.baselines import trivial_baselines
    from keras_genre.evaluation import format_table, score_table
    from keras_genre.scoring import score

    predictions = run.predict("test")
    entries = trivial_baselines(run.base_rates, predictions)
    entries.append((run.name, predictions, run.rule))
    table = score_table(entries)
    tell(format_table(table))
    macro_f1 = score(predictions, run.rule).overall["macro_f1"]
    share = truth.share(macro_f1, "both", "test")
    verdict = f"Of what lies\nbetween, this model has {share:.0%}."
    if share <= 0:
        verdict = "This model\nis no better yet: it needs more films or epochs."
    ceiling, constant = truth.ceiling("both", "test"), truth.best_constant("test")
    tell(
        f"\nThese films were drawn from known probabilities: no model can expect a macro F1\n"
        f"above {ceiling:.3f} on them, and constant answers reach {constant:.3f}. {verdict}"
    )
    return {
        "scores": table.reset_index().to_dict(orient="records"),
        "possible_macro_f1": {"ceiling": ceiling, "best_constant": constant, "share": share},
    }


def _export(out: Path, run) -> Path:
    alone = ["export", run.folder, "--to", out / "saved_models"]
    _step(5, "Export: one SavedModel with preprocessing and thresholds inside.", *alone)
    from keras_genre.export import export_run

    version = export_run(run, out / "saved_models")
    say(f"      {version}")
    return version


def _ask(out: Path, tell) -> dict:
    _step(6, "Serving: a server of its own, asked over gRPC.", "serve", out / "saved_models")
    from keras_genre.catalog import make_synthetic_catalog
    from keras_genre.cli.predict import prediction_result, prediction_text
    from keras_genre.client import GenreClient

    unseen, _ = make_synthetic_catalog(out / "unseen", 20, seed=_UNSEEN_SEED)
    complete = unseen.frame[(unseen.frame["plot"] != "") & (unseen.frame["poster"] != "")]
    film = complete.iloc[0]
    with _server(out) as address, GenreClient(address, _PRESET, timeout=30.0) as client:
        prediction = client.predict([film["plot"]], [film["poster"]])[0]
    tell(f"\n{film['title']}\n{textwrap.fill(film['plot'], 80)}\nPoster: {film['poster']}")
    tell(f"True genres: {', '.join(film['genres'])}\n")
    tell(prediction_text(prediction))
    asked = {"title": film["title"], "true_genres": list(film["genres"])}
    return {**asked, **prediction_result(prediction)}


@contextlib.contextmanager
def _server(out: Path) -> Iterator[str]:
    """Run `keras-genre serve` as a process of its own, give its address, and end it."""
    log_path = out / "server.log"
    arguments = ["serve", str(out / "saved_models"), "--port", "0"]
    with log_path.open("w") as log, contextlib.ExitStack() as ending:
        process = subprocess.Popen(
            [sys.executable, "-m", "keras_genre.cli.main", *arguments], stdout=log, stderr=log
        )
        ending.callback(_end, process)
        yield _announced_address(process, log_path)


def _announced_address(process: subprocess.Popen, log_path: Path) -> str:
    """Wait until the server says where it serves."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"^Serving .* at (\S+) ", log_path.read_text(), re.MULTILINE)
        if found:
            return found.group(1)
        time.sleep(0.2)
    raise ServerError(f"The server did not start; {log_path} says why.")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(timeout=15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _whereabouts(out: Path, seconds: float) -> str:
    return (
        f"\nDone in {seconds:.0f} s; the server has stopped. Everything lies in {out}/:\n"
        f"  films/         movies.csv and posters: have a look\n"
        f"  data/          records\n"
        f"  runs/          the trained model, its history and predictions\n"
        f"  saved_models/  what TensorFlow Serving takes\n"
        f"  unseen/        the film that it was asked about\n"
        f"Ask it again, in the words of sample films, which are all that it knows:\n"
        f"  {_program()} predict --saved-models {out}/saved_models \\\n"
        f'    --plot "A gang of burglars who are afraid of the dark must crack the vault \\\n'
        f'    under the casino, but the loot turns out to be marzipan."'
    )
