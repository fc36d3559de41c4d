import itertools

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog.exploration import genre_network
from keras_genre.catalog.genre_graphs import genre_graph
from keras_genre.catalog.labels import merge_rare_genres
from keras_genre.pages.label_placing import free_places
from keras_genre.pages.style import rendered


@pytest.fixture
def catalog(make_catalog):
    genres = [["Drama", "War"]] * 3 + [["Drama"]] * 9 + [["War"], ["Drama", "Western"], ["Short"]]
    return make_catalog(genres, ["Drama", "War", "Western", "Short"])


def overlapping(boxes):
    """Pairs of boxes (left, bottom, right, top) that share more than a hair."""
    pairs = itertools.combinations(range(len(boxes)), 2)
    return [(a, b) for a, b in pairs if (shared(boxes[a], boxes[b]) > 1e-3).all()]


def shared(box, other):
    """Width and height of what two boxes share; negative where they are apart."""
    return np.minimum(box[2:], other[2:]) - np.maximum(box[:2], other[:2])


def around(centers, sizes):
    return np.hstack([centers - sizes / 2, centers + sizes / 2])


def test_nearest_genres_are_those_of_highest_strength(catalog):
    table = genre_network.nearest_genres(genre_graph(catalog))
    assert table["nearest"].tolist() == ["War", "Drama", "Drama", ""]
    assert table["films with both"].tolist() == [3, 3, 1, 0]
    assert table["strength"].tolist()[:3] == [3 / 14, 3 / 14, 1 / 13]
    assert np.isnan(table["strength"][3])
    assert table["weak"].tolist() == [False, False, True, True]


def test_network_section_draws_before_and_after_merging(catalog, check_drawn):
    merged = merge_rare_genres(catalog, at_least=2)
    section = genre_network.section(catalog, merged, seed=0)
    assert [plot.name for plot in section.plots] == ["genre_network", "genre_network_merged"]
    for plot in section.plots:
        check_drawn(plot.png)
    assert section.plots[0].alt == (
        "Network of 4 genres. Strongest edges: Drama and War 21%, Drama and Western 8%. "
        "Without an edge of 10% or more: Western, Short."
    )
    assert section.plots[1].alt.startswith("Network of 3 genres.")
    assert section.table["labels"].tolist() == ["before merging"] * 4 + ["after merging"] * 3


def test_network_section_of_one_genre_says_why_it_is_empty(make_catalog):
    section = genre_network.section(make_catalog([["Drama"]], ["Drama"]), None, seed=0)
    assert section.plots == ()
    assert "one genre alone" in section.text


def test_network_depends_on_the_seed_alone(catalog):
    graph = genre_graph(catalog)
    first, again, other = (
        rendered(genre_network.drawn_network(graph, "Found", seed)[0]) for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(("number", "length"), [(2, 5), (19, 10), (60, 22)])
def test_network_labels_and_nodes_do_not_overlap(number, length):
    random = np.random.default_rng(number)
    graph = networkx.Graph()
    for place in range(number):
        graph.add_node(f"{place:02}" + "m" * (length - 2), films=int(random.integers(0, 1000)))
    for one, other in itertools.combinations(graph, 2):
        if random.random() < 0.5:
            graph.add_edge(one, other, films=1, strength=float(random.random() ** 4))
    figure, boxes = genre_network.drawn_network(graph, "Found", 0)
    assert overlapping(boxes) == []
    width, height = figure.get_size_inches()
    assert (boxes[:, :2] >= -1e-6).all()
    assert (boxes[:, 2] <= width + 1e-6).all()
    assert (boxes[:, 3] <= height).all()


points = st.tuples(st.floats(0, 10), st.floats(0, 10))


@given(st.lists(points, min_size=1, max_size=10), st.booleans())
@settings(max_examples=25, deadline=None)
def test_free_places_do_not_overlap_lie_inside_and_cover_no_point(centers, keep_off):
    centers = np.array(centers)
    sizes = np.tile([1.5, 0.5], (len(centers), 1))
    area = np.array([10.0, 10.0])
    boxes = around(free_places(centers, sizes, area, centers if keep_off else None), sizes)
    assert overlapping(boxes) == []
    assert boxes.min() >= -1e-9
    assert boxes.max() <= 10 + 1e-9
    for left, bottom, right, top in boxes if keep_off else ():
        inside = (centers > [left + 1e-3, bottom + 1e-3]) & (centers < [right - 1e-3, top - 1e-3])
        assert not inside.all(axis=1).any()


def test_free_places_are_those_wanted_where_nothing_is_in_the_way():
    centers = np.array([[1.0, 1.0], [5.03, 5.07]])
    assert (free_places(centers, np.ones((2, 2)), np.array([10.0, 10.0])) == centers).all()


def test_free_places_are_near_those_wanted():
    centers = np.array([[5.0, 5.0], [5.0, 5.0]])
    places = free_places(centers, np.ones((2, 2)), np.array([10.0, 10.0]))
    assert (places[0] == centers[0]).all()
    assert 1 <= np.abs(places[1] - centers[1]).max() < 1.2
