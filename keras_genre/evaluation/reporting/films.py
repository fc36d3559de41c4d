"""Sample films: what is true of them, what each run says, and what it missed."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from keras_genre.evaluation.film import Film
from keras_genre.evaluation.reporting.posters import thumbnail
from keras_genre.evaluation.reporting.subject import Subject
from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count

NUM_FILMS = 10
_BARS = 5  # the most probable genres that are drawn
_ROW = 1.8  # inches
_MOST_LETTERS = 200


def sample_ids(subject: Subject, seed: int) -> list[str]:
    """Choose films at random; the same seed chooses the same ones."""
    ids = subject.predictions.movie_ids
    drawn = np.random.default_rng(seed).permutation(len(ids))[:NUM_FILMS]
    return [str(ids[film]) for film in drawn]


def section(subjects: Sequence[Subject], films: Mapping[str, Film]) -> Section:
    """Draw each film's poster, plot and probabilities, as the first run says them.

    Args:
        subjects: The runs; the table says what each missed.
        films: By id, in the order of the page.
    """
    first = subjects[0]
    rows = {str(movie_id): row for row, movie_id in enumerate(first.predictions.movie_ids)}
    figure = _drawn(first, films, rows)
    table = pd.DataFrame([_said(subjects, film, rows[film.movie_id]) for film in films.values()])
    said = "; ".join(
        f"{film.title or film.movie_id}: {', '.join(film.genres) or 'no genre'}"
        for film in films.values()
    )
    plot = Plot(
        "films", style.rendered(figure, colors=256), f"Films and their true genres: {said}."
    )
    text = (
        f"{count(len(films), 'film')} drawn at random, not chosen. Bars are the probabilities of "
        f"{first.name}: green for genres that the film has, blue for others; the line is the "
        "threshold. The table says what each run gave and missed."
    )
    return Section("Sample films", text, (plot,), table)


def _said(subjects: Sequence[Subject], film: Film, row: int) -> dict[str, str]:
    cells = {"film": film.title or film.movie_id, "true genres": ", ".join(film.genres) or "none"}
    for subject in subjects:
        given = _given(subject, row)
        missed = [genre for genre in film.genres if genre not in given]
        wrong = [genre for genre in given if genre not in film.genres]
        cells[f"{subject.name} gave"] = ", ".join(given) or "none"
        cells[f"{subject.name} missed"] = ", ".join(missed) or "-"
        cells[f"{subject.name} gave wrongly"] = ", ".join(wrong) or "-"
    return cells


def _given(subject: Subject, row: int) -> tuple[str, ...]:
    return subject.predictions.vocabulary.decode(subject.decisions.selected[row])


def _drawn(subject: Subject, films: Mapping[str, Film], rows: Mapping[str, int]):
    title = f"What {subject.name} says of {count(len(films), 'film')}"
    figure, axes = style.new_figure(
        _ROW * len(films),
        title,
        "Green: genres that the film has. Blue: genres that it does not have",
        rows=len(films),
        columns=3,
        widths=(1.5, 2.6, 1.6),
    )
    for number, film in enumerate(films.values()):
        poster, text, bars = axes[3 * number : 3 * number + 3]
        poster.imshow(np.asarray(thumbnail(film.poster)))
        poster.set_axis_off()
        _write_film(text, film)
        _draw_bars(bars, subject, film, rows[film.movie_id])
    return figure


def _write_film(axes, film: Film) -> None:
    axes.set_axis_off()
    title = textwrap.shorten(style.drawable(film.title or film.movie_id, None), 30, placeholder="…")
    plot = film.plot or "(no plot)"
    plot = textwrap.shorten(style.drawable(plot, None), _MOST_LETTERS, placeholder=" …")
    axes.text(
        0, 1, title, va="top", fontsize=style.TEXT, fontweight="bold", transform=axes.transAxes
    )
    axes.text(
        0, 0.84, textwrap.fill(plot, 38), va="top", fontsize=style.SMALL - 1, color=style.INK,
        transform=axes.transAxes,
    )  # fmt: skip


def _draw_bars(axes, subject: Subject, film: Film, row: int) -> None:
    vocabulary, said = subject.predictions.vocabulary, subject.decisions.calibrated[row]
    shown = np.argsort(-said, kind="stable")[:_BARS]
    names = [vocabulary[int(genre)] for genre in shown]
    colors = [style.GREEN if name in film.genres else style.BLUE for name in names]
    axes.barh(range(len(shown)), said[shown], height=0.7, color=colors)
    for place, genre in enumerate(shown):
        threshold = subject.decisions.thresholds[row, genre]
        axes.plot([threshold] * 2, [place - 0.42, place + 0.42], color=style.INK, linewidth=1)
        axes.text(1.02, place, f"{said[genre]:.2f}", va="center", fontsize=style.SMALL - 1)
    style.name_rows(axes, names, style.SMALL)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    below = [genre for genre in film.genres if genre not in names]
    if below:
        text = style.drawable(f"and {', '.join(below)}", 34)
        axes.set_xlabel(text, fontsize=style.SMALL - 1, color=style.GREEN, labelpad=1)
