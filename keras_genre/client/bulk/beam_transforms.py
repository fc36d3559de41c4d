"""What Apache Beam's workers do with parts of a table. To be imported where Beam is installed."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import apache_beam as beam
from apache_beam.ml.inference.base import KeyedModelHandler, ModelHandler, RunInference

from keras_genre.client.bulk.film_rows import FilmRow
from keras_genre.client.bulk.parts import PartLayout, write_part
from keras_genre.client.bulk.table_work import part_path, read_film, rows_path
from keras_genre.client.films import FilmBatch
from keras_genre.client.genre_prediction import GenrePrediction
from keras_genre.client.in_process import InProcessPredictor

__all__ = ["PredictParts", "SavedModelHandler"]

_LEFT_OUT = "left out"

# A batch may hold 64 films of usual size, or fewer of large posters.
_BATCH_BYTES = 64 << 20
_FILM_BYTES = 1 << 20  # of a film in a model, beside its files: token vectors, 224x224 pixels


class Place(NamedTuple):
    """Where a film stands, and what is known of it.

    Args:
        part: The number of its part.
        number: Its number there.
        film: The film.
    """

    part: int
    number: int
    film: FilmRow


Film = tuple[bytes, bytes]
"""Plot and poster as a model takes them."""


class SavedModelHandler(ModelHandler[Film, GenrePrediction, InProcessPredictor]):
    """Runs an exported model in Beam's `RunInference`.

    Beam's own handler for TensorFlow loads Keras files alone. Batches are filled by bytes, not by
    number, so that large posters do not add up.

    Args:
        folder: The folder of a version, which all workers must see.
        bfloat16: As `InProcessPredictor` takes it.

    Example:
        >>> handler = KeyedModelHandler(SavedModelHandler("saved_models/lstm/1"))  # doctest: +SKIP
        >>> keyed_films | RunInference(handler)  # doctest: +SKIP

    Reference:
        https://beam.apache.org/documentation/ml/about-ml/
    """

    def __init__(self, folder: str | Path, bfloat16: bool = False):
        super().__init__(
            # With sizes of elements, Beam's limits of a batch are limits of their sum.
            min_batch_size=_BATCH_BYTES,
            max_batch_size=_BATCH_BYTES,
            element_size_fn=_size,
        )
        self._folder, self._bfloat16 = str(folder), bfloat16

    def load_model(self) -> InProcessPredictor:
        """Load the model, once a process."""
        return InProcessPredictor(self._folder, bfloat16=self._bfloat16)

    def run_inference(
        self, batch: Sequence[Film], model: InProcessPredictor, inference_args=None
    ) -> Iterable[GenrePrediction]:
        """Say the genres of a batch of films."""
        plots, posters = zip(*batch, strict=True)
        return model.predict_batch(FilmBatch(list(plots), list(posters)))

    def get_num_bytes(self, batch: Sequence[Film]) -> int:
        """Bytes of a batch, for Beam's metrics."""
        return sum(len(plot) + len(poster) for plot, poster in batch)


def _size(keyed: tuple[Place, Film]) -> int:
    """Bytes that a film takes in a batch; no film takes more than a batch has."""
    _, (plot, poster) = keyed
    return min(_FILM_BYTES + len(plot) + len(poster), _BATCH_BYTES)


class PredictParts(beam.PTransform):
    """From the numbers of parts to files of their predictions.

    Args:
        handler: Runs the model.
        folder: Where the parts' films are, and their predictions go.
        layout: The columns.
    """

    def __init__(self, handler: SavedModelHandler, folder: Path, layout: PartLayout):
        super().__init__()
        self._handler, self._folder, self._layout = handler, folder, layout

    def expand(self, numbers):
        """Add the steps to the pipeline."""
        read = (
            numbers
            | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_ReadFilms(self._folder)).with_outputs(_LEFT_OUT, main="films")
        )
        predicted = (
            read["films"]
            | "Infer" >> RunInference(KeyedModelHandler(self._handler))
            | "Place" >> beam.MapTuple(lambda place, said: (place.part, (place, said)))
        )
        return (
            (predicted, read[_LEFT_OUT])
            | "Both" >> beam.Flatten()
            | "Gather" >> beam.GroupByKey()
            | "Write" >> beam.Map(_write, self._folder, self._layout)
        )


class _ReadFilms(beam.DoFn):
    """Gives the films of a part, and beside them those that nothing can be predicted for."""

    def __init__(self, folder: Path):
        super().__init__()
        self._folder = folder

    def process(self, number: int):
        """Read one part, its posters included."""
        rows = json.loads(rows_path(self._folder, number).read_text(encoding="utf-8"))
        films = [(place, FilmRow(**row)) for place, row in enumerate(rows)]
        # Batches of plots of like length: what is padded to the longest costs time.
        for place, film in sorted(films, key=lambda placed: len(placed[1].plot)):
            film, plot, poster = read_film(film)
            placed = Place(number, place, film)
            if film.is_left_out:
                yield beam.pvalue.TaggedOutput(_LEFT_OUT, (number, (placed, None)))
            else:
                yield placed, (plot, poster)


def _write(part: tuple[int, Iterable[tuple]], folder: Path, layout: PartLayout) -> None:
    """Write a part. Beam may do the same work twice: it is renamed into place."""
    number, placed = part
    ordered = sorted(placed, key=lambda pair: pair[0].number)
    films, predictions = [place.film for place, _ in ordered], [said for _, said in ordered]
    write_part(part_path(folder, number), layout, films, predictions)
