"""The films of `inference.py` and `serving.py`: plots and posters of the sizes of real ones.

Sample films: plots are repeated or cut to lengths like those of real overviews (log-normal, median
59 word pieces), posters enlarged to 342x513 pixels and stored as JPEG of some 45 kB, as many bytes
a pixel as real ones have.
"""

import json
from pathlib import Path

import numpy as np
from PIL import Image

import keras_genre as kg

_MEDIAN, _SPREAD, _LEAST = 59, 0.5, 12
_POSTER_SIZE, _QUALITY = (342, 513), 90


def make_films(folder: Path, count: int, count_pieces, most_pieces: int) -> Path:
    """Make films that have a plot and a poster; return the folder that holds them.

    Args:
        folder: Where to.
        count: How many.
        count_pieces: From a list of plots to the number of word pieces of each.
        most_pieces: Of a plot.
    """
    catalog, _ = kg.catalog.make_synthetic_catalog(folder / "drawn", count * 3 // 2 + 30)
    frame = catalog.frame[(catalog.frame["plot"] != "") & (catalog.frame["poster"] != "")]
    frame = frame.iloc[:count]
    drawn = [plot.split() for plot in frame["plot"]]
    random = np.random.default_rng(0)
    pieces = np.exp(random.normal(np.log(_MEDIAN), _SPREAD, count)).clip(_LEAST, most_pieces)
    words = pieces
    for _ in range(3):  # words of a beginning are of more pieces than those of the whole
        plots = list(map(_of_length, drawn, words.round().astype(int)))
        words = words * pieces / count_pieces(plots)
    films = folder / "films"
    films.mkdir()
    (films / "plots.json").write_text(json.dumps(plots))
    for number, path in enumerate(frame["poster"]):
        with Image.open(path) as image:
            image = image.convert("RGB").resize(_POSTER_SIZE, Image.Resampling.BICUBIC)
            image.save(films / f"{number}.jpg", quality=_QUALITY)
    return films


def _of_length(words: list[str], length: int) -> str:
    times = -(-length // len(words))
    return " ".join((words * times)[:length])
