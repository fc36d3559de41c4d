"""The page in a browser: a film goes in, genres and reasons come out."""

import base64
import re
import socket
from urllib.parse import urlsplit

import pytest
from planted_model import GENRES

# Gradio 6.31 counts its requests with what pandas is about to drop.
pytestmark = pytest.mark.filterwarnings(
    "ignore:(The copy keyword|'future.no_silent_downcasting'):DeprecationWarning"
)

HEIST = "A heist goes wrong."
COPY = """async (png) => {
    const picture = await (await fetch('data:image/png;base64,' + png)).blob();
    await navigator.clipboard.write([new ClipboardItem({'image/png': picture})]);
}"""


def give(window, plot=None, poster=None, name="poster.png"):
    """Put a film into the page and ask for its genres."""
    if poster is not None:
        upload = {"name": name, "mimeType": "image/png", "buffer": poster}
        window.locator("#poster input[type=file]").set_input_files(upload)
        window.locator("#poster img").wait_for(state="attached")
    if plot is not None:
        window.locator("#plot textarea").fill(plot)
    window.get_by_role("button", name="Say its genres").click()


def copy(window, poster):
    """Put a PNG into the clipboard."""
    window.context.grant_permissions(["clipboard-read", "clipboard-write"])
    window.evaluate(COPY, base64.b64encode(poster).decode())


def genres(window):
    """The genres that the page gives the film, once it has answered."""
    window.locator(".kg-answer").wait_for()
    return window.locator(".kg-genre").all_inner_texts()


def message(window):
    """What the page says in place of an answer."""
    return window.locator("#answer .kg-message").inner_text()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_page_given_a_film_shows_its_genres_within_the_window(visit, red_poster, size):
    window = visit(size)
    give(window, HEIST, red_poster)
    assert sorted(genres(window)) == ["Crime", "Horror"]
    bars = window.locator(".kg-bars tr")
    assert sorted(bars.locator("th").all_inner_texts()) == list(GENRES)
    titles = [bar.get_attribute("title") for bar in bars.all()]
    assert "Crime: probability 0.88, threshold 0.50, given" in titles
    assert "Drama: probability 0.27, threshold 0.30, not given" in titles
    assert window.evaluate("document.documentElement.scrollWidth") <= window.viewport_size["width"]
    window.wait_for_function(
        "() => { const top = document.querySelector('#answer').getBoundingClientRect().top;"
        " return top >= -1 && top < window.innerHeight }"
    )


def test_page_given_half_a_film_answers_and_given_none_asks_for_one(visit, red_poster):
    window = visit()
    give(window, HEIST)
    assert genres(window) == ["Crime"]
    assert "from the plot alone" in window.locator("#answer").inner_text()
    window.get_by_role("button", name="Clear", exact=True).click()
    window.locator(".kg-answer").wait_for(state="detached")
    give(window, poster=red_poster)
    assert genres(window) == ["Horror"]
    assert "from the poster alone" in window.locator("#answer").inner_text()
    window.get_by_role("button", name="Clear", exact=True).click()
    window.locator(".kg-answer").wait_for(state="detached")
    give(window)
    assert "Give a plot, a poster, or both." in message(window)


def test_page_given_a_bad_poster_says_so_and_answers_without_it(visit):
    window = visit()
    give(window, HEIST, b"no picture")
    assert "This film cannot be read." in message(window)
    assert "expected a JPEG, PNG, GIF, BMP or WebP file" in message(window)
    window.locator("#poster").get_by_label("Remove Image").click()
    window.get_by_role("button", name="Say its genres").click()
    assert genres(window) == ["Crime"]


def test_page_whose_sample_film_is_chosen_answers_at_once(visit):
    window = visit("phone")
    sources = window.locator("#poster [data-testid=source-select] button")
    labels = [button.get_attribute("aria-label") for button in sources.all()]
    assert labels == ["Upload file", "Capture from camera", "Paste from clipboard"]
    samples = window.locator("#samples .thumbnail-item")
    assert samples.count() == 6
    samples.first.click()
    genres(window)
    assert window.locator("#plot textarea").input_value()
    assert window.locator("#poster img").count() == 1


