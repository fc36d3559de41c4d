import socket
import sys

import pytest

from keras_genre.demo import FilmAsker, require_gradio, serving_page
from keras_genre.errors import KerasGenreError, ServerError


def test_gradio_that_is_not_installed_is_named_with_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "gradio", None)
    with pytest.raises(KerasGenreError, match=r"pip install 'keras-genre\[demo\]'"):
        require_gradio()


def test_page_on_a_port_that_is_taken_raises_server_error():
    pytest.importorskip("gradio")
    with socket.create_server(("127.0.0.1", 0)) as other, FilmAsker("localhost:1", "m") as asker:
        page = serving_page(asker, port=other.getsockname()[1])
        with pytest.raises(ServerError, match="Name another --port"), page:
            pass
