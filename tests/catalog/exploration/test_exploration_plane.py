import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.decomposition import PCA

from keras_genre.catalog.exploration.genre_components import axis_name, components, section
from keras_genre.pages import style


def test_components_of_two_exclusive_genres_hold_everything_in_one_direction():
    found = components(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], "float32"))
    assert found.explained.tolist() == [1, 0]
    np.testing.assert_allclose(np.abs(found.directions[:, 0]), np.sqrt(0.5))
    np.testing.assert_allclose(np.abs(found.places[:, 0]), np.sqrt(0.5), atol=1e-8)
    assert (found.places[:, 1] == 0).all()
    assert found.films.tolist() == [2, 2]
    assert axis_name(found, 0, ["A", "B"]) in ("← A   (100%)   B →", "← B   (100%)   A →")
    assert axis_name(found, 1, ["A", "B"]) == "(0%)"


def test_components_place_each_set_of_genres_once_most_frequent_first():
    labels = np.array([[1, 0, 0], [0, 1, 1], [0, 1, 1], [0, 0, 1]], "float32")
    found = components(labels)
    assert found.sets.tolist() == [[0, 1, 1], [1, 0, 0], [0, 0, 1]]
    assert found.films.tolist() == [2, 1, 1]
    np.testing.assert_allclose(found.centroids[0], found.places[1])
    np.testing.assert_allclose(found.centroids[2], (2 * found.places[0] + found.places[2]) / 3)


@given(arrays("float32", (12, 4), elements=st.sampled_from([0, 1])))
@settings(max_examples=30, deadline=None)
def test_components_agree_with_scikit_learn(labels):
    found = components(labels)
    if found is None:
        assert len(np.unique(labels, axis=0)) == 1
        return
    pca = PCA(2).fit(labels.astype(float))
    np.testing.assert_allclose(found.explained, pca.explained_variance_ratio_, atol=1e-6)
    assert found.films.sum() == 12
    mean = (found.places * found.films[:, None]).sum(axis=0)
    np.testing.assert_allclose(mean, 0, atol=1e-6)


@pytest.mark.parametrize("labels", [np.ones((3, 1)), np.ones((3, 2)), np.zeros((1, 5))])
def test_plane_of_films_that_do_not_differ_says_why_it_is_empty(labels):
    drawn = section(labels.astype("float32"), [f"Genre {n}" for n in range(labels.shape[1])])
    assert (drawn.plots, drawn.table) == ((), None)
    assert "same genres" in drawn.text


def test_plane_section_says_centroids_and_leaves_out_genres_without_a_film(check_drawn):
    labels = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [1, 0, 0]], "float32")
    drawn = section(labels, ["Drama", "War", "Short"])
    check_drawn(drawn.plots[0].png)
    assert "Drama at " in drawn.plots[0].alt
    assert "Short" not in drawn.plots[0].alt
    assert np.isnan(drawn.table["centroid 1 (%)"][2])


@pytest.mark.parametrize("labels", [[[1, 0], [0, 1], [0, 1]], [[1, 0, 0], [0, 1, 0], [0, 0, 1]]])
def test_plane_puts_labels_where_its_scales_are_when_it_is_drawn(monkeypatch, labels):
    figures = []
    monkeypatch.setattr(style, "rendered", lambda figure: figures.append(figure) or b"")
    section(np.array(labels, "float32"), ["A", "B", "C"][: len(labels[0])])
    axes = figures[0].axes[0]
    before = [text.get_window_extent() for text in axes.texts]
    figures[0].draw_without_rendering()
    dots = [axes.transData.transform(line.get_xydata()[0]) for line in axes.lines]
    for text, extent in zip(axes.texts, before, strict=True):
        np.testing.assert_allclose(text.get_window_extent().bounds, extent.bounds)
        center = np.array([(extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2])
        assert min(np.abs(dots - center).max(axis=1)) < 40  # pixels


def test_plane_of_more_sets_than_are_drawn_says_so(monkeypatch):
    titles = []
    monkeypatch.setattr("keras_genre.catalog.exploration.genre_components._MOST_BUBBLES", 2)
    new_figure = style.new_figure
    monkeypatch.setattr(
        style, "new_figure", lambda *args, **k: titles.append(args[2]) or new_figure(*args, **k)
    )
    section(np.eye(3, dtype="float32"), ["A", "B", "C"])
    assert "3 sets of genres, area by films; the 2 most frequent are drawn" in titles[0]
