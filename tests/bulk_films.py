"""A table of films with posters, and somebody who answers without a model."""

import csv
import threading
import time

from PIL import Image

from keras_genre.client.genre_prediction import GenrePrediction


class LengthPredictor:
    """Says "Drama" with the length of the plot, and "Film-Noir" where there is a poster."""

    def __init__(self, version=1, delay=0.0):
        self.version, self.delay = version, delay
        self.batches = []
        self._lock = threading.Lock()

    def predict_batch(self, batch):
        time.sleep(self.delay)
        with self._lock:
            self.batches.append(batch)
        return [
            GenrePrediction(
                ("Film-Noir", "Drama") if poster else ("Drama",),
                {"Drama": len(plot) / 1000, "Film-Noir": 1.0 if poster else 0.0},
                "fake",
                self.version,
            )
            for plot, poster in zip(batch.plots, batch.posters, strict=True)
        ]


def write_films(folder, rows, header=("id", "title", "plot", "poster")):
    """Write films.csv and two posters, one of them no picture; give the table's path."""
    posters = folder / "posters"
    posters.mkdir(parents=True, exist_ok=True)
    Image.effect_noise((20, 30), 50).save(posters / "good.jpg")
    (posters / "bad.jpg").write_bytes(b"<html>404</html>")
    with open(folder / "films.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return folder / "films.csv"


def numbered_films(count):
    """Rows of films of many lengths, every third with a poster."""
    return [
        (f"tt{n}", f"Film {n}", "x" * (1 + 37 * n % 200), "" if n % 3 else "good.jpg")
        for n in range(count)
    ]
