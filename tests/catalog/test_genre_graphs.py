import itertools

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import MovieCatalog
from keras_genre.catalog.genre_graphs import count_together, genre_graph, prune_weak, weak_genres
from keras_genre.catalog.labels import merge_rare_genres
from keras_genre.genres import GenreVocabulary

NAMES = ["Drama", "War", "Documentary", "Western"]


def films(genres):
    frame = pd.DataFrame({"movie_id": [str(n) for n in range(len(genres))], "genres": genres})
    return MovieCatalog(frame, GenreVocabulary(NAMES))


@pytest.fixture
def catalog():
    """Documentary is frequent and stands alone; Western is rare beside Drama."""
    genres = [["Drama", "War"]] * 3 + [["Drama"]] * 4 + [["War"]]
    return films(genres + [["Documentary"]] * 6 + [["Drama", "Western"]])


def test_graph_counts_films_and_their_jaccard_index(catalog):
    graph = genre_graph(catalog)
    assert list(graph.nodes(data="films")) == [
        ("Drama", 8),
        ("War", 4),
        ("Documentary", 6),
        ("Western", 1),
    ]
    assert graph.number_of_edges() == 2
    assert graph.edges["War", "Drama"] == {"films": 3, "strength": 3 / 9}
    assert graph.edges["Drama", "Western"] == {"films": 1, "strength": 1 / 8}


def test_graph_keeps_genres_without_a_film():
    graph = genre_graph(films([["Drama"]]))
    assert list(graph) == NAMES
    assert graph.nodes["War"] == {"films": 0}


@given(st.lists(st.sets(st.sampled_from(NAMES)), min_size=1, max_size=15))
@settings(max_examples=40, deadline=None)
def test_graph_agrees_with_counting_by_hand(genres):
    graph = genre_graph(films([list(of) for of in genres]))
    for one, other in itertools.combinations(NAMES, 2):
        both = sum({one, other} <= of for of in genres)
        either = sum(bool({one, other} & of) for of in genres)
        expected = {"films": both, "strength": both / either} if both else None
        assert graph.get_edge_data(one, other) == expected


def test_counting_together_takes_labels_of_any_type():
    labels = np.array([[True, True, False], [True, False, False]])
    assert count_together(labels).tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]


def test_pruning_removes_weak_edges_and_the_nodes_left_alone(catalog):
    graph = genre_graph(catalog)
    pruned = prune_weak(graph, 0.2)
    assert set(pruned.edges) == {("Drama", "War")}
    assert list(pruned) == ["Drama", "War"]
    assert pruned.edges["Drama", "War"] == graph.edges["Drama", "War"]
    assert list(graph) == NAMES  # the graph given is not changed


@pytest.mark.parametrize(("at_least", "left"), [(1 / 8, 3), (0.1251, 2), (1 / 3, 2), (0.34, 0)])
def test_pruning_keeps_edges_of_exactly_that_strength(catalog, at_least, left):
    assert len(prune_weak(genre_graph(catalog), at_least)) == left


@pytest.mark.parametrize("at_least", [-0.1, 1.1, float("nan")])
def test_pruning_outside_of_strengths_is_refused(at_least):
    with pytest.raises(ValueError, match="from 0 to 1"):
        prune_weak(networkx.Graph(), at_least)


def test_weak_genres_are_those_pruned_that_are_rare_as_well(catalog):
    graph = genre_graph(catalog)
    assert weak_genres(graph, 0.2, fewer_than=6) == ("Western",)
    assert weak_genres(graph, 0.2, fewer_than=7) == ("Documentary", "Western")
    assert weak_genres(graph, 0.1, fewer_than=6) == ()


def test_weak_genres_feed_merging(catalog):
    weak = weak_genres(genre_graph(catalog), 0.2, fewer_than=6)
    merged = merge_rare_genres(catalog, genres=weak)
    assert merged.vocabulary.names == ("Drama", "War", "Documentary", "Others")
    assert genre_graph(merged).edges["Drama", "Others"]["films"] == 1
