"""FilmRecord: one film as its record, and what the manifest counts of it."""

import dataclasses

from keras_genre.data.examples import film_example
from keras_genre.genres import GenreVocabulary


@dataclasses.dataclass(frozen=True)
class FilmRecord:
    """A film that is ready to be written.

    Args:
        example: A serialized `tf.train.Example`.
        genres: Indices of its genres.
        poster: "stored", "missing" or "unreadable".
        unreadable: Where the poster is unreadable, `movie_id`, the poster's path and the reason.
    """

    example: bytes
    genres: tuple[int, ...]
    poster: str
    unreadable: tuple[str, str, str] | None


def film_record(
    film, poster: bytes, reason: str, vocabulary: GenreVocabulary, text: str
) -> FilmRecord:
    """Make the record of a film.

    Args:
        film: As `film_example` takes it, and with a `poster`, the path.
        poster: As `poster_or_reason` gives it.
        reason: As `poster_or_reason` gives it.
        vocabulary: The genres in label order.
        text: What the plot of the record holds, one of `features.TEXTS`.
    """
    return FilmRecord(
        example=film_example(film, poster, vocabulary, text),
        genres=tuple(vocabulary.index(name) for name in film.genres),
        poster="unreadable" if reason else "stored" if poster else "missing",
        unreadable=(film.movie_id, film.poster, reason) if reason else None,
    )
