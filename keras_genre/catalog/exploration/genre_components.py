"""The genres of all films on a plane: principal components of the label vectors."""

import dataclasses

import numpy as np
import pandas as pd

from keras_genre.catalog.genre_graphs import count_together
from keras_genre.pages import style
from keras_genre.pages.label_placing import free_places
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed, percent

_MOST_BUBBLES = 2000
_HEIGHT = 5.0
_MOST_NAMES = 25
_NAMED = 0.2  # genres that load less do not name an axis
_MARK = "#a33b00"


@dataclasses.dataclass(frozen=True)
class Components:
    """The first two principal components of the label vectors.

    Args:
        explained: Share of the variance that each explains, of shape `(2,)`.
        directions: Loadings, of shape `(genres, 2)`; the largest of each is positive.
        sets: The sets of genres that films have, multi-hot, of shape `(sets, genres)`; the most
            frequent first.
        films: How many films have each set, of shape `(sets,)`.
        places: Where each set lies, of shape `(sets, 2)`.
        centroids: The mean place of the films of each genre, of shape `(genres, 2)`; missing for
            genres without a film.
    """

    explained: np.ndarray
    directions: np.ndarray
    sets: np.ndarray
    films: np.ndarray
    places: np.ndarray
    centroids: np.ndarray


def components(labels: np.ndarray) -> Components | None:
    """Find the two directions in which the label vectors differ most.

    Films with the same genres lie on the same point, so sets of genres are placed, each with the
    number of its films: nothing is jittered or left out.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.

    Returns:
        None where there is one genre alone, or all films have the same.
    """
    packed = np.packbits(labels.astype(bool), axis=1)
    rows = np.ascontiguousarray(packed).view(f"V{packed.shape[1]}")[:, 0]
    _, first, films = np.unique(rows, return_index=True, return_counts=True)
    order = np.lexsort((first, -films))
    sets, films = labels[first[order]].astype(float), films[order]
    together = count_together(labels)
    mean = together.diagonal() / len(labels)
    values, vectors = np.linalg.eigh(together / len(labels) - np.outer(mean, mean))
    total = values.sum()
    if len(mean) < 2 or len(films) < 2 or total <= 0:
        return None
    directions = vectors[:, ::-1][:, :2]
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, [0, 1]])
    places = ((sets - mean) @ directions).round(9)  # else noise would spread over an axis of zeros
    with np.errstate(invalid="ignore"):
        centroids = (sets * films[:, None]).T @ places / together.diagonal()[:, None]
    explained = (np.maximum(values[::-1][:2], 0) / total).round(9)
    return Components(explained, directions, sets, films, places, centroids)


def section(labels: np.ndarray, names) -> Section:
    """Draw the sets of genres as bubbles on the plane, and the genres' names at their centroids."""
    heading, found = "Films on a plane", components(labels)
    if found is None:
        text = "All films have the same genres, so there are no directions in which they differ."
        return Section(heading, text)
    share = percent(found.explained.sum())
    finding = f"Two directions hold {share} of how films' genres differ"
    loadings = pd.DataFrame(
        {
            "genre": list(names),
            "loading 1 (%)": 100 * found.directions[:, 0],
            "loading 2 (%)": 100 * found.directions[:, 1],
            "centroid 1 (%)": 100 * found.centroids[:, 0],
            "centroid 2 (%)": 100 * found.centroids[:, 1],
        }
    )
    figure = _drawn(found, list(names), finding)
    said = [
        f"{name} at {x:.2f}, {y:.2f}"
        for name, (x, y) in zip(names, found.centroids, strict=True)
        if not np.isnan(x)
    ]
    axes = ", ".join(percent(part) for part in found.explained)
    alt = f"Bubble chart of two principal components ({axes}). Centroids: {listed(said)}."
    text = (
        "Principal components of the label vectors. Each bubble is a set of genres, its area the "
        "number of films that have exactly this set; a red dot is the mean of a genre's films. "
        "The smaller the share above, the less the plane says."
    )
    return Section(heading, text, (Plot("genre_plane", style.rendered(figure), alt),), loadings)


def axis_name(found: Components, axis: int, names: list[str]) -> str:
    """Name a component by what loads on it most, its two ends apart."""
    loads = found.directions[:, axis]
    if found.explained[axis] == 0:
        return "(0%)"
    parts = []
    for end in (-loads, loads):
        most = [place for place in np.argsort(-end, kind="stable")[:2] if end[place] >= _NAMED]
        parts.append(", ".join(style.drawable(names[place], 16) for place in most))
    low = f"← {parts[0]}   " if parts[0] else ""
    high = f"   {parts[1]} →" if parts[1] else ""
    return f"{low}({percent(found.explained[axis])}){high}"


def _drawn(found: Components, names: list[str], finding: str):
    shown = found.places[:_MOST_BUBBLES]
    detail = f"Bubbles: {count(len(found.films), 'set')} of genres, area by films"
    if len(found.films) > _MOST_BUBBLES:
        detail += f"; the {_MOST_BUBBLES:,} most frequent are drawn"
    detail += ". Dots: mean of a genre's films"
    if len(names) > _MOST_NAMES:
        detail += f" ({_MOST_NAMES} most frequent)"
    figure, (axes,) = style.new_figure(_HEIGHT, finding, detail)
    areas = 900 * found.films[:_MOST_BUBBLES] / found.films[0]
    axes.scatter(*shown.T, s=np.maximum(areas, 3), color=style.BLUE, alpha=0.28, linewidth=0)
    axes.set_xlabel(axis_name(found, 0, names), fontsize=style.SMALL + 0.5)
    axes.set_ylabel(axis_name(found, 1, names), fontsize=style.SMALL + 0.5)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["left"].set_visible(True)
    axes.spines["left"].set_color(style.RULE)
    axes.margins(0.08)
    if found.explained[1] == 0:
        axes.set_ylim(-1, 1)
    figure.draw_without_rendering()  # settles layout and scales, so that labels can be placed
    figure.set_layout_engine("none")
    axes.set_autoscale_on(False)
    _name_centroids(figure, axes, found, names)
    return figure


def _name_centroids(figure, axes, found: Components, names: list[str]) -> None:
    from matplotlib.patheffects import withStroke

    order = np.argsort(-(found.sets.T @ found.films), kind="stable")[:_MOST_NAMES]
    places = [place for place in order.tolist() if not np.isnan(found.centroids[place, 0])]
    texts = [
        axes.text(
            0, 0, style.drawable(names[place], 18), fontsize=style.SMALL, ha="center", va="center",
            color=style.INK, zorder=4, path_effects=[withStroke(linewidth=2.5, foreground="white")],
        )
        for place in places
    ]  # fmt: skip
    renderer = figure.canvas.get_renderer()
    extents = [text.get_window_extent(renderer) for text in texts]
    sizes = np.array([[extent.width + 12, extent.height + 12] for extent in extents])
    corner = np.array([axes.bbox.x0, axes.bbox.y0])
    wanted = axes.transData.transform(found.centroids[places])
    area = np.array([axes.bbox.width, axes.bbox.height])
    above = wanted + np.array([0, sizes[0, 1] / 2])
    put = free_places(above - corner, sizes, area, keep_off=wanted - corner) + corner
    back = axes.transData.inverted()
    for text, place, point in zip(texts, put, wanted, strict=True):
        text.set_position(back.transform(place))
        x, y = zip(back.transform(point), back.transform(place), strict=True)
        axes.plot(x, y, color=_MARK, linewidth=0.8, zorder=3)
        axes.plot(*back.transform(point), "o", color=_MARK, markersize=4, zorder=5)
