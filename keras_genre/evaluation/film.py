"""Film: a film as people are shown it."""

from dataclasses import dataclass

__all__ = ["Film"]


@dataclass(frozen=True)
class Film:
    """A film as records hold it.

    Args:
        movie_id: Its id.
        title: Its title; may be empty.
        plot: Its plot; empty = missing.
        poster: JPEG bytes; empty = missing.
        genres: Its true genres, in the order of the vocabulary.
    """

    movie_id: str
    title: str
    plot: str
    poster: bytes
    genres: tuple[str, ...]