def test_page_takes_the_poster_from_the_camera(visit):
    window = visit("phone")
    poster = window.locator("#poster")
    poster.get_by_label("Capture from camera").click()
    poster.get_by_title("grant webcam access").click()
    window.wait_for_function("() => document.querySelector('#poster video')?.videoWidth > 0")
    poster.get_by_label("capture photo").click()
    poster.get_by_label("Remove Image").wait_for()
    give(window)
    assert genres(window) == ["Horror"]  # the camera sees red


@pytest.mark.parametrize("by", ["button", "keyboard"])
def test_page_takes_a_pasted_poster(visit, red_poster, by):
    window = visit()
    copy(window, red_poster)
    if by == "button":
        window.locator("#poster").get_by_label("Paste from clipboard").click()
    else:
        window.locator("#plot textarea").press("Control+v")
    window.locator("#poster img").wait_for()
    give(window)
    assert genres(window) == ["Horror"]
    assert window.locator("#plot textarea").input_value() == ""


def test_page_given_another_poster_by_the_keyboard_forgets_the_first(visit, red_poster):
    window = visit("phone")
    copy(window, red_poster)
    give(window, HEIST, b"no picture")
    assert "This film cannot be read." in message(window)
    first = window.locator("#poster img").get_attribute("src")
    window.keyboard.press("Control+v")
    window.locator(f"#poster img:not([src='{first}'])").wait_for()
    give(window)
    assert sorted(genres(window)) == ["Crime", "Horror"]


def test_page_asked_why_marks_words_and_poster_for_each_genre(visit, red_poster):
    window = visit("phone")
    give(window, "Nobody expects a heist.", red_poster)
    genres(window)
    window.get_by_role("button", name="Why these genres?").click()
    reasons = window.locator("#reasons")
    reasons.locator(".kg-heat").wait_for()
    assert reasons.locator(".kg-summary").inner_text().startswith("Horror 0.")
    window.locator("#genre input").click()
    window.get_by_role("option", name="Crime").click()
    reasons.get_by_text(re.compile("^Crime 0.88: the plot spoke for it")).wait_for()
    scores = {
        word.inner_text(): float(word.get_attribute("title"))
        for word in reasons.locator(".kg-word").all()
    }
    assert scores == {"Nobody": 0, "expects": 0, "a": 0, "heist.": 4}
    give(window, "Another film.")
    window.locator(".kg-explanation").wait_for(state="detached")  # it was the other film's


def test_page_whose_server_is_away_says_so_and_finds_it_again(
    visit, open_page, start_server, monkeypatch
):
    monkeypatch.setattr("keras_genre.demo.page._LOOK_EVERY", 0.3)
    server = start_server()
    window = visit(address=open_page(server, {}))
    window.get_by_text("Asking model planted").wait_for()
    server.stop()
    window.get_by_text("Server away.").wait_for()
    give(window, HEIST)
    assert "The server is away." in message(window)
    assert "keras-genre serve" in message(window)
    start_server(port=server.port)
    window.get_by_text("Asking model planted").wait_for()
    window.get_by_role("button", name="Say its genres").click()
    assert genres(window) == ["Crime"]
    assert "this server does not tell" in window.locator("#answer").inner_text()


def test_page_asks_nobody_but_this_machine_and_shows_text_as_it_is(visit, monkeypatch, red_poster):
    plot = "<img src=//elsewhere.test/x onerror=alert(1)> ${1 + 1} {{value}} @import heist"
    reached, connect = [], socket.socket.connect

    def noted(self, address):
        reached.append(address[0])
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    window = visit()
    give(window, plot, red_poster)
    genres(window)
    window.get_by_role("button", name="Why these genres?").click()
    window.locator(".kg-heat").wait_for()
    assert window.locator(".kg-text").inner_text() == plot
    asked = [urlsplit(url) for url in window.asked]
    assert len(asked) > 10
    away = [url for url in asked if url.scheme not in ("data", "blob")]
    assert {url.hostname for url in away} == {"127.0.0.1"}
    assert set(reached) <= {"127.0.0.1"}
