import html.parser
import io
import re

import numpy as np
import pytest
from PIL import Image

from keras_genre.errors import RunError
from keras_genre.evaluation import score_table
from keras_genre.evaluation.reporting import Subject, write_report
from keras_genre.scoring import DecisionRule, score


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.elements, self.text = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))

    def handle_data(self, data):
        self.text.append(data)


def table_of(subjects):
    rows = [(subject.name, subject.predictions, subject.rule) for subject in subjects]
    return score_table(rows, num_resamples=20)


@pytest.fixture(scope="module")
def subjects(make_subject, history):
    return [make_subject("clever", 3.0, history), make_subject("simple", 1.0)]


@pytest.fixture(scope="module")
def report(subjects, look_up, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report") / "out"
    path = write_report(subjects, table_of(subjects), folder, look_up, num_resamples=100)
    assert path == folder / "index.html"
    return folder


@pytest.fixture(scope="module")
def page(report):
    return Page((report / "index.html").read_text(encoding="utf-8"))


def test_page_needs_nothing_from_outside_and_runs_nothing(page):
    for tag, attributes in page.elements:
        assert tag not in ("script", "link", "iframe", "object", "embed", "form", "base")
        for name in ("src", "href"):
            value = attributes.get(name) or "#"
            assert value.startswith(("#", "data:image/png;base64,"))


def test_page_shows_titles_and_plots_as_texts(page):
    text = "".join(page.text)
    assert "<script>alert(1)</script> | $x$ 日本" in text
    assert "A plot <b>that</b>" in text


def test_page_has_a_section_of_each_kind_for_each_run(page):
    headings = {attributes.get("id") for tag, attributes in page.elements if tag == "section"}
    assert {"scores", "sample-films", "genre-by-genre-clever", "genre-by-genre-simple"} <= headings
    kinds = {h.removesuffix("-clever") for h in headings if h.endswith("-clever")}
    assert kinds == {h.removesuffix("-simple") for h in headings if h.endswith("-simple")}
    assert len(kinds) == 9
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_picture_has_an_alternative_and_lies_beside_the_page(page, report):
    pictures = [attributes for tag, attributes in page.elements if tag == "img"]
    assert all(picture["alt"].strip() for picture in pictures)
    files = list(report.glob("*.png"))
    assert len(files) == len(pictures)
    for path in files:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L"))
        assert 0.001 < (pixels < 200).mean() < 0.9, path.name


def test_summary_states_the_scores_their_films_and_links_pictures_that_are_there(subjects, report):
    text = (report / "summary.md").read_text(encoding="utf-8")
    clever = score(subjects[0].predictions, subjects[0].rule).overall
    assert f"| clever | {clever['macro_f1']:.3f} \\[" in text
    assert "the test split, 300 films" in text
    pictures = re.findall(r"\]\((.*?\.png)\)", text)
    assert pictures
    assert all((report / picture).is_file() for picture in pictures)
    assert "A plot" not in text  # long texts are left to the page


def test_report_again_is_the_same_to_the_last_byte(subjects, look_up, report, tmp_path):
    write_report(subjects, table_of(subjects), tmp_path / "again", look_up, num_resamples=100)
    again = {path.name: path.read_bytes() for path in (tmp_path / "again").iterdir()}
    assert again == {path.name: path.read_bytes() for path in report.iterdir()}


def test_report_of_a_genre_that_no_film_has_says_undefined(make_predictions, tmp_path):
    labels = np.array([[1, 0], [0, 0], [1, 0], [0, 0]])
    said = np.array([[0.9, 0.1], [0.2, 0.6], [0.8, 0.1], [0.1, 0.1]])
    validation = make_predictions(labels, said, "validation")
    test = make_predictions(labels, said, "test")
    subject = Subject("run", test, DecisionRule.fit(validation), validation)
    write_report([subject], table_of([subject]), tmp_path / "report", num_resamples=20)
    text = (tmp_path / "report" / "summary.md").read_text(encoding="utf-8")
    assert "Undefined and left out of the averages over genres (no film has them): genre 1." in text
    assert re.search(r"\| genre 1 \| 0 \| \d+ \| - \|", text)


def test_report_of_one_film_and_one_genre_is_drawn(make_predictions, tmp_path):
    validation = make_predictions([[1], [0]], [[0.9], [0.2]], "validation")
    test = make_predictions([[1]], [[0.7]], "test")
    subject = Subject("run", test, DecisionRule.fit(validation), validation)
    write_report([subject], table_of([subject]), tmp_path / "report", num_resamples=20)
    text = (tmp_path / "report" / "summary.md").read_text(encoding="utf-8")
    assert "There is one genre alone, so there is no network to draw." in text


def test_report_of_runs_on_other_films_is_refused(make_subject, make_predictions, tmp_path):
    first = make_subject("first", 1.0)
    films = make_predictions(first.predictions.labels[:9], first.predictions.probabilities[:9])
    other = Subject("other", films, first.rule, first.validation)
    with pytest.raises(ValueError, match="same films"):
        write_report([first, other], table_of([first]), tmp_path / "report")
    assert not (tmp_path / "report").exists()


def test_report_into_a_folder_with_files_is_refused(make_subject, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    subject = make_subject("run", 1.0)
    with pytest.raises(RunError, match=re.escape(str(tmp_path))):
        write_report([subject], table_of([subject]), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_report_that_fails_leaves_nothing(make_subject, tmp_path):
    subject = make_subject("run", 1.0)

    def look_up(movie_ids):
        raise RunError("The films are gone.")

    with pytest.raises(RunError, match="gone"):
        write_report([subject], table_of([subject]), tmp_path / "report", look_up, 20)
    assert list(tmp_path.iterdir()) == []


def test_thumbnail_of_no_poster_and_of_no_picture_is_a_card():
    from keras_genre.evaluation.reporting.posters import SIZE, thumbnail

    out = io.BytesIO()
    Image.new("RGB", (200, 300), (0, 0, 255)).save(out, "PNG")
    assert thumbnail(out.getvalue()).getpixel((80, 120)) == (0, 0, 255)
    for poster in (b"", b"no picture", out.getvalue()[:60]):
        card = thumbnail(poster)
        assert card.size == SIZE
        assert len(card.getcolors()) == 1
