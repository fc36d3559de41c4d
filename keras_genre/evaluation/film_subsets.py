"""Some of the films of a set of predictions."""

from collections.abc import Iterable

import numpy as np

from keras_genre.scoring.predictions import Predictions

__all__ = ["of_films"]


def of_films(predictions: Predictions, movie_ids: Iterable[str]) -> Predictions:
    """Give the predictions of these films alone, in the order of `movie_ids`.

    Args:
        predictions: Probabilities and labels, of shape `(films, genres)`.
        movie_ids: Films, each once.

    Raises:
        ValueError: If there is none, or the predictions know one of them not.
    """
    known = {movie_id: row for row, movie_id in enumerate(predictions.movie_ids.tolist())}
    movie_ids = [str(movie_id) for movie_id in movie_ids]
    unknown = [movie_id for movie_id in movie_ids if movie_id not in known]
    if unknown:
        raise ValueError(
            f"Expected films of the predictions ({len(known)} of the {predictions.split or 'no'} "
            f"split), received {len(unknown)} others, for example {unknown[0]!r}."
        )
    rows = np.array([known[movie_id] for movie_id in movie_ids], dtype="int64")
    return predictions.of_films(rows)
