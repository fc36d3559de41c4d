import concurrent.futures
import html.parser
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from keras_genre.catalog.exploration import explore
from keras_genre.catalog.labels import merge_rare_genres
from keras_genre.errors import CatalogError
from keras_genre.pages import style
from keras_genre.pages.page import render_page
from keras_genre.pages.section import Section
from keras_genre.pages.wording import count, listed, number, percent

HOSTILE = "<script>alert('x')</script> & \"quotes\""
_VOID = {"meta", "img", "br"}


class Page(html.parser.HTMLParser):
    """Elements of a page, and whether every one that opens is closed."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def catalog(make_catalog, tmp_path_factory):
    """Films of every kind, with texts that are no friends."""
    folder = tmp_path_factory.mktemp("posters")
    Image.new("RGB", (40, 60), (200, 90, 90)).save(folder / "a.png")
    return make_catalog(
        [["Drama", HOSTILE], ["Drama"], ["War", "Drama"], ["$x$ 日本語"], ["% of its films"]],
        ["Drama", "War", HOSTILE, "$x$ 日本語", "% of its films"],
        title=[HOSTILE, "Two", "Three", "Four", "Five"],
        plot=["A duel at dawn.", "", "A war.", "A ship.", HOSTILE],
        poster=[str(folder / "a.png"), "", str(folder / HOSTILE), "", ""],
        split=["train", "validation", "test", "train", ""],
    )


@pytest.fixture(scope="module")
def explored(catalog, tmp_path_factory):
    """The folder of the page, and what was said while it was drawn."""
    folder, seen = tmp_path_factory.mktemp("explored") / "out", []
    merged = merge_rare_genres(catalog, genres=["War"])
    assert explore(catalog, folder, merged=merged, progress=lambda *of: seen.append(of)) == (
        folder / "index.html"
    )
    return folder, seen


@pytest.fixture(scope="module")
def page(explored):
    return Page((explored[0] / "index.html").read_text(encoding="utf-8"))


def test_page_parses_and_needs_nothing_from_outside(page):
    assert page.open == []
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object", "embed", "form", "base")
        for name in ("src", "href", "srcset", "action", "data", "poster"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:image/png;base64,"))
        assert not [name for name in attributes if name.startswith("on")]
    style_sheet = page.text[next(n for n, text in enumerate(page.text) if ":root" in text)]
    assert "url(" not in style_sheet
    assert "@import" not in style_sheet


def test_page_gives_every_picture_an_alternative_and_every_link_a_target(page):
    pictures = [attributes for tag, attributes in page.elements if tag == "img"]
    assert len(pictures) == 10
    assert all(re.search(r"\d", picture["alt"]) for picture in pictures)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in page.elements if tag == "a"}
    assert len(links) == 9
    assert links <= {f"#{name}" for name in ids}


def test_page_shows_texts_from_outside_as_texts(page):
    texts = "".join(page.text)
    assert HOSTILE in texts  # the title, in the table of posters
    assert "a note & <b>more</b>" in texts
    assert "$x$ 日本語" in texts
    assert "b" not in {tag for tag, _ in page.elements}


def test_explore_leaves_each_plot_beside_the_page(explored, check_drawn):
    folder, seen = explored
    names = sorted(path.name for path in folder.glob("*.png"))
    assert names == [
        "co_occurrence.png", "genre_frequency.png", "genre_network.png",
        "genre_network_merged.png", "genre_plane.png", "genres_per_film.png", "missing_parts.png",
        "plot_length.png", "posters.png", "split_balance.png",
    ]  # fmt: skip
    for name in names:
        check_drawn((folder / name).read_bytes())
    assert len(list(folder.iterdir())) == 11
    assert seen == [(done, 9) for done in range(1, 10)]


def test_explore_again_gives_the_same_page_to_the_last_byte(catalog, explored, tmp_path):
    again = explore(catalog, tmp_path / "out", merged=merge_rare_genres(catalog, genres=["War"]))
    assert again.read_bytes() == (explored[0] / "index.html").read_bytes()


@pytest.mark.parametrize("genres", [[["Drama"]], [[]]])
def test_explore_of_one_bare_film_says_why_plots_are_missing(make_catalog, tmp_path, genres):
    path = explore(make_catalog(genres, ["Drama"]), tmp_path / "out")
    texts = "".join(Page(path.read_text(encoding="utf-8")).text)
    for why in ("two genres", "one genre alone", "same genres", "has a plot", "has a poster"):
        assert why in texts
    assert "not divided into splits yet" in texts
    assert len(list(path.parent.iterdir())) == 4


def test_explore_that_fails_leaves_nothing(make_catalog, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("no page")

    monkeypatch.setattr("keras_genre.catalog.exploration.drawing.render_page", fail)
    with pytest.raises(RuntimeError, match="no page"):
        explore(make_catalog([[]], ["Drama"]), tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()


def test_explore_into_a_folder_with_files_is_refused_before_anything_is_drawn(catalog, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(CatalogError, match="exists already"):
        explore(catalog, tmp_path, progress=lambda *_: pytest.fail("it was drawn"))


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True, "1"])
def test_explore_with_a_wrong_seed_is_refused(catalog, tmp_path, seed):
    with pytest.raises(ValueError, match="`seed` as an integer"):
        explore(catalog, tmp_path / "out", seed=seed)


def test_explore_in_several_threads_gives_the_same_files(make_catalog, tmp_path):
    catalog = make_catalog([["Drama", "War"], ["Drama"]], ["Drama", "War"], plot=["A duel.", ""])
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(lambda n: explore(catalog, tmp_path / str(n)), range(2)))
    assert len({page.read_bytes() for page in pages}) == 1


def test_importing_exploration_imports_no_matplotlib_and_drawing_no_pyplot(tmp_path):
    code = """if True:
        import sys
        import keras_genre.catalog.exploration as exploration
        import keras_genre.catalog.genre_graphs
        print([name for name in ("matplotlib", "networkx", "jinja2", "tensorflow")
               if name in sys.modules])
        from keras_genre.catalog.exploration import genres_per_film
        import numpy
        genres_per_film.section(numpy.ones((2, 2)))
        print("matplotlib.pyplot" in sys.modules)
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "False"]


