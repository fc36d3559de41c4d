"""GenrePredictor: plots and posters in, genres out, whatever answers."""

import abc
from collections.abc import Iterable, Iterator, Sequence

from keras_genre.client.films import FilmBatch, Poster, film_batches
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.streaming import predict_each


class GenrePredictor(abc.ABC):
    """What a model in this process and one behind a server have in common."""

    _batch_size: int
    """Films a request; a subclass sets it."""

    @abc.abstractmethod
    def predict_batch(self, batch: FilmBatch) -> list[GenrePrediction]:
        """Say the genres of films that are checked and read already, in one request."""

    def predict(
        self,
        plots: Sequence[str | None] | None = None,
        posters: Sequence[Poster] | None = None,
    ) -> list[GenrePrediction]:
        """Say the genres of films, in their order.

        Args:
            plots: One plot a film; None or empty where it is missing. None: no film has one.
            posters: One path, encoded bytes or PIL image a film; None where it is missing. None:
                no film has one.

        Returns:
            One `GenrePrediction` a film.

        Raises:
            ValueError: If both are None, or their lengths differ.
        """
        predictions = []
        for batch in film_batches(plots, posters, self._batch_size):
            predictions += self.predict_batch(batch)
        return predictions

    def predict_stream(
        self,
        films: Iterable[tuple[str | None, Poster]],
        batch_size: int | None = None,
        concurrency: int = 4,
    ) -> Iterator[GenrePrediction]:
        """Say the genres of any number of films, in their order, several requests at a time.

        Films are taken as they are needed: no more than `concurrency` batches are in memory.

        Args:
            films: Pairs (plot, poster), for example from a generator; None or empty for one that
                is missing.
            batch_size: Films a request; by default the client's own.
            concurrency: Requests under way at a time.

        Yields:
            One `GenrePrediction` a film.

        Raises:
            ValueError: If a film is no pair, or an argument is below 1.

        Example:
            >>> films = ((plot, None) for plot in open("plots.txt"))  # doctest: +SKIP
            >>> for prediction in client.predict_stream(films):  # doctest: +SKIP
            ...     print(prediction.genres)
        """
        size = self._batch_size if batch_size is None else batch_size
        return predict_each(self.predict_batch, films, size, concurrency)
