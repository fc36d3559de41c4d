"""The mistakes that one run was surest of, with the films."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from keras_genre.evaluation.film import Film
from keras_genre.evaluation.mistakes import confident_mistakes
from keras_genre.evaluation.reporting.posters import SIZE, thumbnail
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count

_EACH = 8  # of both kinds
_COLUMNS = 4


def find_mistakes(subject: Subject) -> pd.DataFrame:
    """The mistakes that are shown, see `confident_mistakes`."""
    return confident_mistakes(subject.predictions, subject.rule, _EACH)


def section(subject: Subject, mistakes: pd.DataFrame, films: Mapping[str, Film]) -> Section:
    """Draw the posters of these films, and tell all of them in the table."""
    heading = "Surest mistakes"
    if mistakes.empty:
        return Section(heading, f"{subject.name} makes no mistake on these films.")
    shown = pd.DataFrame([_row(row, films[row.movie_id]) for row in mistakes.itertuples()])
    figure = _drawn(mistakes, films)
    said = "; ".join(
        f"{films[row.movie_id].title or row.movie_id}, {row.kind} {row.genre}"
        for row in mistakes.itertuples()
    )
    plot = Plot(
        f"mistakes_{subject.name}", style.rendered(figure, colors=256), f"Mistakes: {said}."
    )
    text = (
        "Genres wrongly given with the highest probability, and genres missed with the lowest, one "
        "a film. Some are mistakes of the labels: read the plots in the table."
    )
    return Section(heading, text, (plot,), shown)


def _drawn(mistakes: pd.DataFrame, films: Mapping[str, Film]):
    rows = -(-len(mistakes) // _COLUMNS)
    given = int((mistakes["kind"] == "given").sum())
    figure, axes = style.new_figure(
        2.5 * rows,
        f"{count(given, 'genre')} wrongly given, {len(mistakes) - given} missed",
        "Below each poster: the title, the genre, and the probability that it was given",
        rows=rows,
        columns=_COLUMNS,
    )
    for one in axes:
        one.set_axis_off()
    for one, row in zip(axes, mistakes.itertuples(), strict=False):
        film = films[row.movie_id]
        one.imshow(np.asarray(thumbnail(film.poster)))
        title = style.drawable(film.title or film.movie_id, 22)
        sign = "+" if row.kind == "given" else "-"
        text = f"{title}\n{sign} {style.drawable(row.genre, 15)} {row.probability:.2f}"
        color = style.BLUE if row.kind == "given" else style.ORANGE
        one.set_title(text, y=-0.02, va="top", fontsize=style.SMALL - 1, color=style.INK)
        one.plot([0, SIZE[0]], [SIZE[1]] * 2, color=color, linewidth=3, clip_on=False)
    return figure


def _row(row, film: Film) -> dict[str, str]:
    return {
        "mistake": f"{row.kind} {row.genre}",
        "probability": f"{row.probability:.2f}",
        "film": film.title or film.movie_id,
        "true genres": ", ".join(row.true_genres),
        "predicted genres": ", ".join(row.predicted_genres) or "none",
        "poster": "yes" if film.poster else "no",
        "plot": film.plot or "none",
    }