def test_page_of_sections_without_plots_shows_their_text():
    text = render_page("Films", "One film", [Section("Head", "Why <not>")])
    assert "Why &lt;not&gt;" in text
    assert "One film" in text


def test_drawable_text_has_no_formula_no_unknown_letter_and_is_not_too_long():
    assert style.drawable("$x$") == r"\$x\$"
    assert style.drawable("日本") == "��"
    assert style.drawable("Krimikomödie") == "Krimikomödie"
    assert style.drawable("a" * 30) == "a" * 21 + "…"


@pytest.mark.parametrize("text", ["W" * 12 + " " + "M" * 20 + " i" * 40, "a word " * 30])
def test_figure_breaks_its_title_before_the_edge(text):
    figure, _ = style.new_figure(1, text, "detail")
    for line in figure.texts:
        assert line.get_window_extent().x1 <= figure.bbox.x1
    assert figure.texts[0].get_text().replace("\n", " ") == text.strip()


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (1e-6, "<0.1%"), (0.0994, "9.9%"), (0.0996, "10%"), (0.994, "99%"),
     (0.9951, "99.5%"), (0.99999, ">99.9%"), (1, "100%")],
)  # fmt: skip
def test_percent_never_rounds_to_nothing_or_all(share, said):
    assert percent(share) == said


def test_words_for_numbers_and_lists():
    assert (count(1, "film"), count(12000, "film")) == ("1 film", "12,000 films")
    assert listed([str(n) for n in range(27)]).endswith("24, and 2 more in the table")
    assert [number(value) for value in (1234, 0.25, float("nan"), "a")] == [
        "1,234",
        "0.2",
        "-",
        "a",
    ]
    assert number(np.int64(5)) == "5"
