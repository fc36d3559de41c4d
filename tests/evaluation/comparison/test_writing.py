import numpy as np
import pandas as pd
import pytest

from keras_genre.errors import RunError
from keras_genre.evaluation import compare, format_comparison, save_comparison, score_table
from keras_genre.evaluation.comparison import System


@pytest.fixture(scope="module")
def comparison(sample_systems):
    """Of 12 systems with long names, one trained twice, on films without the last genre."""
    rates = np.array([0.4, 0.2, 0.0001])
    systems = sample_systems(np.random.default_rng(0), 200, np.linspace(0.5, 2.5, 12), rates)
    twice = systems[3].trainings + systems[4].trainings
    return compare(
        [
            System(f"a_system_with_a_long_name_{n}", twice if n == 3 else system.trainings)
            for n, system in enumerate(systems)
        ],
        num_resamples=100,
    )


@pytest.fixture(scope="module")
def references(comparison):
    said, rule = comparison.systems[0].trainings[0]
    return score_table([("every genre", said, rule)], 20)


def test_comparison_as_text_fits_80_columns_of_ascii(comparison, references):
    text = format_comparison(comparison, references, ["What else is to be said."])
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    for expected in (
        "Scores on the test split, 200 films",
        "every genre",
        "What else is to be said.",
        "left out of the averages over genres (no film has them): genre 2.",
        "Over trainings",
        "Thresholds: fixed at 0.5.",
        "The other pairs are in the tables",
    ):
        assert expected in " ".join(text.split())


def test_comparison_as_text_shows_undefined_genres_as_such(comparison):
    line = next(
        line for line in format_comparison(comparison).splitlines() if line.startswith("genre 2 ")
    )
    assert line.split() == ["genre", "2", "0", *["-"] * 9]


def test_comparison_as_text_marks_ties_and_differences(comparison):
    text = format_comparison(comparison)
    ranks = text[text.index("Ranks") : text.index("A rank is")]
    assert "1=" in ranks
    first, last = (
        next(x for x in text.splitlines() if x.startswith(pair)) for pair in ("1-2", "1-12")
    )
    assert "*" not in first
    assert last.count("*") == 3


def test_comparison_of_few_systems_shows_every_pair_and_no_trainings(comparison):
    few = [System(s.name, s.trainings[:1]) for s in comparison.systems[:4]]
    text = format_comparison(compare(few, 20))
    assert "\n3-4 " in text
    assert "The other pairs" not in text
    assert "Over trainings" not in text


def test_comparison_saved_has_its_page_and_every_table(comparison, references, tmp_path):
    folder = save_comparison(comparison, tmp_path / "out", references, ["A note."])
    page = (folder / "comparison.md").read_text(encoding="utf-8")
    assert "## Scores on the test split, 200 films\n\n|  |  | macro" in page
    assert "A note." in page
    assert "## Do plots or posters say more?" in page
    html = (folder / "index.html").read_text(encoding="utf-8")
    assert html.count("<table>") == page.count("\n| --- |")
    assert "a_system_with_a_long_name_11" in html
    scores = pd.read_csv(folder / "scores.csv")
    np.testing.assert_allclose(scores["macro_f1"], comparison.scores["macro_f1"])
    differences = pd.read_csv(folder / "differences.csv")
    assert len(differences) == 3 * 12 * 11 / 2
    assert pd.read_csv(folder / "genres.csv")["p"].isna().sum() == 12 * 11 / 2


def test_comparison_into_a_folder_that_exists_raises(comparison, tmp_path):
    with pytest.raises(RunError, match="exists already"):
        save_comparison(comparison, tmp_path.parent)
