import pandas as pd
import pytest

from keras_genre.catalog.exploration import plot_length


def test_plot_lengths_count_words_and_estimate_tokens_of_plots_that_are_there():
    lengths = plot_length.plot_lengths(pd.Series(["A duel, at dawn.", "", " \n\t", "one"]))
    assert lengths["words"].tolist() == [4, 1]
    # Four words and two marks: 6 * 1.074 and the two that frame every text.
    assert lengths["tokens"].tolist() == [8, 3]


def test_plot_lengths_count_every_ideograph_as_a_token():
    lengths = plot_length.plot_lengths(pd.Series(["決闘" * 50]))
    assert lengths["words"].tolist() == [1]
    assert lengths["tokens"].tolist() == [109]


def test_plot_lengths_of_many_plots_are_of_a_seeded_sample(monkeypatch):
    monkeypatch.setattr(plot_length, "_MOST_PLOTS", 5)
    plots = pd.Series(["word " * number for number in range(1, 50)])
    lengths = plot_length.plot_lengths(plots, seed=1)
    assert len(lengths) == 5
    assert lengths.equals(plot_length.plot_lengths(plots, seed=1))
    assert not lengths.equals(plot_length.plot_lengths(plots, seed=2))


def test_coverage_counts_texts_of_exactly_the_limit_as_fitting():
    shares = plot_length.coverage(pd.Series([64, 65, 128, 600]))
    assert shares == {64: 0.25, 128: 0.75, 256: 0.75, 512: 0.75}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([10, 20, 30], "median 20, longest 30. Plots that fit whole into tokens (estimated): 100%"),
        ([1, 3000], "median 1, longest 3,000. Plots that fit whole into tokens (estimated): 50%"),
        ([1], "median 1, longest 1."),
    ],
)
def test_plot_length_section_says_the_numbers(words, said, check_drawn):
    section = plot_length.section(pd.Series(["word " * number for number in words]), seed=0)
    check_drawn(section.plots[0].png)
    assert said in section.plots[0].alt
    assert "estimated, not counted" in section.text


def test_plot_length_section_without_plots_says_why_it_is_empty():
    section = plot_length.section(pd.Series(["", " "]), seed=0)
    assert (section.plots, section.table) == ((), None)
    assert "No film has a plot" in section.text


def test_plot_length_section_of_a_sample_says_so(monkeypatch):
    details = []
    monkeypatch.setattr(plot_length, "_MOST_PLOTS", 2)
    drawn = plot_length._drawn
    monkeypatch.setattr(plot_length, "_drawn", lambda *of: details.append(of[-1]) or drawn(*of))
    plot_length.section(pd.Series(["a word"] * 3), seed=0)
    assert details == ["2 plots, chosen at random from 3"]
