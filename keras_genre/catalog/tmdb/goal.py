"""Goal: when a collection is complete."""

from dataclasses import dataclass

from keras_genre.catalog.tmdb.journal import Journal
from keras_genre.catalog.tmdb_genres import TMDB_GENRE_IDS


@dataclass(frozen=True)
class Goal:
    """So many films in the folder, of one genre or of any.

    Attributes:
        films: How many.
        genre: The genre's name, or None for films of any.
    """

    films: int
    genre: str | None = None

    def have(self, journal: Journal) -> int:
        """How many of them there are."""
        return journal.num_films if self.genre is None else journal.genres[self.genre]

    def params(self) -> dict[str, str]:
        """What /discover/movie is asked for."""
        if self.genre is None:
            return {}
        numbers = {name: number for number, name in TMDB_GENRE_IDS.items()}
        return {"with_genres": str(numbers[self.genre])}
