"""serving_page: the page behind an address of this machine."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from keras_genre.demo.film_asker import FilmAsker
from keras_genre.demo.optional import require_gradio
from keras_genre.demo.page import build_page
from keras_genre.demo.sample_films import SampleFilm
from keras_genre.errors import ServerError

_STYLE = Path(__file__).with_name("page.css")
_LARGEST_UPLOAD = "30mb"
_STARTED, _STOPPED = 60.0, 10.0  # seconds


@contextlib.contextmanager
def serving_page(
    asker: FilmAsker,
    samples: Sequence[SampleFilm] = (),
    port: int = 7860,
    host: str = "127.0.0.1",
) -> Iterator[str]:
    """Serve the page while the block runs.

    What a browser needs comes from here: scripts, styles and pictures. Fonts are the system's.

    Args:
        asker: Whom the page asks.
        samples: Films to try it with.
        port: The port; 0 for any free one.
        host: The address to listen on. The default answers this machine only.

    Yields:
        The page's address, such as "http://127.0.0.1:7860".

    Raises:
        KerasGenreError: If gradio is not installed.
        ServerError: If the port is taken, or the page does not start.

    Example:
        >>> with FilmAsker("localhost:8500", "lstm") as asker:  # doctest: +SKIP
        ...     with serving_page(asker) as address:
        ...         input(f"Open {address}; Enter stops.")
    """
    require_gradio()
    import uvicorn

    with _listening(host, port) as listener:
        host, port = listener.getsockname()[:2]
        config = uvicorn.Config(
            # Called when the loop runs: without one, Gradio makes loops that it never closes.
            lambda: _app(build_page(asker, samples), host, port),
            factory=True,
            log_level="warning",
            timeout_graceful_shutdown=1,
        )
        with _running(uvicorn.Server(config), listener):
            yield f"http://{host}:{port}"


def _app(page, host: str, port: int):
    """The page as a web application.

    Not by Gradio's own `launch`: that asks the page from itself, which a proxy may come between.
    """
    import fastapi
    import gradio

    return gradio.mount_gradio_app(
        fastapi.FastAPI(openapi_url=None),
        page,
        path="",
        server_name=host,
        server_port=port,
        footer_links=[],
        run_history=False,
        max_file_size=_LARGEST_UPLOAD,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        theme=_theme(gradio),
        css_paths=_STYLE,
    )


def _theme(gradio):
    """Gradio's own look in the system's fonts: its usual themes name fonts of the web."""
    return gradio.themes.Default(
        primary_hue="blue",
        font=["system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif"],
        font_mono=["ui-monospace", "Consolas", "monospace"],
    )


def _listening(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as cause:
        raise ServerError(
            f"The page cannot listen on {host}:{port}: {cause.strerror}. Name another --port; 0 "
            f"takes any free one."
        ) from cause


@contextlib.contextmanager
def _running(server, listener: socket.socket) -> Iterator[None]:
    """Run a uvicorn server in a thread until the block ends."""
    thread = threading.Thread(target=server.run, args=([listener],), name="page", daemon=True)
    thread.start()
    waited = threading.Event()
    try:
        for _ in range(round(_STARTED / 0.05)):
            if server.started or not thread.is_alive():
                break
            waited.wait(0.05)
        if not server.started:
            raise ServerError("The page did not start; what was logged above says why.")
        yield
    finally:
        server.should_exit = True
        thread.join(_STOPPED)
