import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keras_genre.catalog import near_duplicates
from keras_genre.catalog.near_duplicates import near_duplicate_plots, plot_similarities


def invented_plots(count, seed=0, num_words=40):
    random = np.random.default_rng(seed)
    return [
        " ".join(f"w{word}" for word in row) for row in random.integers(0, 900, (count, num_words))
    ]


def true_similarity(one, other):
    def pieces(text):
        words = text.lower().split()
        return {tuple(words[i : i + 5]) for i in range(max(1, len(words) - 4))}

    return len(pieces(one) & pieces(other)) / len(pieces(one) | pieces(other))


def with_a_word_changed(plot, place):
    words = plot.split()
    words[place] = "changed"
    return " ".join(words)


def test_near_duplicate_plots_are_found_among_many():
    plots = invented_plots(3000)
    plots[2500] = with_a_word_changed(plots[10], 38)  # changes two of 36 pieces
    plots[2600] = plots[20].upper() + "!"
    plots[2700] = with_a_word_changed(plots[30], 20)  # changes five: below 0.8
    plots[2800] = plots[2600]
    found = near_duplicate_plots(plots).tolist()
    assert found == [[10, 2500], [20, 2600], [20, 2800], [2600, 2800]]


@pytest.mark.parametrize("threshold", [0.5, 0.65, 0.8, 0.95])
def test_near_duplicate_plots_of_any_threshold_are_those_of_a_full_comparison(threshold):
    random = np.random.default_rng(1)
    plots = invented_plots(40)
    for plot in plots[:40]:
        words = plot.split()
        for _ in range(random.integers(0, 3)):
            words[random.integers(len(words))] = "changed"
        plots.append(" ".join(words))
    expected = [
        [i, j]
        for i in range(len(plots))
        for j in range(i + 1, len(plots))
        if true_similarity(plots[i], plots[j]) >= threshold
    ]
    assert len(expected) > 5
    assert near_duplicate_plots(plots, threshold).tolist() == expected


def test_near_duplicate_plots_just_above_the_threshold_are_hardly_missed():
    # Four of 36 pieces are changed: a similarity of 32 / 40, exactly the threshold.
    plots = invented_plots(1000, seed=2)
    copies = [with_a_word_changed(plot, 3) for plot in plots]
    assert plot_similarities([plots[0], copies[0]], np.array([[0, 1]])) == pytest.approx(0.8)
    assert len(near_duplicate_plots(plots + copies)) >= 995


def test_near_duplicate_plots_of_a_crowd_of_equal_ones_stay_linear():
    found = near_duplicate_plots(["No overview found."] * 3000)
    assert len(found) < 6000
    assert set(found.reshape(-1).tolist()) == set(range(3000))


def test_near_duplicate_plots_of_a_crowd_of_similar_ones_stay_linear_and_connected():
    plot = " ".join(invented_plots(1, num_words=80))
    crowd = [f"{plot} episode {number}" for number in range(400)]
    found = near_duplicate_plots(crowd)
    assert len(found) < 400 * 16
    assert set(found.reshape(-1).tolist()) == set(range(400))


@pytest.mark.parametrize("plots", [[], [""], ["", "...", ""], ["one"]])
def test_near_duplicate_plots_of_nothing_are_none(plots):
    found = near_duplicate_plots(plots)
    assert found.shape == (0, 2)
    assert found.dtype == np.int64


def test_near_duplicate_plots_of_few_words_must_be_equal():
    plots = ["A duel.", "a DUEL", "A duel at dawn", "duel a", "A"]
    assert near_duplicate_plots(plots).tolist() == [[0, 1]]


def test_near_duplicate_plots_do_not_depend_on_how_many_are_read_at_once(monkeypatch):
    plots = invented_plots(50) + invented_plots(30)
    whole = near_duplicate_plots(plots).tolist()
    monkeypatch.setattr(near_duplicates, "_PLOTS_AT_ONCE", 7)
    monkeypatch.setattr(near_duplicates, "_PAIRS_AT_ONCE", 3)
    assert near_duplicate_plots(plots).tolist() == whole
    assert len(whole) == 30


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12))
def test_near_duplicate_plots_of_any_texts_are_alike_and_hold_every_equal_pair(texts):
    found = near_duplicate_plots(texts)
    assert (plot_similarities(texts, found) >= 0.8).all()
    with_words = {row for row, text in enumerate(texts) if near_duplicates.plot_words(text)}
    connected = set(found.reshape(-1).tolist())
    assert connected <= with_words
    for row in with_words:
        assert texts.count(texts[row]) == 1 or row in connected


@pytest.mark.parametrize("threshold", [0, 0.49, 1.01, float("nan")])
def test_near_duplicate_plots_of_an_impossible_threshold_are_refused(threshold):
    with pytest.raises(ValueError, match=r"from 0\.5 to 1, received"):
        near_duplicate_plots(["a"], threshold)
