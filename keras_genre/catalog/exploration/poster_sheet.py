"""Posters of every genre, side by side."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageOps

from keras_genre.pages import style
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed
from keras_genre.pictures import open_picture, upright_rgb
from keras_genre.remote_files import is_remote, read_file

COLUMNS = 9
_MOST_ROWS = 30
_MOST_TRIES = 3 * COLUMNS
_THUMB = (84, 126)  # pixels, width and height
_GAP = 4
_EMPTY = (242, 242, 242)


@dataclasses.dataclass
class PosterSheet:
    """Posters chosen at random.

    Args:
        rows: From each genre shown to its thumbnails.
        titles: From each genre to the titles of the same films.
        with_poster: From each genre to the number of films with a poster.
        missing: Paths of posters that are no file.
        unreadable: Paths of posters that are no readable picture.
    """

    rows: dict[str, list[Image.Image]] = dataclasses.field(default_factory=dict)
    titles: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    with_poster: dict[str, int] = dataclasses.field(default_factory=dict)
    missing: list[str] = dataclasses.field(default_factory=list)
    unreadable: list[str] = dataclasses.field(default_factory=list)


def choose_posters(frame: pd.DataFrame, labels: np.ndarray, names, seed: int) -> PosterSheet:
    """Open posters of each genre at random until there are nine, or enough have failed.

    Args:
        frame: A catalogue's table.
        labels: Multi-hot, of shape `(films, genres)`.
        names: The genres; the 30 with most films are shown, most first.
        seed: The same seed chooses the same films; each genre has its own stream.
    """
    sheet = PosterSheet()
    has_poster = (frame["poster"] != "").to_numpy()
    order = np.argsort(-labels.sum(axis=0, dtype="float64"), kind="stable")[:_MOST_ROWS]
    for genre in order.tolist():
        films = np.flatnonzero(has_poster & (labels[:, genre] > 0))
        sheet.with_poster[names[genre]] = len(films)
        sheet.rows[names[genre]], sheet.titles[names[genre]] = [], []
        stream = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(genre,)))
        for film in stream.permutation(films)[:_MOST_TRIES].tolist():
            if len(sheet.rows[names[genre]]) < COLUMNS:
                _add(sheet, names[genre], frame["poster"].iat[film], frame["title"].iat[film])
    return sheet


def _add(sheet: PosterSheet, genre: str, path: str, title: str) -> None:
    if not is_remote(path) and not Path(path).is_file():
        sheet.missing += [path] if path not in sheet.missing else []
        return
    try:
        sheet.rows[genre].append(_thumbnail(path))
        sheet.titles[genre].append(title or "untitled")
    except (OSError, ValueError):
        sheet.unreadable += [path] if path not in sheet.unreadable else []


def _thumbnail(path: str) -> Image.Image:
    with open_picture(read_file(path)) as image:
        if image.format == "JPEG":
            image.draft("RGB", (2 * _THUMB[0], 2 * _THUMB[1]))  # decodes no more than is needed
        return ImageOps.pad(upright_rgb(image), _THUMB, color=_EMPTY)


def section(frame: pd.DataFrame, labels: np.ndarray, names, seed: int) -> Section:
    """Draw the posters, a row a genre."""
    heading = "Posters"
    if not (frame["poster"] != "").any():
        return Section(heading, "No film has a poster, so there are none to show.")
    sheet = choose_posters(frame, labels, names, seed)
    shown = sum(len(row) for row in sheet.rows.values())
    faults = _faults(sheet)
    if not shown:
        return Section(heading, f"None of the posters that were tried could be shown. {faults}")
    rows = {genre: row for genre, row in sheet.rows.items() if row}
    left_out = len(names) - len(rows)
    detail = f"Up to {COLUMNS} posters of each genre, chosen at random"
    if left_out:
        detail += f"; {count(left_out, 'genre')} not shown"
    figure = _drawn(
        rows, f"A look at {count(shown, 'poster')} of {count(len(rows), 'genre')}", detail
    )
    said = [f"{genre} {len(row)}" for genre, row in rows.items()]
    alt = f"Contact sheet of {count(shown, 'poster')}: {listed(said)}. Titles are in the table."
    table = pd.DataFrame(
        {
            "genre": list(sheet.rows),
            "films with a poster": list(sheet.with_poster.values()),
            "shown": [len(row) for row in sheet.rows.values()],
            "titles, from left to right": ["; ".join(of) for of in sheet.titles.values()],
        }
    )
    text = f"A film of several genres may stand in the row of each. {faults}"
    plot = Plot("posters", style.rendered(figure, colors=256), alt)
    return Section(heading, text, (plot,), table)


def _faults(sheet: PosterSheet) -> str:
    """What was wrong with posters, with an example of each fault."""
    parts = [
        f"{count(len(paths), 'poster')} {fault} and {'was' if len(paths) == 1 else 'were'} "
        f"skipped (such as {paths[0]})."
        for paths, fault in ((sheet.missing, "not found"), (sheet.unreadable, "not readable"))
        if paths
    ]
    return " ".join(parts) or "All posters that were tried could be read."


def _drawn(rows: dict[str, list[Image.Image]], finding: str, detail: str):
    width, height = _THUMB[0] + _GAP, _THUMB[1] + _GAP
    canvas = Image.new("RGB", (COLUMNS * width, len(rows) * height), "white")
    for line, row in enumerate(rows.values()):
        for place, thumbnail in enumerate(row):
            canvas.paste(thumbnail, (place * width, line * height))
    inches = canvas.height / style.DOTS_PER_INCH
    figure, (axes,) = style.new_figure(inches + 0.16, finding, detail, width=style.WIDTH)
    axes.imshow(np.asarray(canvas))
    axes.set_anchor("E")
    places = [(line + 0.5) * height for line in range(len(rows))]
    axes.set_yticks(places, [style.drawable(name, 16) for name in rows], fontsize=style.TEXT)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    return figure
