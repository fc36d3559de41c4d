import numpy as np
import pytest
from PIL import Image

from keras_genre.catalog.exploration.poster_sheet import COLUMNS, choose_posters, section

NAMES = ("Drama", "War")


@pytest.fixture
def catalog(make_catalog, tmp_path):
    """Twenty dramas with posters, one of them broken, one gone; a war film without a poster."""
    for number in range(20):
        Image.new("RGB", (40, 60), (12 * number, 90, 90)).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_bytes(b"no picture")
    (tmp_path / "4.png").unlink()
    posters = [str(tmp_path / f"{number}.png") for number in range(20)]
    genres = [["Drama"]] * 20 + [["War"]]
    titles = [f"Title {number}" for number in range(21)]
    return make_catalog(genres, NAMES, poster=[*posters, ""], title=titles)


def test_posters_are_chosen_by_the_seed(catalog):
    sheets = [choose_posters(catalog.frame, catalog.labels(), NAMES, seed) for seed in (0, 0, 1)]
    titles = [sheet.titles["Drama"] for sheet in sheets]
    assert titles[0] == titles[1] != titles[2]
    assert len(set(titles[0])) == COLUMNS
    assert sheets[0].with_poster == {"Drama": 20, "War": 0}
    assert sheets[0].rows["War"] == []


def test_posters_that_are_gone_or_broken_are_counted_and_skipped(catalog, tmp_path, check_drawn):
    frame, labels = catalog.frame.iloc[:6], catalog.labels()[:6]
    sheet = choose_posters(frame, labels, NAMES, 0)
    assert sheet.missing == [str(tmp_path / "4.png")]
    assert sheet.unreadable == [str(tmp_path / "3.png")]
    assert sorted(sheet.titles["Drama"]) == ["Title 0", "Title 1", "Title 2", "Title 5"]
    drawn = section(frame, labels, NAMES, 0)
    check_drawn(drawn.plots[0].png)
    assert "1 poster not found and was skipped (such as" in drawn.text
    assert "1 poster not readable and was skipped" in drawn.text
    assert drawn.plots[0].alt.startswith("Contact sheet of 4 posters: Drama 4.")
    assert drawn.table["shown"].tolist() == [4, 0]


def test_posters_that_all_fail_are_said_and_the_tries_are_bounded(make_catalog, tmp_path):
    posters = [str(tmp_path / f"{number}.png") for number in range(100)]
    catalog = make_catalog([["Drama"]] * 100, NAMES, poster=posters)
    drawn = section(catalog.frame, catalog.labels(), NAMES, 0)
    assert drawn.plots == ()
    assert "None of the posters that were tried could be shown. 27 posters not found" in drawn.text


def test_posters_of_films_without_one_say_why_there_are_none(make_catalog):
    catalog = make_catalog([["Drama"]], NAMES)
    assert section(catalog.frame, catalog.labels(), NAMES, 0).text.startswith(
        "No film has a poster"
    )


def test_posters_keep_their_shape_and_colour(make_catalog, tmp_path):
    Image.new("RGB", (400, 300), (200, 30, 30)).save(tmp_path / "wide.jpg", quality=95)
    catalog = make_catalog([["Drama"]], NAMES, poster=[str(tmp_path / "wide.jpg")])
    sheet = choose_posters(catalog.frame, catalog.labels(), NAMES, 0)
    pixels = np.asarray(sheet.rows["Drama"][0]).astype(int)
    red = (np.abs(pixels - [200, 30, 30]) < 12).all(axis=2)
    assert red.any(axis=0).all()  # from the left edge to the right
    assert 0.7 < red.any(axis=1).sum() / (pixels.shape[1] * 3 / 4) < 1.1
    assert sheet.titles["Drama"] == ["untitled"]
