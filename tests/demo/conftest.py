"""A model behind a server, the page that asks it, and the browser that looks at the page."""

import contextlib
import io
import shutil

import pytest
from PIL import Image, ImageDraw
from planted_model import NAME, save_planted_model

from keras_genre.server import DevelopmentServer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
SIZES = {"wide": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="session")
def planted_model(tmp_path_factory):
    """The folder of a model that is sure of what it does."""
    return save_planted_model(tmp_path_factory.mktemp("planted") / "saved_models")


@pytest.fixture(scope="session")
def red_poster():
    """A poster with red in its top left quarter, as the bytes of a PNG."""
    poster = Image.new("RGB", (96, 144), "#556677")
    ImageDraw.Draw(poster).rectangle((0, 0, 47, 71), fill="#ff0000")
    content = io.BytesIO()
    poster.save(content, "PNG")
    return content.getvalue()


@pytest.fixture(scope="module")
def open_page(planted_model, tmp_path_factory):
    """Serve a page that asks a server which the test may stop: gives its address."""
    pytest.importorskip("gradio", reason="the page needs gradio, of the extra demo")
    from keras_genre.demo import FilmAsker, make_sample_films, serving_page

    samples = make_sample_films(tmp_path_factory.mktemp("samples") / "films")
    with contextlib.ExitStack() as open_things:

        def open_page(server, models):
            asker = open_things.enter_context(FilmAsker(server.address, NAME, models, timeout=10))
            return open_things.enter_context(serving_page(asker, samples, port=0))

        yield open_page


@pytest.fixture(scope="module")
def start_server(planted_model):
    """Start a server of the planted model."""
    with contextlib.ExitStack() as open_things:

        def start(port=0):
            server = DevelopmentServer({NAME: planted_model}, port=port, rest_port=0)
            return open_things.enter_context(server)

        yield start


@pytest.fixture(scope="module")
def address(open_page, start_server, planted_model):
    """The address of a page whose server is there."""
    return open_page(start_server(), {NAME: planted_model})


# Not for the session: while it lives, no other test could run an event loop of its own.
@pytest.fixture(scope="module")
def chromium(tmp_path_factory):
    """The system's Chromium, with a camera that sees red and may be used without asking."""
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine to look at the page with")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-video-capture={_film_red(tmp_path_factory.mktemp('camera'))}",
            ],
        )
        yield browser
        browser.close()


def _film_red(folder):
    """A film of one red picture, which is shown over and over again."""
    picture = Image.new("YCbCr", (320, 240), (76, 85, 255))
    light, *colours = picture.split()
    planes = [light, *(colour.reduce(2) for colour in colours)]
    film = folder / "red.y4m"
    head = b"YUV4MPEG2 W320 H240 F10:1 Ip A1:1 C420jpeg\nFRAME\n"
    film.write_bytes(head + b"".join(plane.tobytes() for plane in planes))
    return film


@pytest.fixture
def visit(chromium, address):
    """Open the page in a window of its own: gives it, with all requests that it made."""
    windows = []

    def visit(size="wide", address=address):
        width, height = SIZES[size]
        window = chromium.new_page(viewport={"width": width, "height": height})
        window.set_default_timeout(60_000)  # the machine may be busy
        windows.append(window)
        window.asked = []
        window.on("request", lambda request: window.asked.append(request.url))
        window.goto(address)
        window.get_by_role("button", name="Say its genres").wait_for()
        return window

    yield visit
    for window in windows:
        window.close()
