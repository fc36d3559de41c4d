"""CollectionSummary: what a folder of collected films holds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CollectionSummary:
    """What a folder of collected films holds, and what the last run did.

    Attributes:
        films: Films with details in the folder, of this run and of earlier ones.
        posters: Those of them whose poster is in the folder.
        without_poster: Those whose poster is not: TMDB has none, or it could not be had.
        without_genres: Those that TMDB gives no genre.
        without_overview: Those that TMDB gives no plot.
        problems: Films and posters that could not be had: the rows of `problems.csv`.
        requests: Requests that this run has sent, retries included.
        retries: Those of them that repeated another.
        reached: Whether the folder has as many films as were asked for.
    """

    films: int
    posters: int
    without_poster: int
    without_genres: int
    without_overview: int
    problems: int
    requests: int
    retries: int
    reached: bool
