"""Reading TMDB's answers: believed only as far as they look as they should."""

import json
import re

from keras_genre.catalog.tmdb_genres import TMDB_GENRE_IDS
from keras_genre.pictures import open_picture

# The most that /discover gives of one question.
MAX_PAGES = 500

_TEXTS = ("imdb_id", "title", "overview", "tagline", "release_date", "poster_path")
_POSTER_PATH = re.compile(r"/[A-Za-z0-9._-]+")


def read_page(content: bytes) -> tuple[list[int], int]:
    """Return the films of a page of /discover/movie, and how many pages there are.

    Raises:
        ValueError: If it is no such page.
    """
    page = _read_object(content)
    results, num_pages = page.get("results"), page.get("total_pages")
    if not isinstance(results, list) or type(num_pages) is not int:
        raise ValueError("a page without results and total_pages")
    ids = [film.get("id") if isinstance(film, dict) else None for film in results]
    if not all(type(film_id) is int and film_id > 0 for film_id in ids):
        raise ValueError("a page with results that have no id")
    return ids, min(num_pages, MAX_PAGES)


def read_film(content: bytes, film_id: int) -> dict:
    """Return what we keep of /movie/{id}: its texts (empty where absent) and its genres' names.

    Genres that have one of TMDB's 19 numbers get their English names, in whatever language the
    rest is.

    Raises:
        ValueError: If it is not that film, or a part is no text.
    """
    found = _read_object(content)
    if found.get("id") != film_id:
        raise ValueError(f"details of another film than {film_id}")
    film = {"id": film_id}
    for name in _TEXTS:
        text = found.get(name) or ""
        if not isinstance(text, str):
            raise ValueError(f"{name} is no text")
        film[name] = _whole(text).strip()
    if film["poster_path"] and not _POSTER_PATH.fullmatch(film["poster_path"]):
        raise ValueError(f"poster_path {film['poster_path'][:80]!r} is no name of a file")
    film["genres"] = _genre_names(found.get("genres"))
    return film


def read_poster(content: bytes) -> bytes:
    """Return the bytes of a picture whose every pixel can be decoded.

    Raises:
        ValueError: If they are none.
    """
    with open_picture(content) as image:
        image.load()
    return content


def _read_object(content: bytes) -> dict:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as cause:
        raise ValueError("no JSON") from cause
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def _genre_names(genres) -> list[str]:
    if not isinstance(genres, list) or not all(isinstance(genre, dict) for genre in genres):
        raise ValueError("genres are no list of objects")
    known = {str(number): name for number, name in TMDB_GENRE_IDS.items()}
    names = [known.get(str(genre.get("id")), genre.get("name")) for genre in genres]
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a genre without a name")
    return [_whole(name) for name in names]


def _whole(text: str) -> str:
    """Replace halves of characters, which JSON can express and no file can hold."""
    return text.encode("utf-8", errors="replace").decode()
