"""Genres that occur together, as a network."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from keras_genre.catalog.genre_graphs import genre_graph, prune_weak
from keras_genre.catalog.movie_catalog import MovieCatalog
from keras_genre.pages import style
from keras_genre.pages.label_placing import free_places
from keras_genre.pages.section import Plot, Section
from keras_genre.pages.wording import count, listed

if TYPE_CHECKING:
    import networkx

WEAK = 0.1
"""The strength below which an edge is weak on the page; see `prune_weak`."""

_FAINTEST = 0.02  # weaker edges are not drawn: most pairs of genres share a film or two
_EVENNESS = 0.4  # 0 keeps the layout, 1 leaves its order alone
_SHAPE = 0.85  # height by width
_FILLED = 0.35  # most of the area that nodes with their names take
_LETTERS = style.SMALL + 0.5


def nearest_genres(graph: "networkx.Graph") -> pd.DataFrame:
    """Say for each genre which one it shares most with.

    Args:
        graph: What `genre_graph` gave.

    Returns:
        Columns `genre`, `films`, `nearest` ("" where it occurs with none), `films with both`,
        `strength` (missing where it occurs with none) and `weak` (whether `prune_weak` removes
        the genre at `WEAK`), in the order of the graph.
    """
    strong = prune_weak(graph, WEAK)
    rows = []
    for name, films in graph.nodes(data="films"):
        nearest = max(graph[name], key=lambda other: graph[name][other]["strength"], default="")
        edge = graph.edges[name, nearest] if nearest else {"films": 0, "strength": np.nan}
        rows.append((name, films, nearest, edge["films"], edge["strength"], name not in strong))
    columns = ["genre", "films", "nearest", "films with both", "strength", "weak"]
    return pd.DataFrame(rows, columns=columns)


def section(catalog: MovieCatalog, merged: MovieCatalog | None, seed: int) -> Section:
    """Draw the network of a catalogue, and of the same films with merged genres if there are any.

    Args:
        catalog: The films.
        merged: The same after `merge_rare_genres`.
        seed: Of the layout.
    """
    heading = "Network of genres"
    graph = genre_graph(catalog)
    if len(graph) < 2:
        return Section(heading, "There is one genre alone, so there is no network to draw.")
    plots = [_plot("genre_network", graph, "", seed)]
    table = _table(graph)
    if merged is not None:
        after = genre_graph(merged)
        plots.append(_plot("genre_network_merged", after, "After merging: ", seed))
        table = pd.concat(
            [table.assign(labels="before merging"), _table(after).assign(labels="after merging")]
        )
    text = (
        "The strength of an edge is the Jaccard index: of the films that have either genre, the "
        f"percentage that has both. Edges of {100 * WEAK:.0f} percent and more are dark, those "
        f"under {100 * _FAINTEST:.0f} are left out. A hollow node has no dark edge: its genre is "
        "rare, and a candidate for merging, or stands for itself."
    )
    return Section(heading, text, tuple(plots), table)


def _table(graph: "networkx.Graph") -> pd.DataFrame:
    table = nearest_genres(graph)
    return table.assign(
        strength=100 * table["strength"], weak=["yes" if weak else "no" for weak in table["weak"]]
    ).rename(columns={"strength": "strength (%)"})


def _plot(name: str, graph: "networkx.Graph", prefix: str, seed: int) -> Plot:
    weak = [row.genre for row in nearest_genres(graph).itertuples() if row.weak]
    edges = sorted(graph.edges(data="strength"), key=lambda edge: -edge[2])
    finding = f"{prefix}{_finding(graph, edges, weak)}"
    said = [f"{a} and {b} {100 * strength:.0f}%" for a, b, strength in edges[:10]]
    alt = f"Network of {count(len(graph), 'genre')}. Strongest edges: {listed(said) or 'none'}. "
    alt += f"Without an edge of {100 * WEAK:.0f}% or more: {listed(weak) or 'none'}."
    figure, _ = drawn_network(graph, finding, seed)
    return Plot(name, style.rendered(figure), alt)


def _finding(graph: "networkx.Graph", edges: list, weak: list[str]) -> str:
    if not edges:
        return f"None of the {len(graph)} genres occur together"
    text = f"{edges[0][0]} and {edges[0][1]} are closest"
    if not weak:
        return f"{text}; each of the {len(graph)} genres has a near one"
    verb = "stands" if len(weak) == 1 else "stand"
    return f"{text}; {len(weak)} of {len(graph)} genres {verb} apart"


def drawn_network(graph: "networkx.Graph", finding: str, seed: int):
    """Draw a graph of genres; the same seed gives the same picture.

    Returns:
        The figure, and the boxes that the nodes and their labels take, in inches, of shape
        `(genres, 4)`: left, bottom, right, top.
    """
    import networkx

    names = [style.drawable(name, 22 if len(graph) <= 30 else 15) for name in graph]
    films = np.array([n for _, n in graph.nodes(data="films")], dtype=float)
    radii = 0.07 + 0.26 * np.sqrt(films / max(films.max(), 1))
    texts = _text_sizes(names)
    sizes = _box_sizes(texts, radii)
    side = max(style.WIDTH, (sizes.prod(axis=1).sum() / _FILLED / _SHAPE) ** 0.5)
    area = np.array([side, side * _SHAPE])
    figure, axes = _blank(area, finding, _detail(graph))
    layout = networkx.spring_layout(graph, weight="strength", seed=seed, iterations=200, k=0.35)
    wanted = 0.5 + _spread(np.array([layout[name] for name in graph])) * (area - 1)
    order = np.argsort(-films, kind="stable")
    places = np.empty_like(wanted)
    places[order] = free_places(wanted[order], sizes[order], area)
    _draw_edges(axes, graph, dict(zip(graph, places, strict=True)))
    strong = prune_weak(graph, WEAK)
    for node, name, place, radius, text in zip(graph, names, places, radii, texts, strict=True):
        _draw_node(axes, place, radius, name, text[1], node in strong)
    return figure, np.hstack([places - sizes / 2, places + sizes / 2])


def _spread(places: np.ndarray) -> np.ndarray:
    """Bring places between 0 and 1, and those that far outliers press together apart."""
    least, span = places.min(axis=0), np.maximum(np.ptp(places, axis=0), 1e-9)
    ranks = places.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable")
    return (1 - _EVENNESS) * (places - least) / span + _EVENNESS * ranks / (len(places) - 1)


def _detail(graph: "networkx.Graph") -> str:
    detail = (
        "Circles: films of a genre. Lines: films with both genres, of those with either (dark: "
        f"{100 * WEAK:.0f}% and more)"
    )
    all_strong = len(prune_weak(graph, WEAK)) == len(graph)
    return detail if all_strong else f"{detail}; hollow: without a dark line"


def _blank(area: np.ndarray, finding: str, detail: str):
    """A figure whose axes are `area` inches, and count in inches."""
    figure, (axes,) = style.new_figure(area[1], finding, detail, width=area[0])
    figure.set_layout_engine("none")
    axes.set_position([0, 0, 1, area[1] / figure.get_size_inches()[1]])
    axes.set_xlim(0, area[0])
    axes.set_ylim(0, area[1])
    axes.set_axis_off()
    return figure, axes


def _text_sizes(names: list[str]) -> np.ndarray:
    """Width and height of each name as it is drawn, in inches."""
    figure, (axes,) = style.new_figure(1, "", "")
    texts = [axes.text(0, 0, name, fontsize=_LETTERS) for name in names]
    extents = [text.get_window_extent() for text in texts]
    return np.array([[extent.width, extent.height] for extent in extents]) / figure.dpi


def _box_sizes(texts: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Width and height of each node with its name below it, in inches."""
    width = np.maximum(texts[:, 0], 2 * radii) + 0.08
    return np.column_stack([width, texts[:, 1] + 2 * radii + 0.1])


def _draw_edges(axes, graph: "networkx.Graph", places: dict) -> None:
    for one, other, strength in sorted(graph.edges(data="strength"), key=lambda edge: edge[2]):
        if strength >= _FAINTEST:
            (x, y), (to_x, to_y) = places[one], places[other]
            color = "#6f8fa8" if strength >= WEAK else "#dfe4e8"
            axes.plot([x, to_x], [y, to_y], color=color, linewidth=0.6 + 14 * strength, zorder=1)


def _draw_node(
    axes, place: np.ndarray, radius: float, name: str, height: float, strong: bool
) -> None:
    from matplotlib.patches import Circle
    from matplotlib.patheffects import withStroke

    center = place + np.array([0, (height + 0.02) / 2])
    face, edge = (style.BLUE, "white") if strong else ("white", style.GREY)
    axes.add_patch(Circle(center, radius, facecolor=face, edgecolor=edge, linewidth=1.5, zorder=3))
    axes.text(
        center[0], center[1] - radius - 0.02 - height / 2, name, ha="center", va="center",
        fontsize=_LETTERS, color=style.INK, zorder=4,
        path_effects=[withStroke(linewidth=2.5, foreground="white")],
    )  # fmt: skip
