"""Genres that occur together, as a graph, and what can be read off it for the labels."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from keras_genre.catalog.movie_catalog import MovieCatalog

if TYPE_CHECKING:
    import networkx

__all__ = ["genre_graph", "graph_of_labels", "prune_weak", "weak_genres"]


def genre_graph(catalog: MovieCatalog) -> "networkx.Graph":
    """Count how often genres occur together, as an undirected graph.

    A node is a genre, with `films`: the films that have it. An edge joins two genres that a film
    has both, with `films`: the films that have both; and `strength`: their Jaccard index, the
    films that have both by the films that have either. It lies above 0 and reaches 1 where
    neither occurs without the other, has no direction, and does not let a rare genre look close
    to a frequent one by chance, as lift does: so any two edges can be compared.

    All films of the catalogue count. To choose labels, pass `catalog.select("train")`.

    Args:
        catalog: The films.

    Returns:
        A `networkx.Graph` whose nodes stand in the order of the vocabulary, those of genres that
        no film has as well.

    Example:
        >>> import pandas as pd
        >>> from keras_genre.genres import GenreVocabulary
        >>> genres = [["Drama", "War"], ["Drama"], ["War"]]
        >>> frame = pd.DataFrame({"movie_id": list("abc"), "genres": genres})
        >>> graph = genre_graph(MovieCatalog(frame, GenreVocabulary(["Drama", "War"])))
        >>> graph.edges["Drama", "War"]
        {'films': 1, 'strength': 0.3333333333333333}
    """
    return graph_of_labels(catalog.labels(), catalog.vocabulary.names)


def graph_of_labels(labels: np.ndarray, names: Sequence[str]) -> "networkx.Graph":
    """Do for labels what `genre_graph` does for the films of a catalogue.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.
        names: The genres.
    """
    import networkx

    together = count_together(labels)
    films = together.diagonal()
    graph = networkx.Graph()
    graph.add_nodes_from((name, {"films": int(n)}) for name, n in zip(names, films, strict=True))
    for one, other in np.argwhere(np.triu(together, k=1)).tolist():
        both = int(together[one, other])
        strength = both / (int(films[one]) + int(films[other]) - both)
        graph.add_edge(names[one], names[other], films=both, strength=strength)
    return graph


def count_together(labels: np.ndarray) -> np.ndarray:
    """Count the films that have both of two genres.

    Args:
        labels: Multi-hot, of shape `(films, genres)`.

    Returns:
        Integers of shape `(genres, genres)`; the films of each genre stand on the diagonal.
    """
    labels = np.asarray(labels, dtype="float32")  # counts exactly, up to 16,777,216 films
    return (labels.T @ labels).astype("int64")


def prune_weak(graph: "networkx.Graph", at_least: float) -> "networkx.Graph":
    """Return the graph without its weak edges, and without the nodes that only had such.

    A node goes when its genre shares less than `at_least` with every other one. There are two
    reasons for that: it is rare beside its neighbours (a candidate to be merged), or it stands
    for itself (Documentary, in most tables: a good label). `weak_genres` tells them apart.

    Args:
        graph: What `genre_graph` gave; it is not changed.
        at_least: The least `strength` of an edge that stays, from 0 to 1.

    Raises:
        ValueError: If `at_least` lies outside.
    """
    if not 0 <= at_least <= 1:
        raise ValueError(f"Expected `at_least` from 0 to 1, received {at_least!r}.")
    pruned = graph.copy()
    edges = graph.edges(data="strength")
    pruned.remove_edges_from([(a, b) for a, b, strength in edges if strength < at_least])
    pruned.remove_nodes_from([name for name, degree in list(pruned.degree) if degree == 0])
    return pruned


def weak_genres(graph: "networkx.Graph", at_least: float, fewer_than: int) -> tuple[str, ...]:
    """Name the genres that are candidates for merging: weak in the graph, and rare.

    Args:
        graph: What `genre_graph` gave.
        at_least: As in `prune_weak`: the genres that it removes are weak.
        fewer_than: A weak genre with this many films or more stands for itself and is not named.

    Returns:
        Names in the order of the graph, for `merge_rare_genres(catalog, genres=...)`.

    Example:
        >>> graph = genre_graph(catalog.select("train"))
        >>> merged = merge_rare_genres(catalog, genres=weak_genres(graph, 0.05, 100))
    """
    strong = prune_weak(graph, at_least)
    films = graph.nodes(data="films")
    return tuple(name for name, count in films if name not in strong and count < fewer_than)
