"""The web page: a film's poster and plot in, its genres and the reasons for them out.

It talks to a server over gRPC, by the same `GenreClient` as anybody else. Needs the extra `demo`.
"""

from keras_genre.lazy import lazy_names

_HOMES = {
    "FilmAsker": "film_asker",
    "SampleFilm": "sample_films",
    "require_gradio": "optional",
    "make_sample_films": "sample_films",
    "serving_page": "web_server",
}

__all__ = list(_HOMES)

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
