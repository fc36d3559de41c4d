"""`keras-genre predict --csv`: a table of films in, a table of genres out."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

from keras_genre.cli.output import emit, passing_line, say
from keras_genre.cli.quiet import import_tensorflow_quietly
from keras_genre.errors import PredictorError

_SECONDS_BETWEEN_LINES = 10.0
_REQUESTS_AT_A_TIME = 4  # so that a server has what to batch


def predict_films(asked, table, out, posters, columns, encoding, text, options, as_json) -> None:
    """Predict every film of a table, and say what became of them.

    Args:
        asked: Who is to answer; see `predict`.
        table: The CSV file.
        out: The file to write.
        posters: The folder of posters, or None.
        columns: From roles to the columns that were named.
        encoding: How the CSV is encoded, or None.
        text: What the model reads.
        options: Apache Beam's command line, or None to do without.
        as_json: Whether a machine is to read the summary.
    """
    read = {"columns": columns, "encoding": encoding, "text": text}
    started = time.monotonic()
    try:
        if options is None:
            summary = _predict_here(asked, table, out, posters, read)
        else:
            summary = _predict_with_beam(asked, table, out, posters, read, options)
    except KeyboardInterrupt:
        from keras_genre.client.bulk.table_work import PART

        say(f"Whole parts of {PART} films are kept: the same command goes on after them.")
        raise
    seconds = time.monotonic() - started
    emit(_result(summary, out, seconds), _text(summary, out, seconds), as_json)


def _predict_with_beam(asked, table, out, posters, read, options):
    folder = asked.model_folder()
    import_tensorflow_quietly(with_keras=False)
    from keras_genre.client.bulk.beam import predict_table_with_beam

    read |= {"options": options, "bfloat16": asked.bfloat16}
    return predict_table_with_beam(folder, table, out, posters, **read)


def _predict_here(asked, table, out, posters, read):
    from keras_genre.client import predict_table

    version = _version_of(asked) if asked.server else None
    with asked.predictor(version) as predictor, film_progress() as progress:
        try:
            return predict_table(
                predictor,
                table,
                out,
                posters,
                **read,
                concurrency=_REQUESTS_AT_A_TIME if asked.server else 2,
                progress=progress,
            )
        except PredictorError as cause:
            raise type(cause)(
                f"{cause} What is done is kept: the same command goes on from there."
            ) from cause


def _version_of(asked) -> int:
    """The version that answers now: a whole table is to be of one version."""
    with asked.predictor() as client:
        return client.predict([""])[0].version


@contextlib.contextmanager
def film_progress() -> Iterator[Callable[[int, int], None]]:
    """Give a callback `(done, total)`: one line redrawn on a terminal, else one now and then."""
    is_terminal = sys.stderr is not None and sys.stderr.isatty()
    first, drawn = None, 0.0
    with passing_line("Reading the table ...") as draw:

        def update(done: int, total: int) -> None:
            nonlocal first, drawn
            now = time.monotonic()
            # What an earlier attempt has done says nothing of the pace.
            first = first or (now, done)
            if now - drawn < (0.1 if is_terminal else _SECONDS_BETWEEN_LINES):
                return
            drawn = now
            line = f"{done} of {total} films"
            if now > first[0] and done > first[1]:
                pace = (done - first[1]) / (now - first[0])
                line += f", {pace:.0f} a second, {_duration((total - done) / pace)} to go"
            draw(line) if is_terminal else say(line)

        yield update


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _result(summary, out: str, seconds: float) -> dict:
    return {
        "out": out,
        "rejects": summary.rejects and str(summary.rejects),
        "films": summary.films,
        "predicted": summary.predicted,
        "left_out": summary.left_out,
        "without_their_poster": summary.without_their_poster,
        "found_finished": summary.found_finished,
        "model": summary.model,
        "version": summary.version,
        "columns": dict(summary.columns),
        "seconds": round(seconds, 3),
    }


def _text(summary, out: str, seconds: float) -> str:
    lines = [
        f"{summary.predicted} of {summary.films} films in {out}, in {_duration(seconds)}",
        f"by model {summary.model}, version {summary.version}",
        "columns: " + ", ".join(f"{role} = {name!r}" for role, name in summary.columns.items()),
    ]
    if summary.found_finished:
        lines.append(f"{summary.found_finished} of them were finished before")
    if summary.rejects:
        lines.append(
            f"{summary.left_out} left out, {summary.without_their_poster} predicted without their "
            f"poster: see {summary.rejects}"
        )
    return "\n".join(lines)
